"""Captions with the lines of a translation below them, which move around faces as one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from models.captions.placement import CaptionPlacement
from pipeline.captions.avoidance.candidates import move_block
from pipeline.captions.avoidance.places import SMALLER_SCALE, choose_places
from pipeline.captions.boxes import bounding_box_of
from pipeline.captions.layout import CaptionBlock
from pipeline.vision.film_faces import FilmFaces


@dataclass(frozen=True, slots=True)
class CaptionPair:
    """Captions, and the lines that are shown below any of them at the same time; either may be missing."""

    above: tuple[CaptionBlock, ...]
    below: tuple[CaptionBlock, ...] = ()

    @property
    def whole(self) -> CaptionBlock:
        """One block for as long as any of it is shown, with the box of all of it."""
        blocks = (*self.above, *self.below)
        return replace(
            blocks[0],
            words=tuple(word for block in blocks for word in block.words),
            start=min(block.start for block in blocks),
            end=max(block.end for block in blocks),
            box=bounding_box_of([block.box for block in blocks]),
        )

    def move(self, dy: int) -> Self:
        """All of it moved down by pixels."""
        above, below = (tuple(move_block(block, dy) for block in part) for part in (self.above, self.below))
        return replace(self, above=above, below=below)


def pair_blocks(above: Sequence[CaptionBlock], below: Sequence[CaptionBlock]) -> list[CaptionPair]:
    """Blocks that are shown at the same time, together; each caption alone where there is no translation."""
    if not below:
        return [CaptionPair((block,)) for block in above]
    return list(_join_overlapping(above, below))


def _join_overlapping(above: Sequence[CaptionBlock], below: Sequence[CaptionBlock]) -> Iterator[CaptionPair]:
    rows = sorted(
        [*((block, True) for block in above), *((block, False) for block in below)], key=lambda row: row[0].start
    )
    joined = rows[:1]
    for row in rows[1:]:
        if row[0].start >= max(block.end for block, _ in joined):
            yield _build_pair(joined)
            joined = []
        joined.append(row)
    yield _build_pair(joined)


def _build_pair(rows: Sequence[tuple[CaptionBlock, bool]]) -> CaptionPair:
    above, below = (tuple(block for block, is_above in rows if is_above == wanted) for wanted in (True, False))
    return CaptionPair(above, below)


def move_pairs(
    pairs: Sequence[CaptionPair],
    lay_out_smaller: Callable[[], Sequence[CaptionPair]],
    faces: FilmFaces,
    place: CaptionPlacement,
    frame: tuple[int, int],
) -> list[CaptionPair]:
    """The pairs beside faces, each at the place that is best for the film as a whole; with smaller letters where it
    would cover a mouth at every place."""
    wholes, smaller = [pair.whole for pair in pairs], list[CaptionPair]()

    def list_smaller() -> list[CaptionBlock]:
        smaller.extend(lay_out_smaller())
        return [pair.whole for pair in smaller]

    moved = []
    for n, chosen in enumerate(choose_places(wholes, list_smaller, faces, place, frame)):
        pair = smaller[n] if chosen.scale == SMALLER_SCALE else pairs[n]
        moved.append(pair.move(chosen.block.box.top - pair.whole.box.top))
    return moved
