"""Effects on overlays: they make a new overlay from one that is rendered already, without rendering it again."""

from dataclasses import replace
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.media.overlay import Overlay

_Coverage = npt.NDArray[np.uint16]
_OPAQUE = 256
_HALF = 128  # what values hold for rounding


def move_overlay(overlay: Overlay, dx: float, dy: float) -> Overlay:
    """Move by pixels, rounded to even ones; shares its planes with the given overlay."""
    return replace(overlay, x=overlay.x + 2 * round(dx / 2), y=overlay.y + 2 * round(dy / 2))


def fade_overlay(overlay: Overlay, opacity: float) -> Overlay:
    """Make more transparent; an opacity of 1 changes nothing."""
    weight = round(opacity * _OPAQUE)

    def fade(plane: _Coverage) -> _Coverage:
        return cast("_Coverage", ((plane.astype(np.uint32) - _HALF) * weight // _OPAQUE + _HALF).astype(np.uint16))

    def thin(plane: _Coverage) -> _Coverage:
        return cast("_Coverage", (_OPAQUE - (_OPAQUE - plane.astype(np.uint32)) * weight // _OPAQUE).astype(np.uint16))

    return Overlay(
        overlay.x,
        overlay.y,
        fade(overlay.luma),
        fade(overlay.cb),
        fade(overlay.cr),
        thin(overlay.luma_transparency),
        thin(overlay.chroma_transparency),
    )


def blur_overlay(overlay: Overlay, sigma: float) -> Overlay:
    """Put out of focus, by a standard deviation in pixels; grows by what the blur reaches."""
    pad = 2 * int(np.ceil(1.25 * sigma))

    def blur(plane: _Coverage, fill: int, step: int) -> _Coverage:
        border = pad // step
        padded = cv2.copyMakeBorder(plane, border, border, border, border, cv2.BORDER_CONSTANT, value=(fill,))
        exact = padded.astype(np.float32)  # of which OpenCV blurs wide ones ten times as fast as integers of 16 bits
        blurred = cv2.GaussianBlur(exact, (0, 0), sigma / step, borderType=cv2.BORDER_REPLICATE)
        return cast("_Coverage", np.rint(blurred).astype(np.uint16))

    return Overlay(
        overlay.x - pad,
        overlay.y - pad,
        blur(overlay.luma, _HALF, 1),
        blur(overlay.cb, _HALF, 2),
        blur(overlay.cr, _HALF, 2),
        blur(overlay.luma_transparency, _OPAQUE, 1),
        blur(overlay.chroma_transparency, _OPAQUE, 2),
    )


def crop_columns(overlay: Overlay, left: float, right: float) -> Overlay:
    """Keep what lies between two columns of the frame, rounded to even ones; shares its planes with the given one."""
    first = min(max(0, 2 * round((left - overlay.x) / 2)), overlay.width)
    last = max(first, min(overlay.width, 2 * round((right - overlay.x) / 2)))
    full, half = slice(first, last), slice(first // 2, last // 2)
    return Overlay(
        overlay.x + first,
        overlay.y,
        overlay.luma[:, full],
        overlay.cb[:, half],
        overlay.cr[:, half],
        overlay.luma_transparency[:, full],
        overlay.chroma_transparency[:, half],
    )
