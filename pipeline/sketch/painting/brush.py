"""Painter of shaded, outlined shapes on a transparent image, from which a sprite is made."""

import cv2
import numpy as np

from models.jobs.hands import RgbColour
from pipeline.sketch.types import Array, Image, Points

_SUPERSAMPLING = 2
_LIGHT_DIRECTION = (-0.55, -0.83)  # unit vector towards the light source
_SHADE, _HIGHLIGHT = 0.30, 0.10  # darkening of the edge away from the light, lightening of the edge towards it
_OUTLINE, _OUTLINE_SHARE = 4.2, 0.5  # width in units, and the factor that darkens the fill colour
_SHADOW_ALPHA, _SHADOW_OFFSET, _SHADOW_BLUR = 0.24, (16.0, 22.0), 13.0  # alpha, units, units
_SUBPIXEL_BITS = 4


Fade = tuple[tuple[float, float], tuple[float, float]]


class Brush:
    """Painter in drawing units; `origin` is the margin, in units, left of and above (0, 0)."""

    def __init__(self, width: int, height: int, scale: float, origin: tuple[float, float]) -> None:
        self._size = (width, height)
        self._scale = scale * _SUPERSAMPLING
        self._origin = np.array(origin)
        sheet = (height * _SUPERSAMPLING, width * _SUPERSAMPLING)
        self._colour = np.zeros((*sheet, 3), np.uint8)
        self._alpha = np.zeros(sheet, np.uint8)

    def draw_shape(
        self, corners: Array, colour: RgbColour, *, is_sharp: bool = False, depth: float = 26, fade: Fade | None = None
    ) -> None:
        """Fill a closed shape, smooth through its corners unless `is_sharp`; `depth` is its shading width, units.

        With `fade` its opacity rises from 0 at the first point to 1 at the second, so that it blends into the
        shape under it.
        """
        vertices = self._to_pixels(corners if is_sharp else _smooth_outline(corners))
        window = self._window_for(vertices, depth)
        if window is None:
            return
        offset = np.array((window[1].start, window[0].start))
        local_vertices = np.round((vertices - offset) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        mask, outline = (np.zeros(self._alpha[window].shape, np.uint8) for _ in range(2))
        cv2.fillPoly(mask, [local_vertices], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
        thickness = max(1, round(_OUTLINE * self._scale))
        cv2.polylines(outline, [local_vertices], True, 255, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
        ramp = None if fade is None else self._build_fade_ramp(fade, window)
        self._composite(window, mask, _shade(mask, colour, depth * self._scale), ramp)
        dark = tuple(round(value * _OUTLINE_SHARE) for value in colour)
        self._composite(window, outline, np.full((*outline.shape, 3), dark, np.uint8), ramp)

    def draw_line(self, points: Array, colour: RgbColour, width: float) -> None:
        """Draw an unsmoothed polyline; `width` in units."""
        vertices = np.round(self._to_pixels(points) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        thickness = max(1, round(width * self._scale))
        cv2.polylines(self._colour, [vertices], False, colour, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)

    def to_rgba(self) -> Image:
        """Return the painted image with a soft drop shadow under it, as straight-alpha RGBA (height x width x 4)."""
        alpha = cv2.resize(self._alpha, self._size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        colour = cv2.resize(self._colour, self._size, interpolation=cv2.INTER_AREA)
        total = alpha + self._render_shadow(alpha) * (1 - alpha)
        share = alpha / np.maximum(total, 1e-3)
        return np.dstack([colour * share[..., None], 255 * total]).round().astype(np.uint8)

    def _render_shadow(self, alpha: Array) -> Array:
        scale = self._scale / _SUPERSAMPLING
        dx, dy = (offset * scale for offset in _SHADOW_OFFSET)
        shifted = cv2.warpAffine(alpha, np.array([[1, 0, dx], [0, 1, dy]], np.float32), self._size)
        blurred: Array = _SHADOW_ALPHA * cv2.GaussianBlur(shifted, (0, 0), max(0.5, _SHADOW_BLUR * scale))
        return blurred

    def _to_pixels(self, points: Array) -> Points:
        pixels: Points = ((np.asarray(points) + self._origin) * self._scale).astype(np.float32)
        return pixels

    def _window_for(self, vertices: Points, depth: float) -> tuple[slice, slice] | None:
        """Rows and columns of the image around a shape, or None if it lies outside."""
        margin = (depth + 2 * _OUTLINE) * self._scale
        low = np.maximum(np.floor(vertices.min(axis=0) - margin), 0).astype(int)
        high = np.minimum(np.ceil(vertices.max(axis=0) + margin), self._alpha.shape[::-1]).astype(int)
        if (low >= high).any():
            return None
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))

    def _build_fade_ramp(self, fade: Fade, window: tuple[slice, slice]) -> Array:
        """Opacity of a fading shape at each pixel of the window, 0 to 1."""
        clear, solid = self._to_pixels(np.array(fade))
        rows, columns = np.ogrid[window]
        axis = solid - clear
        share = ((columns - clear[0]) * axis[0] + (rows - clear[1]) * axis[1]) / float(axis @ axis)
        ramp: Array = np.clip(share, 0, 1).astype(np.float32)
        return ramp

    def _composite(self, window: tuple[slice, slice], mask: Image, colour: Image, ramp: Array | None) -> None:
        destination, alpha = self._colour[window], self._alpha[window]
        if ramp is None:
            cv2.copyTo(colour, mask, destination)
            np.maximum(alpha, mask, out=alpha)
            return
        coverage = ramp * (mask > 0)
        destination[...] = cv2.blendLinear(destination, colour, 1 - coverage, coverage)
        np.maximum(alpha, (mask * ramp).astype(np.uint8), out=alpha)


def _smooth_outline(corners: Array, steps: int = 12) -> Array:
    """Return a closed Catmull-Rom spline through the corners."""
    points = np.asarray(corners, np.float32)
    before, after, beyond = np.roll(points, 1, 0), np.roll(points, -1, 0), np.roll(points, -2, 0)
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[:, None, None]
    curve = 0.5 * (
        2 * points
        + (after - before) * t
        + (2 * before - 5 * points + 4 * after - beyond) * t**2
        + (3 * points - before - 3 * after + beyond) * t**3
    )
    outline: Array = np.swapaxes(curve, 0, 1).reshape(-1, 2)
    return outline


def _shade(mask: Image, colour: RgbColour, depth: float) -> Image:
    """Shade the colour as if the shape were round: lighter towards the light source, darker away from it."""
    small = cv2.resize(mask, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    sigma = max(0.5, depth / 8)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    dx, dy = (1.2 * sigma * part for part in _LIGHT_DIRECTION)
    far, near = _translate(blurred, dx, dy), _translate(blurred, -dx, -dy)
    tone = 1 - 1.6 * (_SHADE * (1 - far) - _HIGHLIGHT * (1 - near))
    shaded = np.clip(np.array(colour, np.float32) * tone[..., None], 0, 255).astype(np.uint8)
    return cv2.resize(shaded, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _translate(image: Array, dx: float, dy: float) -> Array:
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return np.asarray(cv2.warpAffine(image, matrix, image.shape[::-1], borderMode=cv2.BORDER_REPLICATE))
