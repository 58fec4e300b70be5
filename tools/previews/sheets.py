"""Contact sheets: styles above each other, each over several grounds, with a column for each language."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.captions.glyphs.typeface import find_font_file

Cells = Mapping[tuple[str, str], np.ndarray]
"""Pictures of one style, by ground and language."""

_HEADER: Final = 22  # pixels, with the name of a style
_FONT: Final = "Poppins-SemiBold"
_INK: Final = "#E8E8EC"
_PAPER: Final = "#1B1B20"
_COLOURS: Final = 192


def build_sheet(styles: Mapping[str, Cells], grounds: tuple[str, ...], languages: tuple[str, ...]) -> Image.Image:
    """One picture of all of them, in few colours."""
    rows = []
    for name, cells in styles.items():
        block = np.vstack([np.hstack([cells[ground, language] for language in languages]) for ground in grounds])
        rows += [_draw_header(name, block.shape[1]), block]
    return Image.fromarray(np.vstack(rows)).quantize(_COLOURS, dither=Image.Dither.NONE)


def _draw_header(name: str, width: int) -> np.ndarray:
    image = Image.new("RGB", (width, _HEADER), _PAPER)
    font = ImageFont.truetype(find_font_file(_FONT), 13)
    ImageDraw.Draw(image).text((8, _HEADER / 2), name, _INK, font, anchor="lm")
    return np.asarray(image)
