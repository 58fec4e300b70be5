"""Layout of caption groups: line breaks, font size and word positions, in pixels of the displayed picture."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np

from models.jobs.caption_styles import BaseAppearance, CaptionPlacement, CaptionStyle
from pipeline.captions.boxes import Box, bounding_box_of
from pipeline.captions.grouping import CaptionGroup, CaptionWord
from pipeline.captions.scripts import compute_visual_order, is_right_to_left, is_unspaced_pair
from pipeline.captions.text_shaping import TextExtent

# (text, em in pixels) -> its extent without a stroke.
Measure = Callable[[str, int], TextExtent]

_CAPITAL_HEIGHT = 0.70  # cap height, em: lines are centred on it
_MIN_LINE_GAP = 0.16  # em, minimum gap between the ink of two lines
_COLUMN_WIDTH = 0.74  # em, width of one column of heavy capitals
_MIN_SCALE = 0.42  # of the full size: a word that would have to be smaller is split
_MIN_PIXELS = 6  # pixels per em; letters are illegible below


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A positioned word: its origin on the baseline and the box of its ink and stroke in pixels; times in seconds."""

    text: str
    start: float
    end: float
    x: int
    baseline: int
    box: Box


@dataclass(frozen=True, slots=True)
class CaptionBlock:
    """A laid out group: its words in spoken order, the em in pixels, and the box that contains all it draws.

    `is_unspaced` means that some words have no space between them, so that the stroke of one may touch the letters
    of another.
    """

    words: tuple[PlacedWord, ...]
    start: float
    end: float
    size: int
    box: Box
    is_unspaced: bool


@dataclass(frozen=True, slots=True)
class _TextMetrics:
    """How text is measured, and whether lines run from right to left."""

    measure: Measure
    is_rtl: bool


@dataclass(frozen=True, slots=True)
class _TextLine:
    words: tuple[tuple[int, float], ...]  # index into the group, and offset from the line's start in em
    width: float  # em


def interpolate_place(places: Sequence[CaptionPlacement], width: int, height: int) -> CaptionPlacement:
    """Interpolate the caption placement for a picture of this size between those of the two nearest aspects."""
    rows = sorted(places, key=lambda place: place.aspect)
    log_aspect = math.log(width / height)
    log_aspects = [math.log(row.aspect) for row in rows]

    def interpolate(values: list[float]) -> float:
        return float(np.interp(log_aspect, log_aspects, values))

    safe = {side: interpolate([getattr(row.safe, side) for row in rows]) for side in ("top", "bottom", "left", "right")}
    shares = {name: interpolate([getattr(row, name) for row in rows]) for name in ("size", "y", "max_width")}
    return CaptionPlacement.model_validate({"aspect": width / height, "safe": safe, **shares})


def count_max_columns(place: CaptionPlacement, width: int, height: int) -> int:
    """Return how many columns of a word fit into a line at the smallest size it may be shrunk to."""
    pixels = max(_MIN_PIXELS, _MIN_SCALE * place.size * height)
    return max(4, int(place.max_width * width / (_COLUMN_WIDTH * pixels)))


def lay_out_groups(
    groups: Sequence[CaptionGroup],
    style: CaptionStyle,
    place: CaptionPlacement,
    frame: tuple[int, int],
    measure: Measure,
) -> list[CaptionBlock]:
    """Lay out every group in balanced lines centred on its place, shrunk where a word is too wide.

    All lines have the direction of most letters of the film, so that one foreign name does not reverse its line.
    """
    is_rtl = is_right_to_left("".join(word.text for group in groups for word in group.words))
    return [_build_block(group, style, place, frame, _TextMetrics(measure, is_rtl)) for group in groups]


def measure_reach(base: BaseAppearance) -> float:
    """Return how far stroke and shadow extend beyond the letters, em."""
    stroke = base.stroke.width if base.stroke else 0.0
    shadow = base.shadow
    return stroke + (max(abs(shadow.dx), abs(shadow.dy)) + 2.5 * shadow.blur if shadow else 0.0)


def _measure_overhang(style: CaptionStyle) -> float:
    """How far stroke, shadow and plates extend beyond the letters, em."""
    return max([measure_reach(style.base), *(plate.pad for plate in (style.base.plate, style.active.plate) if plate)])


def _build_block(
    group: CaptionGroup, style: CaptionStyle, place: CaptionPlacement, frame: tuple[int, int], metrics: _TextMetrics
) -> CaptionBlock:
    width, height = frame
    size = max(_MIN_PIXELS, round(place.size * height))
    advances = [metrics.measure(word.text, size).advance / size for word in group.words]
    max_width = _compute_max_width(style, place, width / size, max(advances))
    lines = _break_lines(group.words, style, advances, max_width, is_rtl=metrics.is_rtl)
    size = max(_MIN_PIXELS, min(size, int(size * max_width / max(line.width for line in lines))))
    extents = [metrics.measure(word.text, size) for word in group.words]
    pen_positions = _compute_pen_positions(
        lines, _compute_baselines(lines, extents, style, size, place.y * height), size, width
    )
    words = [
        _place_word(word, extent, pen_positions[n], _stroke_width_of(style, size))
        for n, (word, extent) in enumerate(zip(group.words, extents, strict=True))
    ]
    box = bounding_box_of([_bounds_of(word.box, style, size) for word in words])
    dx, dy = _compute_shift(box, place, frame)
    moved = (replace(w, x=w.x + dx, baseline=w.baseline + dy, box=w.box.move(dx, dy)) for w in words)
    is_unspaced = any(is_unspaced_pair(left.text, right.text) for left, right in pairwise(group.words))
    return CaptionBlock(tuple(moved), group.start, group.end, size, box.move(dx, dy).clip_to(*frame), is_unspaced)


