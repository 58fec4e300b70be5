"""Watermark: the small line of text in the corner of films on the free plan."""

import cv2
import numpy as np

from pipeline.captions.lettering import Masks, drawable, extent, masks
from pipeline.media.overlay import Overlay, Plane

_FAMILY = "Montserrat"
# Shares of the shorter side of the frame, and of the width.
_SIZE = 0.027
_MARGIN = 0.030
_WIDEST = 0.6
_SMALLEST = 8  # pixels; smaller text is illegible
_WHITE = 0.80  # visible, but less so than the picture
_HALO = 0.55  # the dark glow keeps the text readable on white


def watermark(text: str, width: int, height: int) -> Overlay:
    """A text at the bottom right of frames of this size in pixels, white with a soft dark glow.

    Characters without a glyph are left out; a text too long for the corner is set smaller, then cropped at its start.
    """
    text = drawable(text.strip(), _FAMILY)
    margin = round(_MARGIN * min(width, height))
    pixels = max(_SMALLEST, round(_SIZE * min(width, height)))
    across = extent(text, _FAMILY, pixels).advance
    if across > _WIDEST * width:
        pixels = max(_SMALLEST, int(pixels * _WIDEST * width / across))
    picture = _painted(masks(text, _FAMILY, pixels, stroke=pixels * 0.05), max(1, pixels // 6))
    return Overlay.from_rgba(*_cornered(picture, width - margin // 2, height - margin // 2))


def _painted(mask: Masks, blur: int) -> Plane:
    edge = np.pad(mask.edge, 2 * blur).astype(np.float32) / 255
    letters = np.pad(mask.letters, 2 * blur).astype(np.float32) / 255 * _WHITE
    glow = np.maximum(cv2.GaussianBlur(edge, (0, 0), blur), edge) * _HALO
    alpha = letters + (1 - letters) * glow
    shade = np.divide(letters, alpha, out=np.zeros_like(alpha), where=alpha > 0)
    picture: Plane = np.rint(np.dstack([shade, shade, shade, alpha]) * 255).astype(np.uint8)
    return picture


def _cornered(picture: Plane, right: int, bottom: int) -> tuple[Plane, int, int]:
    """The picture cropped at the frame's top and left, and its position, so that it ends at the given corner."""
    picture = picture[-bottom:, -right:] if min(right, bottom) > 0 else picture[:0, :0]
    return picture, right - picture.shape[1], bottom - picture.shape[0]
