"""Bundled fonts and the characters each of them has."""

from functools import cache
from pathlib import Path

import uharfbuzz

FONTS_FOLDER = Path(__file__).parents[1] / "fonts"

# Zero-width joiners, directional marks and variation selectors shape their neighbours and have no glyph themselves.
_INVISIBLE = frozenset({0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFE0E, 0xFE0F, 0xFEFF})


def find_font_file(family: str) -> Path:
    """Find the font file of a family, such as "Montserrat". Raises FileNotFoundError if it is not there."""
    file = next((FONTS_FOLDER / family).glob("*.ttf"), None)
    if file is None:
        raise FileNotFoundError(f"no font file in {FONTS_FOLDER / family}")
    return file


@cache
def load_face(family: str) -> uharfbuzz.Face:
    """Load the font of a family for shaping."""
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(find_font_file(family))))


@cache
def read_code_points(family: str) -> frozenset[int]:
    """Read the code points for which a family has a glyph."""
    return frozenset(load_face(family).unicodes)


def can_draw(family: str, character: str) -> bool:
    """Whether a family renders a character without a .notdef box."""
    return ord(character) in _INVISIBLE or ord(character) in read_code_points(family)
