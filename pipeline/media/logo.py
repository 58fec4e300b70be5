"""Logo: a picture in a corner of every frame, inside the safe zone."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from models.captions.branding import Logo, LogoSize
from models.captions.placement import get_placements
from models.errors import RequestRejected
from pipeline.captions.layout import interpolate_place
from pipeline.media.overlay import BT709, ColourMatrix, Overlay, Plane
from pipeline.media.pictures.reader import read_with_transparency

# Shares of the shorter side of the frame: of the square with the area of the logo, and of its longer side at most.
_AREA_SIDES: Final[dict[LogoSize, float]] = {"small": 0.085, "medium": 0.12, "large": 0.17}
_MAX_SIDE: Final = 0.30
_MAX_PIXELS: Final = 2048  # of a side, before it is scaled
_PLACE: Final = "feed"  # whose safe area is kept
_OPACITY: Final = 0.92
_WATERMARK_PIXELS: Final = 20  # height of the watermark on small films, where it is higher than the margin


def build_logo(
    path: Path | None, logo: Logo | None, size: tuple[int, int], matrix: ColourMatrix = BT709
) -> list[Overlay]:
    """The logo on frames of (width, height) pixels, if there is one; a picture that cannot be read is left out."""
    if path is None or logo is None:
        return []
    try:
        picture = _scale(_crop(read_with_transparency(path, _MAX_PIXELS)), min(size), logo.size)
    except RequestRejected:
        return []
    picture[:, :, 3] = np.rint(picture[:, :, 3] * _OPACITY)
    return [Overlay.from_rgba(picture, *_find_corner(picture, logo, size), matrix)]


def _crop(picture: Plane) -> Plane:
    """Without what is transparent around it."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(picture[:, :, 3]))
    return picture[top : top + height, left : left + width] if width and height else picture


def _scale(picture: Plane, frame_side: int, size: LogoSize) -> Plane:
    """Wide and square logos look equally large when they have the same area. What is transparent adds no colour."""
    height, width = picture.shape[:2]
    scale = frame_side * min(_AREA_SIDES[size] / (width * height) ** 0.5, _MAX_SIDE / max(width, height))
    target = max(1, round(width * scale)), max(1, round(height * scale))
    alpha = picture[:, :, 3:].astype(np.float32) / 255
    premultiplied = np.dstack([picture[:, :, :3] * alpha, alpha * 255])
    scaled = cv2.resize(premultiplied, target, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    scaled = np.clip(scaled.reshape(target[1], target[0], 4), 0, 255)
    share = np.maximum(scaled[:, :, 3:] / 255, 1 / 255)
    return np.rint(np.dstack([np.clip(scaled[:, :, :3] / share, 0, 255), scaled[:, :, 3]])).astype(np.uint8)


def _find_corner(picture: Plane, logo: Logo, size: tuple[int, int]) -> tuple[int, int]:
    """Left and top of the logo, in pixels."""
    width, height = size
    safe = interpolate_place(get_placements(_PLACE), width, height).safe
    side, end = (1 if logo.corner.endswith("right") else 0), (1 if logo.corner.startswith("bottom") else 0)
    left = (round(safe.left * width), round((1 - safe.right) * width) - picture.shape[1])[side]
    bottom = min(round((1 - safe.bottom) * height), height - _WATERMARK_PIXELS)
    top = (round(safe.top * height), bottom - picture.shape[0])[end]
    return left, top
