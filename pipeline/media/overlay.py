"""Overlays: pictures prepared for blending into the planes of 4:2:0 frames, without converting frames to RGB."""

from dataclasses import dataclass
from functools import cache
from math import ceil, floor
from typing import NamedTuple, TypeAlias, cast

import cv2
import numpy as np
import numpy.typing as npt

Plane: TypeAlias = npt.NDArray[np.uint8]
_Coverage: TypeAlias = npt.NDArray[np.uint16]

_FULL_COVERAGE = 256  # opaque; a power of two, so that blending needs no division
_ROUNDING = _FULL_COVERAGE // 2


class ColourMatrix(NamedTuple):
    """Weights of red and blue in luma (Kr and Kb)."""

    red: float
    blue: float


BT709 = ColourMatrix(0.2126, 0.0722)
BT601 = ColourMatrix(0.299, 0.114)
BT2020 = ColourMatrix(0.2627, 0.0593)


@dataclass(frozen=True, slots=True)
class Overlay:
    """A picture with transparency at an even position of a frame, as premultiplied 4:2:0 in limited range.

    `luma`, `cb` and `cr` hold value x alpha x 256 plus a half for rounding; `luma_transparency` and
    `chroma_transparency` hold (1 - alpha) x 256, at the resolution of their planes. A blended sample is
    `(sample * transparency + value) >> 8`, which leaves samples under fully transparent pixels unchanged.
    """

    x: int
    y: int
    luma: _Coverage
    cb: _Coverage
    cr: _Coverage
    luma_transparency: _Coverage
    chroma_transparency: _Coverage

    @classmethod
    def from_rgba(cls, rgba: Plane, x: int, y: int, matrix: ColourMatrix = BT709) -> "Overlay":
        """`rgba` is (height, width, 4), straight alpha; (x, y) is where its first pixel lies, also odd or negative."""
        rgba, x, y = _trim_transparent(rgba, x, y)
        if not rgba.size:
            empty = np.zeros((0, 0), np.uint16)
            return cls(0, 0, empty, empty, empty, empty, empty)
        rgba, x, y = _pad_to_even(rgba, x, y)
        luma, cb, cr = cast("list[Plane]", cv2.split(cv2.transform(rgba, _ycbcr_matrix_for(matrix))))
        alpha: _Coverage = rgba[:, :, 3].astype(np.uint16)
        alpha += alpha >> 7  # 0 to 255 becomes 0 to 256
        chroma_alpha = _halve(alpha)
        values = (luma * alpha + _ROUNDING, _halve(cb * alpha) + _ROUNDING, _halve(cr * alpha) + _ROUNDING)
        return cls(x, y, *values, _FULL_COVERAGE - alpha, _FULL_COVERAGE - chroma_alpha)

    @property
    def width(self) -> int:
        return int(self.luma.shape[1])

    @property
    def height(self) -> int:
        return int(self.luma.shape[0])

    def scale_around(self, scale: float, center: tuple[float, float]) -> "Overlay":
        """A copy scaled around a point of the frame, with subpixel accuracy."""
        left, width = _scale_interval(self.x, self.width, scale, center[0])
        top, height = _scale_interval(self.y, self.height, scale, center[1])

        def resample(plane: _Coverage, border_value: int, step: int) -> _Coverage:
            shift = [
                (fixed + (new / step + 0.5 - fixed) / scale) - old / step - 0.5
                for fixed, new, old in ((center[0] / step, left, self.x), (center[1] / step, top, self.y))
            ]
            inverse = np.array([[1 / scale, 0, shift[0]], [0, 1 / scale, shift[1]]])
            size, flags = (width // step, height // step), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            return cast("_Coverage", cv2.warpAffine(plane, inverse, size, flags=flags, borderValue=border_value))

        values = (resample(self.luma, _ROUNDING, 1), resample(self.cb, _ROUNDING, 2), resample(self.cr, _ROUNDING, 2))
        return Overlay(
            left,
            top,
            *values,
            resample(self.luma_transparency, _FULL_COVERAGE, 1),
            resample(self.chroma_transparency, _FULL_COVERAGE, 2),
        )

    def blend(self, y_plane: Plane, u_plane: Plane, v_plane: Plane) -> None:
        """Blend the picture into the planes of one frame in place, clipped to the frame."""
        _blend_plane(y_plane, self.luma, self.luma_transparency, self.x, self.y)
        _blend_plane(u_plane, self.cb, self.chroma_transparency, self.x // 2, self.y // 2)
        _blend_plane(v_plane, self.cr, self.chroma_transparency, self.x // 2, self.y // 2)


def _blend_plane(plane: Plane, value: _Coverage, transparency: _Coverage, x: int, y: int) -> None:
    height, width = plane.shape
    left, top = max(0, -x), max(0, -y)
    right, bottom = min(value.shape[1], width - x), min(value.shape[0], height - y)
    if left >= right or top >= bottom:
        return
    inside = (slice(top, bottom), slice(left, right))
    background = plane[y + top : y + bottom, x + left : x + right]
    mixed = background * transparency[inside]
    mixed += value[inside]
    mixed >>= 8
    background[...] = mixed


def _scale_interval(start: int, length: int, scale: float, center: float) -> tuple[int, int]:
    """Start and length of an interval scaled around a point, even, with a margin of one pixel."""
    first = 2 * floor((center + (start - center) * scale - 1) / 2)
    last = 2 * ceil((center + (start + length - center) * scale + 1) / 2)
    return first, last - first


def _trim_transparent(rgba: Plane, x: int, y: int) -> tuple[Plane, int, int]:
    """Crop the fully transparent rows and columns at the edges."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(rgba[:, :, 3]))
    return rgba[top : top + height, left : left + width], x + left, y + top


def _pad_to_even(rgba: Plane, x: int, y: int) -> tuple[Plane, int, int]:
    """Add transparent rows and columns, so that position and size are even."""
    left, top = x % 2, y % 2
    right, bottom = (rgba.shape[1] + left) % 2, (rgba.shape[0] + top) % 2
    if left or top or right or bottom:
        rgba = cast("Plane", cv2.copyMakeBorder(rgba, top, bottom, left, right, cv2.BORDER_CONSTANT))
    return rgba, x - left, y - top


@cache
def _ycbcr_matrix_for(matrix: ColourMatrix) -> npt.NDArray[np.float32]:
    """Matrix from red, green, blue and alpha to Y, Cb and Cr.

    ITU-R BT.709-6 and BT.601-7, 8 bits: luma in 16 to 235, chroma in 16 to 240 around 128.
    """
    red, blue = matrix
    luma = np.array([red, 1 - red - blue, blue])
    cb = (np.array([0, 0, 1]) - luma) / (2 - 2 * blue)
    cr = (np.array([1, 0, 0]) - luma) / (2 - 2 * red)
    rows = [[*luma * 219 / 255, 0, 16], [*cb * 224 / 255, 0, 128], [*cr * 224 / 255, 0, 128]]
    return np.array(rows, np.float32)


def _halve(plane: _Coverage) -> _Coverage:
    """Halve the resolution: means of 2 x 2 samples."""
    size = (plane.shape[1] // 2, plane.shape[0] // 2)
    return cast("_Coverage", cv2.resize(plane, size, interpolation=cv2.INTER_AREA))
