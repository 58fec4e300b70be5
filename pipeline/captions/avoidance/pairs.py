"""Captions with the lines of a translation below them, which move around faces as one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Self

from models.captions.placement import CaptionPlacement
from pipeline.captions.avoidance.candidates import move_block
from pipeline.captions.avoidance.places import SMALLER_SCALE, choose_places
from pipeline.captions.boxes import bounding_box_of
from pipeline.captions.layout import CaptionBlock
from pipeline.vision.film_faces import FilmFaces

_MIN_SECONDS: Final = 0.8  # seconds that a line is shown at least


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
    """Blocks that are shown at the same time, together; each caption alone where there is no translation.

    A line that follows another in the middle of a caption follows it where the caption begins or ends, whichever is
    nearer: captions would join all lines of a film otherwise.
    """
    if not below:
        return [CaptionPair((block,)) for block in above]
    return list(_join_overlapping(above, align_lines(above, below)))


def align_lines(above: Sequence[CaptionBlock], below: Sequence[CaptionBlock]) -> list[CaptionBlock]:
    """Lines that follow each other between captions; in the middle of one where a line would be too short."""
    lines = list(below)
    for n, (before, after) in enumerate(pairwise(below)):
        caption = next((block for block in above if block.start < after.start < block.end), None)
        if caption is None:
            continue
        start = min(caption.start, caption.end, key=lambda edge: abs(edge - after.start))
        if start - lines[n].start >= _MIN_SECONDS and after.end - start >= _MIN_SECONDS:
            lines[n] = replace(lines[n], end=min(before.end, start))
            lines[n + 1] = _start_at(after, start)
    return lines


def _start_at(line: CaptionBlock, start: float) -> CaptionBlock:
    return replace(line, words=tuple(replace(word, start=start, end=start) for word in line.words), start=start)


def _join_overlapping(above: Sequence[CaptionBlock], below: Sequence[CaptionBlock]) -> Iterator[CaptionPair]:
    rows = sorted(
        [*((block, True) for block in above), *((block, False) for block in below)], key=lambda row: row[0].start
    )
    joined = rows[:1]
    for row in rows[1:]:
        is_elsewhere = row[0].position.anchor != joined[-1][0].position.anchor
        if is_elsewhere or row[0].start >= max(block.end for block, _ in joined):
            yield _build_pair(joined)
            joined = []
        joined.append(row)
    yield _build_pair(joined)


def _build_pair(rows: Sequence[tuple[CaptionBlock, bool]]) -> CaptionPair:
    above, below = (tuple(block for block, is_above in rows if is_above == wanted) for wanted in (True, False))
    return CaptionPair(above, below)


def move_aside(
    above: Sequence[CaptionBlock],
    below: Sequence[CaptionBlock],
    lay_out_smaller: Callable[[], tuple[Sequence[CaptionBlock], Sequence[CaptionBlock]]],
    faces: FilmFaces,
    place: CaptionPlacement,
    frame: tuple[int, int],
) -> tuple[list[CaptionBlock], list[CaptionBlock]]:
    """Captions and lines beside faces, at the places that are best for the film as a whole."""
    pairs = pair_blocks(above, below)
    moved = move_pairs(pairs, lambda: pair_blocks(*lay_out_smaller()), faces, place, frame)
    return [block for pair in moved for block in pair.above], [block for pair in moved for block in pair.below]


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
