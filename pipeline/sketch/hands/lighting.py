"""Light on a surface seen from above: shadows, occlusion, light scattered under skin, and gloss.

Arrays are rows x columns of one view (3 x rows x columns for vectors and colours), lengths millimetres. Colours are
linear light, 1 being a white board in full light.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch.types import Array

_KEY, _SKY = 0.86, 0.34  # strength of the lamp and of the light from all around
_WRAP = (0.34, 0.2, 0.16)  # how far the lamp's light goes around a surface, for red, green and blue
_SHADOW_STEPS, _SHADOW_REACH, _SHADOW_BLUR = 28, 46.0, 0.9  # the latter two in millimetres
_OCCLUSIONS = ((3.0, 0.055), (9.0, 0.03))  # radius in millimetres, strength for each millimetre of depth


@dataclass(frozen=True, slots=True)
class Relief:
    """Height above the board and thickness of what is seen, in millimetres, and millimetres a pixel."""

    height: Array
    thickness: Array
    pitch: float


def find_shadow(relief: Relief, light: Array, height: Array) -> Array:
    """Share of the lamp's light, 0 to 1, that the relief keeps from points at `height`; `light` points to the lamp.

    The ray to the lamp is followed in steps; what hides the lamp is as soft as it is far.
    """
    shadow = np.zeros_like(height)
    for step in range(1, _SHADOW_STEPS + 1):
        run = _SHADOW_REACH * (step / _SHADOW_STEPS) ** 1.3
        dx, dy = run * light[:2] / relief.pitch
        shift = np.array([[1, 0, -dx], [0, 1, -dy]], np.float32)
        size = height.shape[::-1]
        top = cv2.warpAffine(relief.height, shift, size, flags=cv2.INTER_NEAREST, borderValue=-99.0)
        bottom = top - cv2.warpAffine(relief.thickness, shift, size, flags=cv2.INTER_NEAREST)
        ray = height + run * light[2]
        softness = 0.6 + 0.12 * run
        inside = np.minimum(top - ray, ray - bottom) / np.float32(softness)
        np.maximum(shadow, np.clip(inside, 0, 1), out=shadow)
    return np.asarray(cv2.GaussianBlur(shadow, (0, 0), _SHADOW_BLUR / relief.pitch))


def find_occlusion(relief: Relief, height: Array) -> Array:
    """Share of the light from all around, 0 to 1, that reaches points at `height`."""
    open_share = np.ones_like(height)
    for radius, strength in _OCCLUSIONS:
        around = cv2.GaussianBlur(np.maximum(relief.height, 0), (0, 0), radius / relief.pitch)
        open_share /= 1 + strength * np.maximum(around - height, 0)
    return open_share


def compute_light(normal: Array, light: Array, shadow: Array, open_share: Array) -> Array:
    """Light that falls on the surface, for red, green and blue."""
    towards = np.tensordot(light, normal, 1)
    lit = [np.clip((towards + wrap) / (1 + wrap), 0, 1) * (1 - shadow * (1 - 0.5 * wrap)) for wrap in _WRAP]
    sky = (0.72 - 0.28 * normal[1]) * open_share
    bounce = 0.10 * (1 - np.clip(normal[2], 0, 1)) ** 2 * open_share
    total: Array = np.stack([_KEY * part + _SKY * sky + bounce for part in lit])
    return total


def spread_light(light: Array, coverage: Array, radii: tuple[float, float, float]) -> Array:
    """Blur light under the skin by a radius for each colour, pixels, without what is outside of `coverage`."""
    spread = []
    for part, radius in zip(light, radii, strict=True):
        weight = cv2.GaussianBlur(coverage, (0, 0), radius)
        spread.append(cv2.GaussianBlur(part * coverage, (0, 0), radius) / np.maximum(weight, 1e-3))
    return np.stack(spread)


def find_gloss(normal: Array, light: Array, exponent: float) -> Array:
    """Blinn and Phong's reflection of the lamp, 0 to 1."""
    half = light + np.array((0, 0, 1.0))
    half /= np.linalg.norm(half)
    gloss: Array = np.clip(np.tensordot(half.astype(np.float32), normal, 1), 0, 1) ** exponent
    return gloss


def apply_bump(normal: Array, bump: Array, pitch: float) -> Array:
    """Tilt normals by the slope of a bump map, whose heights are millimetres."""
    slope_y, slope_x = np.gradient(bump, pitch)
    bent = np.stack([normal[0] - slope_x, normal[1] - slope_y, normal[2]])
    unit: Array = bent / np.maximum(np.sqrt((bent**2).sum(axis=0)), 1e-6)
    return unit
