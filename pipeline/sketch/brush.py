"""Painter of shaded, outlined shapes on a transparent image, from which a sprite is made."""

import cv2
import numpy as np

from models.hands import Colour
from pipeline.sketch.arrays import Array, Image, Points

_SUPERSAMPLING = 2
_LIGHT = (-0.55, -0.83)  # unit vector towards the light source
_SHADE, _GLEAM = 0.30, 0.10  # darkening of the edge away from the light, lightening of the edge towards it
_OUTLINE, _OUTLINE_SHARE = 4.2, 0.5  # width in units, and the factor that darkens the fill colour
_SHADOW, _SHADOW_AT, _SHADOW_BLUR = 0.24, (16.0, 22.0), 13.0  # alpha, units, units
_SHIFT = 4


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

    def shape(
        self, corners: Array, colour: Colour, *, sharp: bool = False, depth: float = 26, fade: Fade | None = None
    ) -> None:
        """Fill a closed shape, smooth through its corners unless `is_sharp`; `depth` is its shading width, units.

        With `fade` its opacity rises from 0 at the first point to 1 at the second, so that it blends into the
        shape under it.
        """
        places = self._places(corners if sharp else _smooth(corners))
        window = self._window(places, depth)
        if window is None:
            return
        offset = np.array((window[1].start, window[0].start))
        local = np.round((places - offset) * (1 << _SHIFT)).astype(np.int32)
        mask, outline = (np.zeros(self._alpha[window].shape, np.uint8) for _ in range(2))
        cv2.fillPoly(mask, [local], 255, cv2.LINE_AA, _SHIFT)
        thickness = max(1, round(_OUTLINE * self._scale))
        cv2.polylines(outline, [local], True, 255, thickness, cv2.LINE_AA, _SHIFT)
        ramp = None if fade is None else self._ramp(fade, window)
        self._lay(window, mask, _shaded(mask, colour, depth * self._scale), ramp)
        dark = tuple(round(value * _OUTLINE_SHARE) for value in colour)
        self._lay(window, outline, np.full((*outline.shape, 3), dark, np.uint8), ramp)

    def line(self, points: Array, colour: Colour, width: float) -> None:
        """Draw an unsmoothed polyline; `width` in units."""
        places = np.round(self._places(points) * (1 << _SHIFT)).astype(np.int32)
        thickness = max(1, round(width * self._scale))
        cv2.polylines(self._colour, [places], False, colour, thickness, cv2.LINE_AA, _SHIFT)

    def picture(self) -> Image:
        """Return the painted image with a soft drop shadow under it, as straight-alpha RGBA (height x width x 4)."""
        alpha = cv2.resize(self._alpha, self._size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        colour = cv2.resize(self._colour, self._size, interpolation=cv2.INTER_AREA)
        total = alpha + self._shadow(alpha) * (1 - alpha)
        share = alpha / np.maximum(total, 1e-3)
        return np.dstack([colour * share[..., None], 255 * total]).round().astype(np.uint8)

    def _shadow(self, alpha: Array) -> Array:
        scale = self._scale / _SUPERSAMPLING
        dx, dy = (offset * scale for offset in _SHADOW_AT)
        moved = cv2.warpAffine(alpha, np.array([[1, 0, dx], [0, 1, dy]], np.float32), self._size)
        soft: Array = _SHADOW * cv2.GaussianBlur(moved, (0, 0), max(0.5, _SHADOW_BLUR * scale))
        return soft

    def _places(self, points: Array) -> Points:
        places: Points = ((np.asarray(points) + self._origin) * self._scale).astype(np.float32)
        return places

    def _window(self, places: Points, depth: float) -> tuple[slice, slice] | None:
        """Rows and columns of the image around a shape, or None if it lies outside."""
        margin = (depth + 2 * _OUTLINE) * self._scale
        low = np.maximum(np.floor(places.min(axis=0) - margin), 0).astype(int)
        high = np.minimum(np.ceil(places.max(axis=0) + margin), self._alpha.shape[::-1]).astype(int)
        if (low >= high).any():
            return None
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))

    def _ramp(self, fade: Fade, window: tuple[slice, slice]) -> Array:
        """Opacity of a fading shape at each pixel of the window, 0 to 1."""
        clear, solid = self._places(np.array(fade))
        rows, columns = np.ogrid[window]
        way = solid - clear
        share = ((columns - clear[0]) * way[0] + (rows - clear[1]) * way[1]) / float(way @ way)
        ramp: Array = np.clip(share, 0, 1).astype(np.float32)
        return ramp

    def _lay(self, window: tuple[slice, slice], mask: Image, colour: Image, ramp: Array | None) -> None:
        under, alpha = self._colour[window], self._alpha[window]
        if ramp is None:
            cv2.copyTo(colour, mask, under)
            np.maximum(alpha, mask, out=alpha)
            return
        cover = ramp * (mask > 0)
        under[...] = cv2.blendLinear(under, colour, 1 - cover, cover)
        np.maximum(alpha, (mask * ramp).astype(np.uint8), out=alpha)


def _smooth(corners: Array, steps: int = 12) -> Array:
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
    found: Array = np.swapaxes(curve, 0, 1).reshape(-1, 2)
    return found


def _shaded(mask: Image, colour: Colour, depth: float) -> Image:
    """Shade the colour as if the shape were round: lighter towards the light source, darker away from it."""
    small = cv2.resize(mask, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    sigma = max(0.5, depth / 8)
    soft = cv2.GaussianBlur(small, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    dx, dy = (1.2 * sigma * part for part in _LIGHT)
    far, near = _moved(soft, dx, dy), _moved(soft, -dx, -dy)
    tone = 1 - 1.6 * (_SHADE * (1 - far) - _GLEAM * (1 - near))
    shaded = np.clip(np.array(colour, np.float32) * tone[..., None], 0, 255).astype(np.uint8)
    return cv2.resize(shaded, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _moved(image: Array, dx: float, dy: float) -> Array:
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return np.asarray(cv2.warpAffine(image, matrix, image.shape[::-1], borderMode=cv2.BORDER_REPLICATE))
