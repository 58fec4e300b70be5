"""Strokes of glyphs: centre lines of what a font draws, in the order and direction in which a hand writes them."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from pipeline.captions.glyphs.rasterization import measure_glyph, render_glyphs
from pipeline.captions.glyphs.shaping import UNITS, PlacedGlyph
from pipeline.sketch.lines.ink_tracing import trace_part
from pipeline.sketch.types import Image, Points

_SIZE = 128  # pixels per em at which centre lines are found
_COVERED = 128  # of 255
_MARK_AREA = 0.35  # of the glyph's largest part: smaller parts are written last


@lru_cache(maxsize=2048)
def trace_glyph(family: str, number: int, *, is_rtl: bool) -> tuple[Points, ...]:
    """Trace the strokes of a glyph in em from its origin, y pointing down, in the order of writing; none of a space."""
    glyph = PlacedGlyph(family, _SIZE, number, 0, 0)
    bounds = measure_glyph(glyph)
    if bounds is None:
        return ()
    ink = np.pad(render_glyphs([glyph], bounds, 0), 2)
    origin = np.array((bounds.left - 2, bounds.top - 2), np.float32)
    return tuple((stroke + 0.5 + origin) / _SIZE for stroke in _trace_parts(ink, -1 if is_rtl else 1))


def _trace_parts(ink: Image, direction: int) -> list[Points]:
    """The strokes of each connected part: the large ones in the direction of writing, then marks."""
    mask = (ink >= _COVERED).astype(np.uint8)
    count, parts, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if count < 2:
        return []
    is_mark = areas < _MARK_AREA * areas.max()
    order = sorted(range(count - 1), key=lambda k: (is_mark[k], direction * centres[k + 1][0]))
    return [stroke for k in order for stroke in trace_part(parts == k + 1, direction)]


def list_word_strokes(glyphs: Sequence[PlacedGlyph], *, is_rtl: bool) -> list[Points]:
    """The strokes of a shaped word in pixels from its origin, glyph by glyph as it is written."""
    ordered = reversed(glyphs) if is_rtl else glyphs
    return [
        stroke * glyph.pixels + np.array((glyph.x, -glyph.y), np.float32) / UNITS
        for glyph in ordered
        for stroke in trace_glyph(glyph.family, glyph.number, is_rtl=is_rtl)
    ]
