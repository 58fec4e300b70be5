"""Strokes of glyphs: centre lines of what a font draws, in the order and direction in which a hand writes them."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from skimage.morphology import skeletonize

from pipeline.captions.glyphs.rasterization import measure_glyph, render_glyphs
from pipeline.captions.glyphs.shaping import UNITS, PlacedGlyph
from pipeline.sketch.lines.tracing import trace_strokes
from pipeline.sketch.types import Floats, Image, Integers, Points

_SIZE = 128  # pixels per em at which centre lines are found
_COVERED = 128  # of 255
_SPUR_LENGTH = 1.1  # pen widths: shorter branches of a centre line are of the outline's corners
_MARK_AREA = 0.35  # of the glyph's largest part: smaller parts above or below it are written last
_DROP = 0.6  # how much a point farther down counts against one farther along, where strokes are sorted
_JOIN_DISTANCE = 2.0  # pixels


@lru_cache(maxsize=2048)
def trace_glyph(family: str, number: int, *, is_rtl: bool) -> tuple[Points, ...]:
    """Trace the strokes of a glyph in em from its origin, y pointing down, in the order of writing; none of a space."""
    glyph = PlacedGlyph(family, _SIZE, number, 0, 0)
    bounds = measure_glyph(glyph)
    if bounds is None:
        return ()
    ink = np.pad(render_glyphs([glyph], bounds, 0), 2)
    origin = np.array((bounds.left - 2, bounds.top - 2), np.float32)
    direction = -1 if is_rtl else 1
    strokes = [_orient(stroke, direction) for stroke in _trace_parts(ink, direction)]
    return tuple((stroke + 0.5 + origin) / _SIZE for stroke in strokes)


def _trace_parts(ink: Image, direction: int) -> list[Points]:
    """The strokes of each connected part: the large ones in the direction of writing, then marks."""
    mask = (ink >= _COVERED).astype(np.uint8)
    count, parts, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if count < 2:
        return []
    is_mark = areas < _MARK_AREA * areas.max()
    order = sorted(range(count - 1), key=lambda k: (is_mark[k], direction * centres[k + 1][0]))
    return [stroke for k in order for stroke in _trace_part(parts == k + 1, direction)]


def _trace_part(part: Integers, direction: int) -> list[Points]:
    distances = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 5)
    skeleton = skeletonize(part)  # type: ignore[no-untyped-call]
    width = 2 * float(np.median(distances[skeleton]))
    traced = trace_strokes(skeleton, np.ones(part.shape, np.float32), _JOIN_DISTANCE)
    strokes = [stroke.points for stroke in traced if stroke.length > _SPUR_LENGTH * width]
    if not strokes:
        return [_dot_for(distances)]
    return sorted(strokes, key=lambda stroke: _score_position(stroke, direction))


def _dot_for(distances: Floats) -> Points:
    """A dab of the pen at the middle of a part that has no length."""
    row, column = np.unravel_index(int(distances.argmax()), distances.shape)
    return np.array([(column - 1, row), (column + 1, row)], np.float32)


def _score_position(stroke: Points, direction: int) -> float:
    """How late a stroke is written: the farther along and down it begins, the later."""
    return float((direction * stroke[:, 0] + _DROP * stroke[:, 1]).min())


def _orient(stroke: Points, direction: int) -> Points:
    """The stroke from its upper end, or the one nearer to the beginning of the line."""
    first, last = (direction * end[0] + 1.5 * end[1] for end in (stroke[0], stroke[-1]))
    return stroke if first <= last else stroke[::-1]


def list_word_strokes(glyphs: Sequence[PlacedGlyph], *, is_rtl: bool) -> list[Points]:
    """The strokes of a shaped word in pixels from its origin, glyph by glyph as it is written."""
    ordered = reversed(glyphs) if is_rtl else glyphs
    return [
        stroke * glyph.pixels + np.array((glyph.x, -glyph.y), np.float32) / UNITS
        for glyph in ordered
        for stroke in trace_glyph(glyph.family, glyph.number, is_rtl=is_rtl)
    ]
