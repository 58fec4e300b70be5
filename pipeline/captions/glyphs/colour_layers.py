"""Glyphs in colours of their own, such as emoji: layers of outlines, each of one colour (COLR and CPAL, version 0)."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline.captions.glyphs import typeface

Colour: TypeAlias = tuple[int, int, int, int]
"""Red, green, blue and alpha."""

_HEADER = np.dtype([("version", ">u2"), ("entries", ">u2"), ("palettes", ">u2"), ("records", ">u2"), ("offset", ">u4")])


@dataclass(frozen=True, slots=True)
class ColourLayer:
    """An outline by its number in the font, and its colour."""

    number: int
    colour: Colour


@lru_cache(maxsize=1024)
def list_layers(family: str, number: int) -> tuple[ColourLayer, ...]:
    """The layers of a glyph, back to front; none where it has the colour of the text."""
    face = typeface.load_face(family)
    if not face.has_color_layers:
        return ()
    palette = _read_palette(family)
    layers = face.get_glyph_color_layers(number)
    return tuple(
        ColourLayer(each.glyph, palette[each.color_index]) for each in layers if each.color_index < len(palette)
    )


@cache
def _read_palette(family: str) -> list[Colour]:
    """The first palette of a font, whose records have blue first."""
    # uharfbuzz 0.57 runs out of memory over a palette of a thousand colours
    table = bytes(typeface.load_face(family).reference_table("CPAL").data)
    header = np.frombuffer(table, _HEADER, 1)[0]
    records: npt.NDArray[np.uint8] = np.frombuffer(table, np.uint8, 4 * int(header["entries"]), int(header["offset"]))
    return [(int(red), int(green), int(blue), int(alpha)) for blue, green, red, alpha in records.reshape(-1, 4)]
