"""Page turn: the board before rolls off to the left like a sheet of paper, and shows its back.

The sheet lies flat up to a slanted line, bends round a cylinder there, and lies flat again above itself, face down. All
is computed along the normal of that line, at half the resolution (as chroma is), and enlarged for luma.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.types import Floats, Image, Mask

_SLANT = np.deg2rad(14.0)  # of the line at which the sheet bends, from the vertical
_RADIUS = 0.055  # of the width, of the cylinder
_SHOW_THROUGH = 0.10  # of what is on the sheet, seen on its back
_SHADOW_REACH = 1.6  # radii
_SHADOW_DEPTH = 0.42  # of the light, at most
_BEND_DEPTH = 0.30  # of the light that the sheet loses where it bends away from it
_BACK_LIGHT = 0.95  # on the sheet's back where it is flat
_BLACK_LUMA, _NEUTRAL_CHROMA = 16, 128


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where the sheet is seen at half resolution: its face and its back, the pixel (x, y) of it that each pixel shows,
    and the light that falls there (0 to 1)."""

    is_face: Mask
    is_back: Mask
    x: Floats
    y: Floats
    light: Floats


def turn_page(before: YuvPlanes, after: YuvPlanes, share: float) -> YuvPlanes:
    """Compose the frame in which a share (0 to 1) of the page's way is done; its back is like the board after it."""
    sheet = _bend_sheet(before.u.shape, share)
    ground = [float(np.median(plane[::8, ::8])) for plane in (after.y, after.u, after.v)]
    large = _scale_sheet(sheet, before.y.shape)
    return YuvPlanes(
        _compose_plane(before.y, after.y, large, ground[0], _BLACK_LUMA),
        _compose_plane(before.u, after.u, sheet, ground[1], _NEUTRAL_CHROMA),
        _compose_plane(before.v, after.v, sheet, ground[2], _NEUTRAL_CHROMA),
    )


def _bend_sheet(size: tuple[int, ...], share: float) -> _Sheet:
    height, width = size
    normal = (float(np.cos(_SLANT)), float(np.sin(_SLANT)))
    x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
    position = x * normal[0] + y * normal[1]
    radius = _RADIUS * width
    end = width * normal[0] + height * normal[1]
    bend = end - share * (end + (1 + _SHADOW_REACH) * radius)
    angle = np.arcsin(np.clip((position - bend) / radius, 0, 1))
    turned = bend + radius * (np.pi - angle) + np.maximum(bend - position, 0)
    turned_x, turned_y = x + (turned - position) * normal[0], y + (turned - position) * normal[1]
    flat = np.where(position > bend, bend + radius * angle, position)
    flat_x, flat_y = x + (flat - position) * normal[0], y + (flat - position) * normal[1]
    is_near = position < bend + radius
    is_back = is_near & (turned_x < width) & (turned_y < height)
    is_face = is_near & ~is_back & (flat_x < width) & (flat_y < height)
    light = _shade_sheet((is_face, is_back), position - bend, angle, radius)
    return _Sheet(is_face, is_back, np.where(is_back, turned_x, flat_x), np.where(is_back, turned_y, flat_y), light)


def _shade_sheet(seen: tuple[Mask, Mask], distance: Floats, angle: Floats, radius: float) -> Floats:
    """The light on each pixel; `distance` is that from the line where the sheet bends, to the right."""
    is_face, is_back = seen
    beyond = np.clip(1 - (distance - radius) / (_SHADOW_REACH * radius), 0, 1) ** 2
    light = 1 - _SHADOW_DEPTH * np.where(is_face | is_back, 0, beyond)
    light = np.where(is_back, _BACK_LIGHT - _BEND_DEPTH * np.sin(angle) ** 2, light)
    blur = max(1.0, _SHADOW_REACH * radius / 3)
    below = cv2.GaussianBlur(is_back.astype(np.float32), (0, 0), blur)
    shaded: Floats = np.where(is_face, 1 - _SHADOW_DEPTH * np.minimum(2 * below, 1), light).astype(np.float32)
    return shaded


def _scale_sheet(sheet: _Sheet, size: tuple[int, ...]) -> _Sheet:
    """The sheet at twice the resolution."""
    to = (size[1], size[0])
    masks = [
        cv2.resize(mask.astype(np.uint8), to, interpolation=cv2.INTER_NEAREST) > 0
        for mask in (sheet.is_face, sheet.is_back)
    ]
    x, y = (2 * cv2.resize(values.astype(np.float32), to) + 0.5 for values in (sheet.x, sheet.y))
    return _Sheet(masks[0], masks[1], x, y, cv2.resize(sheet.light, to))


def _compose_plane(before: Image, after: Image, sheet: _Sheet, ground: float, dark: int) -> Image:
    page = cv2.remap(
        before,
        sheet.x.astype(np.float32),
        sheet.y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    back = ground + _SHOW_THROUGH * (page.astype(np.float32) - ground)
    seen = np.where(sheet.is_back, back, np.where(sheet.is_face, page, after))
    plane: Image = np.clip((seen - dark) * sheet.light + dark, 0, 255).round().astype(np.uint8)
    return plane
