"""Pictures with text on them, in the fonts of the captions."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.captions.glyphs.typeface import find_font_file
from pipeline.vision.types import Picture


def draw_sign(
    lines: Sequence[str],
    *,
    family: str = "Montserrat",
    pixels: int = 48,
    colours: tuple[str, str] = ("white", "black"),
    angle: float = 0,
    size: tuple[int, int] = (960, 540),
) -> Picture:
    """Draw lines of text from the left, on a ground of the first colour; `angle` are degrees to the right and down."""
    picture = Image.new("RGB", size, colours[0])
    font = ImageFont.truetype(find_font_file(family), pixels)
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((80, 80 + 1.6 * pixels * number), line, fill=colours[1], font=font)
    return np.asarray(picture.rotate(-angle, Image.Resampling.BICUBIC, fillcolor=colours[0]))
