"""Coverage of glyphs by FreeType, with or without a stroke around them."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock

import freetype
import numpy as np

from pipeline.captions.glyphs import typeface
from pipeline.captions.glyphs.shaping import UNITS, PlacedGlyph
from pipeline.media.overlay import Plane

_FACES = Lock()  # a face of FreeType has one size and one glyph at a time


@dataclass(frozen=True, slots=True)
class InkBounds:
    """Bounds of ink in whole pixels from the origin of the text; y points down."""

    left: int
    top: int
    right: int
    bottom: int


def measure_glyph(glyph: PlacedGlyph) -> InkBounds | None:
    """Measure what a glyph covers; None if that is nothing, as of a space."""
    left, bottom, right, top = _measure_outline(glyph.family, glyph.pixels, glyph.number)
    if left >= right:
        return None
    return InkBounds(
        (left + glyph.x) // UNITS,
        (-top - glyph.y) // UNITS,
        -(-(right + glyph.x) // UNITS),
        -((bottom + glyph.y) // UNITS),
    )


def render_glyphs(glyphs: Sequence[PlacedGlyph], bounds: InkBounds, stroke: float) -> Plane:
    """Render the 8-bit coverage of glyphs with a stroke of `stroke` pixels around them, cut to the bounds."""
    plane = np.zeros((bounds.bottom - bounds.top, bounds.right - bounds.left), np.uint8)
    with _FACES:
        for glyph in glyphs:
            coverage, left, top = _render_glyph(glyph, stroke)
            _add_coverage(plane, coverage, left - bounds.left, top - bounds.top)
    return plane


def _add_coverage(plane: Plane, coverage: Plane, x: int, y: int) -> None:
    """Keep the greater coverage of each pixel, for what of a bitmap at (x, y) lies in the plane."""
    left, top = max(0, -x), max(0, -y)
    part = coverage[top : max(0, plane.shape[0] - y), left : max(0, plane.shape[1] - x)]
    target = plane[y + top : y + top + part.shape[0], x + left : x + left + part.shape[1]]
    np.maximum(target, part, out=target)


def _render_glyph(placed: PlacedGlyph, stroke: float) -> tuple[Plane, int, int]:
    """The bitmap of a glyph and its first pixel from the origin of the text."""
    glyph = _load_glyph(placed.family, placed.pixels, placed.number)
    if stroke:
        stroker = freetype.Stroker()
        stroker.set(round(stroke * UNITS), freetype.FT_STROKER_LINECAP_ROUND, freetype.FT_STROKER_LINEJOIN_ROUND, 0)
        glyph.stroke(stroker, destroy=True)
    origin = freetype.FT_Vector(placed.x % UNITS, placed.y % UNITS)
    bitmap_glyph = glyph.to_bitmap(freetype.FT_RENDER_MODE_NORMAL, origin, destroy=True)
    bitmap = bitmap_glyph.bitmap
    # the binding's own `buffer` makes a list, number by number
    data = ctypes.string_at(bitmap._FT_Bitmap.buffer, bitmap.rows * bitmap.pitch) if bitmap.rows else b""
    coverage = np.frombuffer(data, np.uint8).reshape(bitmap.rows, bitmap.pitch)[:, : bitmap.width]
    return coverage, bitmap_glyph.left + placed.x // UNITS, -bitmap_glyph.top - placed.y // UNITS


def _load_glyph(family: str, pixels: int, number: int) -> freetype.Glyph:
    face = _open_face(family)
    face.set_pixel_sizes(pixels, pixels)
    face.load_glyph(number, freetype.FT_LOAD_NO_BITMAP)
    return face.glyph.get_glyph()


@lru_cache(maxsize=4096)
def _measure_outline(family: str, pixels: int, number: int) -> tuple[int, int, int, int]:
    """Left, bottom, right and top of a glyph from its origin, in 1/64 pixel; y upwards."""
    with _FACES:
        box = _load_glyph(family, pixels, number).get_cbox(freetype.FT_GLYPH_BBOX_SUBPIXELS)
    return box.xMin, box.yMin, box.xMax, box.yMax


@cache
def _open_face(family: str) -> freetype.Face:
    return freetype.Face(str(typeface.find_font_file(family)))