def _compute_max_width(
    style: CaptionStyle, place: CaptionPlacement, frame_width: float, longest_advance: float
) -> float:
    """Maximum width of a line such that shadow, plate and pop stay in the safe area; all in em."""
    pop = (style.active.pop.peak - 1) * longest_advance if style.active.pop else 0.0
    safe = (1 - place.safe.left - place.safe.right) * frame_width - 2 * _measure_overhang(style) - pop
    return max(1.0, min(place.max_width * frame_width, safe))


def _break_lines(
    words: Sequence[CaptionWord], style: CaptionStyle, advances: list[float], max_width: float, *, is_rtl: bool
) -> tuple[_TextLine, ...]:
    """Break into the fewest lines that fit into `max_width` (em), such that the widest is as narrow as possible."""
    best: tuple[_TextLine, ...] = ()
    for count in range(1, min(style.group.max_lines, len(words)) + 1):
        cuts = combinations(range(1, len(words)), count - 1)
        bounds = (pairwise((0, *cut, len(words))) for cut in cuts)
        splits = (
            tuple(_build_line(words, advances, range(*pair), style.font.space, is_rtl=is_rtl) for pair in pairs)
            for pairs in bounds
        )
        best = min(splits, key=lambda lines: max(line.width for line in lines))
        if max(line.width for line in best) <= max_width:
            break
    return best


def _build_line(
    words: Sequence[CaptionWord], advances: list[float], members: range, space: float, *, is_rtl: bool
) -> _TextLine:
    order = compute_visual_order([words[index].text for index in members], is_rtl=is_rtl)
    pen = 0.0
    placed: list[tuple[int, float]] = []
    for index in (members[position] for position in order):
        if placed:
            before, after = sorted((placed[-1][0], index))
            pen += 0.0 if is_unspaced_pair(words[before].text, words[after].text) else space
        placed.append((index, pen))
        pen += advances[index]
    return _TextLine(tuple(placed), pen)


def _compute_baselines(
    lines: Sequence[_TextLine], extents: Sequence[TextExtent], style: CaptionStyle, size: int, y: float
) -> list[float]:
    """Baselines such that the capitals are centred on `y` and the ink of adjacent lines does not touch; pixels."""
    line_spacing = style.font.leading * size
    for above, below in pairwise(lines):
        descent = max(extents[index].bottom for index, _ in above.words)
        ascent = max(-extents[index].top for index, _ in below.words)
        line_spacing = max(line_spacing, descent + ascent + _MIN_LINE_GAP * size)
    first = y + _CAPITAL_HEIGHT * size / 2 - line_spacing * (len(lines) - 1) / 2
    return [first + line_spacing * number for number in range(len(lines))]


def _compute_pen_positions(
    lines: Sequence[_TextLine], baselines: Sequence[float], size: int, width: int
) -> dict[int, tuple[int, int]]:
    """Origin of each word, by its index, in the centred lines; pixels."""
    return {
        index: (round((width - line.width * size) / 2 + offset * size), round(baseline))
        for line, baseline in zip(lines, baselines, strict=True)
        for index, offset in line.words
    }


def _place_word(word: CaptionWord, extent: TextExtent, pen: tuple[int, int], stroke_width: int) -> PlacedWord:
    x, y = pen
    box = Box(
        math.floor(x + extent.left),
        math.floor(y + extent.top),
        math.ceil(x + extent.right),
        math.ceil(y + extent.bottom),
    )
    return PlacedWord(word.text, word.start, word.end, x, y, box.expand(stroke_width, stroke_width))


def _stroke_width_of(style: CaptionStyle, size: int) -> int:
    return math.ceil(style.base.stroke.width * size) if style.base.stroke else 0


def _bounds_of(box: Box, style: CaptionStyle, size: int) -> Box:
    """Box of all a word may draw, with its shadow, its plate and the peak of its pop."""
    peak = style.active.pop.peak if style.active.pop else 1.0
    overhang = _measure_overhang(style) * size * peak + 2
    grow_x, grow_y = ((peak - 1) / 2 * side for side in (box.width, box.height))
    return box.expand(math.ceil(overhang + grow_x), math.ceil(overhang + grow_y))


def _compute_shift(box: Box, place: CaptionPlacement, frame: tuple[int, int]) -> tuple[int, int]:
    """Offset (dx, dy) that moves a box into the safe area, or centres it there if it is too large; pixels."""
    width, height = frame
    return (
        _compute_axis_shift(box.left, box.right, place.safe.left * width, (1 - place.safe.right) * width),
        _compute_axis_shift(box.top, box.bottom, place.safe.top * height, (1 - place.safe.bottom) * height),
    )


def _compute_axis_shift(low: int, high: int, minimum: float, maximum: float) -> int:
    if high - low > maximum - minimum:
        return round((minimum + maximum - low - high) / 2)
    return math.ceil(max(0, minimum - low)) - math.ceil(max(0, high - maximum))
