"""Contact sheets of drawn films."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.captions.glyphs.typeface import find_font_file
from tools.drawings.delivered_film import KEPT_SHARES, Plane

_GAP: Final = 6  # pixels
_LABEL: Final = 20  # pixels, below each picture
_PAPER, _INK = "#77777C", "#FFFFFF"
_FONT: Final = "Poppins-SemiBold"
_COLOURS: Final = 224


def build_sheet(pictures: Mapping[str, Plane], columns: int, cell: tuple[int, int]) -> Image.Image:
    """Pictures by name in rows, each fitted into a cell (width, height)."""
    rows = -(-len(pictures) // columns)
    step = cell[0] + _GAP, cell[1] + _LABEL + _GAP
    sheet = Image.new("RGB", (columns * step[0] + _GAP, rows * step[1] + _GAP), _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(find_font_file(_FONT), 13)
    for number, (name, picture) in enumerate(pictures.items()):
        left, top = _GAP + number % columns * step[0], _GAP + number // columns * step[1]
        image = Image.fromarray(shrink(picture, cell))
        sheet.paste(image, (left + (cell[0] - image.width) // 2, top + (cell[1] - image.height) // 2))
        pen.text((left + cell[0] / 2, top + cell[1] + _LABEL / 2), name, _INK, font, anchor="mm")
    return sheet


def build_film_strip(steps: Mapping[str, Sequence[Plane]], cell: tuple[int, int]) -> Image.Image:
    """A row a film: how it is after 10, 30, 50, 70, 90 and 100 % of its time."""
    cells = {
        f"{name}, {share:.0%}": step
        for name, film in steps.items()
        for share, step in zip(KEPT_SHARES, film, strict=True)
    }
    return build_sheet(cells, len(next(iter(steps.values()))), cell)


def shrink(picture: Plane, cell: tuple[int, int]) -> Plane:
    """A picture made as small as fits into a cell (width, height)."""
    image = Image.fromarray(picture)
    image.thumbnail(cell, Image.Resampling.LANCZOS)
    return np.asarray(image)


def reduce_colours(sheet: Image.Image) -> Image.Image:
    """A sheet in so few colours that its file is small."""
    return sheet.quantize(_COLOURS, dither=Image.Dither.NONE)
