"""Bundled fonts and the characters each of them has."""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import features
from PIL.ImageFont import FreeTypeFont as Font
from PIL.ImageFont import Layout, truetype

FONTS_FOLDER = Path(__file__).parent / "fonts"

# Zero-width joiners, directional marks and variation selectors shape their neighbours and have no glyph themselves.
_INVISIBLE = frozenset({0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFE0E, 0xFE0F, 0xFEFF})


def find_font_file(family: str) -> Path:
    """Find the font file of a family, such as "Montserrat"."""
    return next((FONTS_FOLDER / family).glob("*.ttf"))


@cache
def has_shaping() -> bool:
    """Whether text can be shaped on this machine: raqm is in Pillow's wheel, but needs the system's libfribidi."""
    return bool(features.check("raqm"))


@cache
def load_font(family: str, pixels: int) -> Font:
    """Load a family at `pixels` per em; shaped by HarfBuzz through raqm, or unshaped where libfribidi is missing."""
    return truetype(find_font_file(family), pixels, layout_engine=Layout.RAQM)


@cache
def read_code_points(family: str) -> frozenset[int]:
    """Read the code points for which a family has a glyph."""
    data = find_font_file(family).read_bytes()
    return frozenset(point for offset in _find_cmaps(data) for point in _read_subtable(data, offset))


def can_draw(family: str, character: str) -> bool:
    """Whether a family renders a character without a .notdef box."""
    return ord(character) in _INVISIBLE or ord(character) in read_code_points(family)


def _find_cmaps(data: bytes) -> Iterator[int]:
    """Yield the offsets of the Unicode subtables of the `cmap` table (OpenType 1.9, "cmap")."""
    (tables,) = struct.unpack_from(">H", data, 4)
    for index in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sIII", data, 12 + 16 * index)
        if tag == b"cmap":
            (count,) = struct.unpack_from(">H", data, start + 2)
            records = (struct.unpack_from(">HHI", data, start + 4 + 8 * n) for n in range(count))
            yield from (start + offset for platform, encoding, offset in records if (platform, encoding) != (1, 0))


def _read_subtable(data: bytes, offset: int) -> Iterator[int]:
    (table_format,) = struct.unpack_from(">H", data, offset)
    if table_format == 4:
        yield from _read_segments(data, offset)
    elif table_format == 12:
        (count,) = struct.unpack_from(">I", data, offset + 12)
        for index in range(count):
            first, last, glyph = struct.unpack_from(">III", data, offset + 16 + 12 * index)
            yield from range(first + (glyph == 0), last + 1)


def _read_segments(data: bytes, offset: int) -> Iterator[int]:
    """Read format 4: segments with a delta, or with an index into the glyph array, where 0 means no glyph."""
    (doubled_count,) = struct.unpack_from(">H", data, offset + 6)
    ends = offset + 14
    for index in range(doubled_count // 2):
        (last,) = struct.unpack_from(">H", data, ends + 2 * index)
        first, delta, range_offset = (
            struct.unpack_from(">H", data, ends + 2 + array_number * doubled_count + 2 * index)[0]
            for array_number in (1, 2, 3)
        )
        offset_position = ends + 2 + 3 * doubled_count + 2 * index
        for point in range(first, min(last, 0xFFFE) + 1):
            if range_offset:
                (glyph,) = struct.unpack_from(">H", data, offset_position + range_offset + 2 * (point - first))
            else:
                glyph = (point + delta) & 0xFFFF
            if glyph:
                yield point
