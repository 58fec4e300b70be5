"""Watermark: the small line of text in the corner of films on the free plan."""

import cv2
import numpy as np

from models.captions.fonts import EMOJI_FAMILY, list_families
from pipeline.captions.text_shaping import TextMasks, keep_drawable, measure_text, render_masks
from pipeline.media.overlay import Overlay, Plane

_FAMILIES = tuple(family for family in list_families("Montserrat") if family != EMOJI_FAMILY)  # it is all white
# Shares of the shorter side of the frame, and of the width.
_SIZE_SHARE = 0.027
_MARGIN_SHARE = 0.030
_MAX_WIDTH_SHARE = 0.6
_MIN_PIXELS = 8  # pixels; smaller text is illegible
_TEXT_ALPHA = 0.80  # visible, but less so than the picture
_GLOW_ALPHA = 0.55  # the dark glow keeps the text readable on white


def build_watermark(text: str, width: int, height: int) -> Overlay:
    """A text at the bottom right of frames of this size in pixels, white with a soft dark glow.

    Characters without a glyph are left out; a text too long for the corner is set smaller, then cropped at its start.
    """
    text = keep_drawable(text.strip(), _FAMILIES)
    margin = round(_MARGIN_SHARE * min(width, height))
    pixels = max(_MIN_PIXELS, round(_SIZE_SHARE * min(width, height)))
    text_width = measure_text(text, _FAMILIES, pixels).advance
    if text_width > _MAX_WIDTH_SHARE * width:
        pixels = max(_MIN_PIXELS, int(pixels * _MAX_WIDTH_SHARE * width / text_width))
    picture = _paint_text(render_masks(text, _FAMILIES, pixels, stroke=pixels * 0.05), max(1, pixels // 6))
    return Overlay.from_rgba(*_align_to_corner(picture, width - margin // 2, height - margin // 2))


def _paint_text(mask: TextMasks, blur: int) -> Plane:
    edge = np.pad(mask.edge, 2 * blur).astype(np.float32) / 255
    letters = np.pad(mask.letters, 2 * blur).astype(np.float32) / 255 * _TEXT_ALPHA
    glow = np.maximum(cv2.GaussianBlur(edge, (0, 0), blur), edge) * _GLOW_ALPHA
    alpha = letters + (1 - letters) * glow
    shade = np.divide(letters, alpha, out=np.zeros_like(alpha), where=alpha > 0)
    picture: Plane = np.rint(np.dstack([shade, shade, shade, alpha]) * 255).astype(np.uint8)
    return picture


def _align_to_corner(picture: Plane, right: int, bottom: int) -> tuple[Plane, int, int]:
    """The picture cropped at the frame's top and left, and its position, so that it ends at the given corner."""
    picture = picture[-bottom:, -right:] if min(right, bottom) > 0 else picture[:0, :0]
    return picture, right - picture.shape[1], bottom - picture.shape[0]
