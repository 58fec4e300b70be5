"""Bundled fonts and the characters each of them has."""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import features
from PIL.ImageFont import FreeTypeFont as Font
from PIL.ImageFont import Layout, truetype

FOLDER = Path(__file__).parent / "fonts"

# Zero-width joiners, directional marks and variation selectors shape their neighbours and have no glyph themselves.
_UNDRAWN = frozenset({0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFE0E, 0xFE0F, 0xFEFF})


def path(family: str) -> Path:
    """Find the font file of a family, such as "Montserrat"."""
    return next((FOLDER / family).glob("*.ttf"))


@cache
def shapes() -> bool:
    """Whether text can be shaped on this machine: raqm is in Pillow's wheel, but needs the system's libfribidi."""
    return bool(features.check("raqm"))


@cache
def font(family: str, pixels: int) -> Font:
    """Load a family at `pixels` per em; shaped by HarfBuzz through raqm, or unshaped where libfribidi is missing."""
    return truetype(path(family), pixels, layout_engine=Layout.RAQM)


@cache
def characters(family: str) -> frozenset[int]:
    """Read the code points for which a family has a glyph."""
    data = path(family).read_bytes()
    return frozenset(point for offset in _cmaps(data) for point in _mapped(data, offset))


def draws(family: str, character: str) -> bool:
    """Whether a family renders a character without a .notdef box."""
    return ord(character) in _UNDRAWN or ord(character) in characters(family)


def _cmaps(data: bytes) -> Iterator[int]:
    """Yield the offsets of the Unicode subtables of the `cmap` table (OpenType 1.9, "cmap")."""
    (tables,) = struct.unpack_from(">H", data, 4)
    for index in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sIII", data, 12 + 16 * index)
        if tag == b"cmap":
            (count,) = struct.unpack_from(">H", data, start + 2)
            records = (struct.unpack_from(">HHI", data, start + 4 + 8 * n) for n in range(count))
            yield from (start + offset for platform, encoding, offset in records if (platform, encoding) != (1, 0))


def _mapped(data: bytes, offset: int) -> Iterator[int]:
    (kind,) = struct.unpack_from(">H", data, offset)
    if kind == 4:
        yield from _segments(data, offset)
    elif kind == 12:
        (count,) = struct.unpack_from(">I", data, offset + 12)
        for index in range(count):
            first, last, glyph = struct.unpack_from(">III", data, offset + 16 + 12 * index)
            yield from range(first + (glyph == 0), last + 1)


def _segments(data: bytes, offset: int) -> Iterator[int]:
    """Read format 4: segments with a delta, or with an index into the glyph array, where 0 means no glyph."""
    (double,) = struct.unpack_from(">H", data, offset + 6)
    ends = offset + 14
    for index in range(double // 2):
        (last,) = struct.unpack_from(">H", data, ends + 2 * index)
        first, delta, reach = (
            struct.unpack_from(">H", data, ends + 2 + turn * double + 2 * index)[0] for turn in (1, 2, 3)
        )
        here = ends + 2 + 3 * double + 2 * index
        for point in range(first, min(last, 0xFFFE) + 1):
            if reach:
                (glyph,) = struct.unpack_from(">H", data, here + reach + 2 * (point - first))
            else:
                glyph = (point + delta) & 0xFFFF
            if glyph:
                yield point
