"""Emoji above captions: beside words of a list, at most two in ten seconds, where nothing else is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from models.captions.fonts import EMOJI_FAMILY
from models.captions.motion import get_motion
from models.captions.placement import CaptionPlacement
from models.captions.word_lists import find_emoji
from models.jobs.transcript import Word
from pipeline.captions.avoidance.costs import compute_covered_share
from pipeline.captions.avoidance.places import list_face_areas
from pipeline.captions.boxes import Box, bounding_box_of
from pipeline.captions.layout import CaptionBlock
from pipeline.captions.motion_states import compute_pose
from pipeline.captions.text_shaping import render_masks
from pipeline.media.overlay import Overlay
from pipeline.media.transcode import Canvas
from pipeline.vision.film_faces import FilmFaces

WINDOW: Final = 10.0  # seconds in which there are at most two
_IN_WINDOW: Final = 2
_SIZE: Final = 1.25  # of the captions' em
_GAP: Final = 0.18  # em between it and the captions
_COLUMNS: Final = (0.5, 0.0, 1.0, 0.25, 0.75)  # where it may stand, shares of what the captions are wider, best first
_MOTION: Final = "pop"


@dataclass(frozen=True, slots=True)
class EmojiMark:
    """An emoji in its box, in pixels, from `start` to `end`, seconds; the box is that of its largest size."""

    text: str
    start: float
    end: float
    box: Box


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is beside the captions of a film: the safe area, the size of the frame, lines below them, faces, and boxes
    that are in every frame, such as the logo's and the watermark's.

    `earliest` is the second up to which something else is shown there.
    """

    place: CaptionPlacement
    frame: tuple[int, int]
    below: Sequence[CaptionBlock] = ()
    faces: FilmFaces | None = None
    fixed: Sequence[Box] = ()
    earliest: float = 0.0


class EmojiMarks:
    """Painter of the emoji above captions."""

    def __init__(self, marks: Sequence[EmojiMark], canvas: Canvas) -> None:
        self._marks = marks
        self._draw = lru_cache(maxsize=16)(lambda mark, scale: _draw_mark(mark, scale, canvas))

    def __call__(self, seconds: float) -> list[Overlay]:
        shown = (mark for mark in self._marks if mark.start <= seconds < mark.end)
        return [self._draw(mark, compute_pose(get_motion(_MOTION), seconds - mark.start).scale) for mark in shown]


def place_marks(
    words: Sequence[Word], language: str, blocks: Sequence[CaptionBlock], around: Surroundings
) -> list[EmojiMark]:
    """The emoji of a film: each from its word on for as long as its caption is shown."""
    marks: list[EmojiMark] = []
    for word in words:
        text = find_emoji(word.text, language)
        block = next((each for each in blocks if each.start <= word.start < each.end), None)
        if text is None or block is None or word.start < around.earliest or not _has_room(marks, text, word.start):
            continue
        taken = _list_taken(replace(block, start=word.start), blocks, around)
        if box := _find_box(block, taken, around):
            marks.append(EmojiMark(text, word.start, block.end, box))
    return marks


def expand_blocks(blocks: Sequence[CaptionBlock], marks: Sequence[EmojiMark]) -> list[CaptionBlock]:
    """The blocks with boxes that hold the emoji above them too."""
    return [
        replace(block, box=bounding_box_of([block.box, *(mark.box for mark in marks if _is_of(mark, block))]))
        for block in blocks
    ]


def _list_taken(shown: CaptionBlock, blocks: Sequence[CaptionBlock], around: Surroundings) -> list[Box]:
    """What is in the picture while a caption is shown: words, faces, and what is always there."""
    texts = [each.box for each in (*blocks, *around.below) if each.start < shown.end and each.end > shown.start]
    faces = list_face_areas(around.faces, shown, around.frame) if around.faces else []
    return [*texts, *(face.box for face in faces), *around.fixed]


def _is_of(mark: EmojiMark, block: CaptionBlock) -> bool:
    return block.start <= mark.start < block.end


def _has_room(marks: Sequence[EmojiMark], text: str, start: float) -> bool:
    """Whether one more may be shown then: in no ten seconds are there three, nor two that look alike in a row."""
    if marks and (marks[-1].end > start or (marks[-1].text == text and start - marks[-1].end < WINDOW)):
        return False
    return len(marks) < _IN_WINDOW or start - marks[-_IN_WINDOW].end >= WINDOW


def find_mark_rows(blocks: Sequence[CaptionBlock], frame_height: int) -> float:
    """How far emoji reach up above captions, as a share of the height."""
    return max(sum(_measure_mark(block)) for block in blocks) / frame_height


def _find_box(block: CaptionBlock, taken: Sequence[Box], around: Surroundings) -> Box | None:
    """The first place above the captions, in their middle, at their ends or between, that is safe and free."""
    side, gap = _measure_mark(block)
    top = block.box.top - gap - side
    lefts = (block.box.left + round(share * (block.box.width - side)) for share in _COLUMNS)
    boxes = (Box(left, top, left + side, top + side) for left in lefts)
    return next((box for box in boxes if _is_safe(box, around) and not _is_taken(box, taken)), None)


def _measure_mark(block: CaptionBlock) -> tuple[int, int]:
    """The side of an emoji at its largest, and the gap below it; pixels."""
    return round(_SIZE * block.size * get_motion(_MOTION).peak_scale), round(_GAP * block.size)


def _is_taken(box: Box, taken: Sequence[Box]) -> bool:
    return any(compute_covered_share(box, each) > 0 for each in taken)


def _is_safe(box: Box, around: Surroundings) -> bool:
    safe, (width, height) = around.place.safe, around.frame
    is_inside = box.left >= safe.left * width and box.right <= (1 - safe.right) * width
    return is_inside and box.top >= safe.top * height and box.bottom <= (1 - safe.bottom) * height


def _draw_mark(mark: EmojiMark, scale: float, canvas: Canvas) -> Overlay:
    """The emoji in the middle of its box, scaled by its motion."""
    pixels = max(1, int(scale * mark.box.width / get_motion(_MOTION).peak_scale / 1.1))
    masks = render_masks(mark.text, (EMOJI_FAMILY,), pixels)
    picture = masks.colours if masks.colours is not None else np.zeros((2, 2, 4), np.uint8)
    x = (mark.box.left + mark.box.right - picture.shape[1]) // 2
    y = (mark.box.top + mark.box.bottom - picture.shape[0]) // 2
    return Overlay.from_rgba(picture, x, y, canvas.matrix)
