"""Coverage of glyphs by FreeType, with or without a stroke around them."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from threading import Lock

import cv2
import freetype
import numpy as np
from PIL import Image

from pipeline.captions.glyphs import typeface
from pipeline.captions.glyphs.colour_layers import Colour, list_layers
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
    outlines = [_measure_outline(each.family, each.pixels, each.number) for each, _ in _split_layers(glyph)]
    left, bottom = min(box[0] for box in outlines), min(box[1] for box in outlines)
    right, top = max(box[2] for box in outlines), max(box[3] for box in outlines)
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
        for layer, _ in [layer for glyph in glyphs for layer in _split_layers(glyph)]:
            coverage, left, top = _render_glyph(layer, stroke)
            _add_coverage(plane, coverage, left - bounds.left, top - bounds.top)
    return plane


def render_colours(glyphs: Sequence[PlacedGlyph], bounds: InkBounds) -> Plane:
    """Render glyphs that have colours of their own, as (height, width, 4) with straight alpha, cut to the bounds."""
    picture = Image.new("RGBA", (bounds.right - bounds.left, bounds.bottom - bounds.top))
    for layer, colour in [layer for glyph in glyphs for layer in _split_layers(glyph)]:
        if colour is not None:
            coverage = render_glyphs([layer], bounds, 0)
            painted = Image.new("RGBA", picture.size, colour)
            painted.putalpha(Image.fromarray(cv2.convertScaleAbs(coverage, alpha=colour[3] / 255)))
            picture.alpha_composite(painted)
    return np.asarray(picture)


def has_colours(glyph: PlacedGlyph) -> bool:
    """Whether a glyph keeps its own colours."""
    return bool(list_layers(glyph.family, glyph.number))


def _split_layers(glyph: PlacedGlyph) -> list[tuple[PlacedGlyph, Colour | None]]:
    """The layers of a glyph with their colours; the glyph itself, without a colour, where it has none."""
    layers = list_layers(glyph.family, glyph.number)
    return [(replace(glyph, number=each.number), each.colour) for each in layers] or [(glyph, None)]


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
