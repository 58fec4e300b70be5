"""Planar YUV 4:2:0 pictures in limited range BT.709, the pixel format in which films are encoded."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch.types import Array, Image

WHITE_LUMA, NEUTRAL_CHROMA = 235, 128

_KR, _KB = 0.2126, 0.0722
_KG = 1 - _KR - _KB
_LUMA_WEIGHTS = np.array([[_KR, _KG, _KB, 0]]) * 219 / 255 + [[0, 0, 0, 16]]
_CB_WEIGHTS = np.array([[-_KR, -_KG, 1 - _KB, 0]]) / (2 - 2 * _KB) * 224 / 255 + [[0, 0, 0, 128]]
_CR_WEIGHTS = np.array([[1 - _KR, -_KG, -_KB, 0]]) / (2 - 2 * _KR) * 224 / 255 + [[0, 0, 0, 128]]


def luma_of(level: int) -> int:
    """The luma of a grey level (0 to 255)."""
    return round(16 + level * 219 / 255)


@dataclass(frozen=True, slots=True)
class YuvPlanes:
    """One picture in uint8 planes; `u` and `v` have half the width and height of `y`."""

    y: Image
    u: Image
    v: Image

    @property
    def chroma(self) -> tuple[Image, Image]:
        """Planes of the blue and the red difference."""
        return self.u, self.v

    @classmethod
    def from_rgb(cls, picture: Image) -> "YuvPlanes":
        """Convert an RGB picture of even width and height."""
        height, width = picture.shape[:2]
        half = cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        chroma = cv2.transform(half, np.vstack([_CB_WEIGHTS, _CR_WEIGHTS]))
        luma = cv2.transform(picture, _LUMA_WEIGHTS).reshape(height, width)
        return cls(luma, *(np.ascontiguousarray(chroma[..., k]) for k in (0, 1)))

    @classmethod
    def create_blank(cls, width: int, height: int, luma: int = WHITE_LUMA) -> "YuvPlanes":
        """Create an empty board of even width and height: a whiteboard, or one of a grey."""
        half = (height // 2, width // 2)
        chroma = (np.full(half, NEUTRAL_CHROMA, np.uint8) for _ in range(2))
        return cls(np.full((height, width), luma, np.uint8), *chroma)

    def shrink_to(self, side: int) -> "YuvPlanes":
        """Return a copy with even sides of at most `side` pixels."""
        height, width = self.y.shape
        scale = min(1.0, side / max(height, width))
        half = (max(1, int(width * scale / 2)), max(1, int(height * scale / 2)))
        sizes = ((2 * half[0], 2 * half[1]), half, half)
        planes = zip((self.y, self.u, self.v), sizes, strict=True)
        return YuvPlanes(*(cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane, size in planes))

    def to_rgb(self) -> Image:
        """Convert to RGB, for a thumbnail."""
        height, width = self.y.shape
        u, v = (cv2.resize(part, (width, height)).astype(np.float32) - 128 for part in (self.u, self.v))
        y = (self.y.astype(np.float32) - 16) * 255 / 219
        red = y + v * (2 - 2 * _KR) * 255 / 224
        blue = y + u * (2 - 2 * _KB) * 255 / 224
        green = (y - _KR * red - _KB * blue) / _KG
        rgb: Array = np.stack([red, green, blue], axis=-1)
        return np.clip(rgb.round(), 0, 255).astype(np.uint8)
