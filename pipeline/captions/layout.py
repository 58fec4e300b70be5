"""Layout of caption groups: line breaks, font size and word positions, in pixels of the displayed picture."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from models.captions.fonts import letter_extents_of
from models.captions.placement import NOT_PLACED, Anchor, CaptionPlacement, TextPosition
from models.captions.style import CaptionStyle
from pipeline.captions.boxes import Box, bounding_box_of
from pipeline.captions.caption_words import CaptionWord, is_joined
from pipeline.captions.drawing.overhang import has_plate, measure_overhang
from pipeline.captions.glyphs.shaping import split_scripts
from pipeline.captions.grouping import CaptionGroup
from pipeline.captions.line_breaks import TextLine, break_lines, compute_pen_positions
from pipeline.captions.motion_states import derive_line_motions, measure_group_scale, measure_motion_reach
from pipeline.captions.scripts import is_right_to_left, split_clusters
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
    """A positioned word: its em, its origin on the baseline and the box of its ink and stroke in pixels; times in
    seconds, how many letters it has, and how far those of its script reach above and below the baseline, em.
    """

    text: str
    start: float
    end: float
    x: int
    baseline: int
    box: Box
    size: int
    emphasis: int | None = None
    speaker: int = 0
    length: int = 1
    extents: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class CaptionBlock:
    """A laid out group: its words in spoken order, the em in pixels, and the box that contains all it draws.

    `is_unspaced` means that some words have no space between them, so that the stroke of one may touch the letters
    of another. `is_highlighted_whole` means that its words are highlighted together, not one by one.
    """

    words: tuple[PlacedWord, ...]
    start: float
    end: float
    size: int
    box: Box
    is_unspaced: bool
    is_rtl: bool = False
    is_highlighted_whole: bool = False
    position: TextPosition = NOT_PLACED


@dataclass(frozen=True, slots=True)
class _TextMetrics:
    """How text is measured, and whether lines run from right to left."""

    measure: Measure
    is_rtl: bool


def interpolate_place(places: Sequence[CaptionPlacement], width: int, height: int) -> CaptionPlacement:
    """Interpolate the caption placement for a picture of this size between those of the two nearest aspects."""
    rows = sorted(places, key=lambda place: place.aspect)
    log_aspect = math.log(width / height)
    log_aspects = [math.log(row.aspect) for row in rows]

    def interpolate(values: list[float]) -> float:
        return float(np.interp(log_aspect, log_aspects, values))

    safe = {side: interpolate([getattr(row.safe, side) for row in rows]) for side in ("top", "bottom", "left", "right")}
    shares = {name: interpolate([getattr(row, name) for row in rows]) for name in ("size", "y", "max_width")}
    return CaptionPlacement.model_validate({"aspect": width / height, "safe": safe, "align": rows[0].align, **shares})


def count_max_columns(place: CaptionPlacement, style: CaptionStyle, width: int, height: int) -> int:
    """Return how many columns of a word fit into a line at the smallest size it may be shrunk to."""
    pixels = max(_MIN_PIXELS, _MIN_SCALE * place.size * style.font.size * height)
    return max(4, int(place.max_width * width / (_COLUMN_WIDTH * pixels)))


def lay_out_groups(
    groups: Sequence[CaptionGroup],
    style: CaptionStyle,
    place: CaptionPlacement,
    frame: tuple[int, int],
    measure: Measure,
    anchored: Mapping[Anchor, CaptionPlacement] = MappingProxyType({}),
) -> list[CaptionBlock]:
    """Lay out every group in even lines at its place, or where its position is, shrunk where a word is too wide.

    All lines have the direction of most letters of the film, so that one foreign name does not reverse its line.
    """
    is_rtl = is_right_to_left("".join(word.text for group in groups for word in group.words))
    metrics = _TextMetrics(measure, is_rtl)
    line_style = style.model_copy(update={"motion": derive_line_motions(style.motion)})
    styles = [line_style if group.is_highlighted_whole else style for group in groups]
    places = [find_place_at(group.position, place, anchored) for group in groups]
    return [_build_block(*each, frame, metrics) for each in zip(groups, styles, places, strict=True)]


def find_place_at(
    position: TextPosition, place: CaptionPlacement, anchored: Mapping[Anchor, CaptionPlacement]
) -> CaptionPlacement:
    """The place of captions whose file says where they stand."""
    found = anchored.get(position.anchor, place) if position.anchor else place
    return found.model_copy(update={"align": position.side}) if position.side else found


def find_plate_box(word: PlacedWord, slack: float = 0.0) -> Box:
    """What a plate is drawn around: the extents of its script's letters, larger only where ink exceeds them by more
    than `slack` em, so that plates are equally tall.
    """
    above, below = (round(extent * word.size) for extent in word.extents)
    reach = slack * word.size
    top, bottom = min(word.box.top + reach, word.baseline - above), max(word.box.bottom - reach, word.baseline + below)
    return Box(word.box.left, round(top), word.box.right, round(bottom))


def _build_block(
    group: CaptionGroup, style: CaptionStyle, place: CaptionPlacement, frame: tuple[int, int], metrics: _TextMetrics
) -> CaptionBlock:
    size = max(_MIN_PIXELS, round(place.size * style.font.size * frame[1]))
    advances = [word.scale * metrics.measure(word.text, size).advance / size for word in group.words]
    max_width = _compute_max_width(style, place, frame[0] / size, max(advances), size)
    lines = break_lines(group.words, style, advances, max_width, is_rtl=metrics.is_rtl)
    size = max(_MIN_PIXELS, min(size, int(size * max_width / max(line.width for line in lines))))
    sizes = [max(1, round(size * word.scale)) for word in group.words]
    extents = [metrics.measure(word.text, pixels) for word, pixels in zip(group.words, sizes, strict=True)]
    baselines = _compute_baselines(lines, extents, style, size, place.y * frame[1])
    starts = _compute_line_starts(lines, style, place, size, frame[0], is_rtl=metrics.is_rtl)
    pen_positions = compute_pen_positions(lines, baselines, starts, size)
    words = [
        _place_word(word, extent, pen_positions[n], sizes[n], style)
        for n, (word, extent) in enumerate(zip(group.words, extents, strict=True))
    ]
    box = _compute_bounds(words, style)
    dx, dy = box.compute_shift(_find_safe_area(place, frame))
    moved = (replace(w, x=w.x + dx, baseline=w.baseline + dy, box=w.box.move(dx, dy)) for w in words)
    is_unspaced = any(is_joined(*pair) for pair in pairwise(group.words))
    block_box = box.move(dx, dy).clip_to(*frame)
    return CaptionBlock(
        tuple(moved),
        group.start,
        group.end,
        size,
        block_box,
        is_unspaced,
        metrics.is_rtl,
        group.is_highlighted_whole,
        group.position,
    )


def _compute_max_width(
    style: CaptionStyle, place: CaptionPlacement, frame_width: float, longest_advance: float, size: int
) -> float:
    """Maximum width of a line such that shadow, plate and motions stay in the safe area; all in em."""
    reach = measure_motion_reach(style)
    margins = 2 * (measure_overhang(style) * reach.scale + reach.offset) + 4 / size
    safe = (1 - place.safe.left - place.safe.right) * frame_width / measure_group_scale(style) - margins
    swell = (reach.scale - 1) * min(longest_advance, safe / reach.scale)  # a longer word is shrunk until it fits
    return max(1.0, min(place.max_width * frame_width, safe - swell))


def _compute_baselines(
    lines: Sequence[TextLine], extents: Sequence[TextExtent], style: CaptionStyle, size: int, y: float
) -> list[float]:
    """Baselines such that the capitals are centred on `y` and the ink of adjacent lines does not touch; pixels."""
    stroke = style.base.stroke.width if style.base.stroke else 0.0
    offsets = [0.0]
    for above, below in pairwise(lines):
        descent = max(extents[index].bottom for index, _ in above.words)
        ascent = max(-extents[index].top for index, _ in below.words)
        gap = max(style.font.leading * size * below.scale, descent + ascent + max(_MIN_LINE_GAP, 2 * stroke) * size)
        offsets.append(offsets[-1] + gap)
    first = y + (_CAPITAL_HEIGHT * size * lines[0].scale - offsets[-1]) / 2
    return [first + offset for offset in offsets]


def _compute_line_starts(
    lines: Sequence[TextLine], style: CaptionStyle, place: CaptionPlacement, size: int, width: int, *, is_rtl: bool
) -> list[float]:
    """Left end of each line: centred, or at a side of the safe area; pixels."""
    if place.align == "centre":
        return [(width - line.width * size) / 2 for line in lines]
    reach = measure_motion_reach(style)
    margin = (measure_overhang(style) * reach.scale + reach.offset) * size + 2
    left, right = place.safe.left * width + margin, (1 - place.safe.right) * width - margin
    is_right = place.align == "right" or (place.align == "start" and is_rtl)
    return [right - line.width * size if is_right else left for line in lines]


def _place_word(
    word: CaptionWord, extent: TextExtent, pen: tuple[int, int], size: int, style: CaptionStyle
) -> PlacedWord:
    x, y = pen
    stroke = math.ceil(style.base.stroke.width * size) if style.base.stroke else 0
    box = Box(
        math.floor(x + extent.left),
        math.floor(y + extent.top),
        math.ceil(x + extent.right),
        math.ceil(y + extent.bottom),
    ).expand(stroke, stroke)
    length, extents = len(split_clusters(word.text)), _find_extents(word.text)
    return PlacedWord(word.text, word.start, word.end, x, y, box, size, word.emphasis, word.speaker, length, extents)


def _find_extents(text: str) -> tuple[float, float]:
    above, below = zip(*(letter_extents_of(script) for script, _ in split_scripts(text)), strict=True)
    return max(above), max(below)


def _compute_bounds(words: Sequence[PlacedWord], style: CaptionStyle) -> Box:
    """Box of all that words may draw, with shadows, plates and motions."""
    reach = measure_motion_reach(style)
    overhang = measure_overhang(style) * reach.scale + reach.offset
    boxes = [find_plate_box(word) if has_plate(style) else word.box for word in words]
    margins = [overhang * word.size + 2 for word in words]
    box = bounding_box_of([box.scale(reach.scale, margin) for box, margin in zip(boxes, margins, strict=True)])
    return box.scale(measure_group_scale(style))


def _find_safe_area(place: CaptionPlacement, frame: tuple[int, int]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the part of the frame that is kept for captions; pixels."""
    width, height = frame
    safe = place.safe
    return safe.left * width, safe.top * height, (1 - safe.right) * width, (1 - safe.bottom) * height
