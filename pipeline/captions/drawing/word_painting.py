"""Painting of words: letters with stroke, shadows and plates, as pictures with transparency."""

import cv2
import numpy as np
from PIL import Image, ImageColor, ImageDraw

from models.captions.style import BackgroundBox, TextShadow
from pipeline.captions.boxes import Box
from pipeline.captions.drawing.appearance import WordLook
from pipeline.captions.drawing.overhang import ACCENT_WIDTH
from pipeline.captions.layout import PlacedWord, find_plate_box
from pipeline.captions.text_shaping import TextMasks
from pipeline.media.overlay import Plane

_SHADOW_DOWNSCALE = 4  # soft shadows are blurred at a quarter of the size
_SHARP_BLUR = 0.4  # pixels: a shadow is hard below


def paint_underlay(mask: TextMasks, word: PlacedWord, look: WordLook, pad: int) -> Image.Image:
    """What is under the letters: shadows, plate and stroke, with `pad` pixels around the mask."""
    image = Image.new("RGBA", (mask.edge.shape[1] + 2 * pad, mask.edge.shape[0] + 2 * pad))
    for shadow in look.shadows:
        layer = Image.new("RGBA", image.size, shadow.colour)
        layer.putalpha(Image.fromarray(_render_shadow(mask.edge, image.size, pad, shadow, word.size)))
        image.alpha_composite(layer)
    if look.plate:
        x, y = word.x + mask.left - pad, word.baseline + mask.top - pad
        draw_plate(image, find_plate_box(word, look.plate.pad).move(-x, -y), look.plate, word.size)
    if look.stroke:
        paint_letters(image, mask.edge, look.stroke.colour, pad)
    return image


def paint_letters(picture: Image.Image, mask: Plane, colour: str, pad: int) -> None:
    """Composite a colour over the picture through a mask offset by `pad` pixels."""
    layer = Image.new("RGBA", (mask.shape[1], mask.shape[0]), colour)
    layer.putalpha(Image.fromarray(mask))
    picture.alpha_composite(layer, (pad, pad))


def draw_plate(picture: Image.Image, box: Box, plate: BackgroundBox, size: int, *, is_rtl: bool = False) -> None:
    """Draw a plate around a box, with its accent on the side where reading starts."""
    pad = plate.pad * size
    layer = Image.new("RGBA", picture.size)
    fill = (*ImageColor.getrgb(plate.fill)[:3], round(255 * plate.opacity))
    left, top, right, bottom = box.left - pad, box.top - pad, box.right - 1 + pad, box.bottom - 1 + pad
    draw = ImageDraw.Draw(layer)
    draw.rounded_rectangle((left, top, right, bottom), plate.radius * size, fill=fill)
    if plate.accent:
        bar = ACCENT_WIDTH * size
        draw.rectangle((right, top, right + bar, bottom) if is_rtl else (left - bar, top, left, bottom), plate.accent)
    picture.alpha_composite(layer)


def _render_shadow(edge: Plane, size: tuple[int, int], pad: int, shadow: TextShadow, em: int) -> Plane:
    """Alpha of a shadow of the coverage `edge`, for a picture of `size` (width, height)."""
    width, height = size
    canvas = np.zeros((height, width), np.uint8)
    left, top = pad + round(shadow.dx * em), pad + round(shadow.dy * em)
    canvas[top : top + edge.shape[0], left : left + edge.shape[1]] = edge
    return cv2.convertScaleAbs(_blur_softly(canvas, shadow.blur * em), alpha=shadow.strength).astype(np.uint8)


def _blur_softly(canvas: Plane, sigma: float) -> Plane:
    if sigma < _SHARP_BLUR:
        return canvas
    height, width = canvas.shape
    size = max(1, width // _SHADOW_DOWNSCALE), max(1, height // _SHADOW_DOWNSCALE)
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), max(0.3, sigma / _SHADOW_DOWNSCALE))
    return cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
