"""Sprite of a hand, with marker or eraser, as premultiplied planes blended over a frame at the pen's position."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from pipeline.media.rectangle import Rectangle
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.types import Array, Image


class FramePlanes(Protocol):
    """The planes of a frame."""

    y: Image
    u: Image
    v: Image


@dataclass(frozen=True, slots=True)
class Sprite:
    """Premultiplied planes of even size and their transparency (255 clear, 0 opaque); `tip` is the pen's point."""

    planes: YuvPlanes
    transparency: Image
    half_transparency: Image
    tip: tuple[int, int]

    @classmethod
    def from_rgba(cls, rgba: Image, tip: tuple[int, int]) -> "Sprite":
        """Convert straight-alpha RGBA of even width and height."""
        alpha = rgba[..., 3].astype(np.float32) / 255
        full = YuvPlanes.from_rgb(np.ascontiguousarray(rgba[..., :3]))
        half = cv2.resize(alpha, (alpha.shape[1] // 2, alpha.shape[0] // 2), interpolation=cv2.INTER_AREA)
        colour = _premultiply_chroma(rgba, alpha, half)
        return cls(
            YuvPlanes(_to_uint8(full.y * alpha), *(_to_uint8(plane) for plane in colour)),
            255 - _to_uint8(255 * alpha),
            255 - _to_uint8(255 * half),
            tip,
        )

    def blend(self, frame: FramePlanes, pen: tuple[float, float]) -> list[Rectangle]:
        """Blend the sprite into a frame with its tip at `pen`; return the rectangle it changed, if any."""
        height, width = self.planes.y.shape
        left, top = (2 * round((position - tip) / 2) for position, tip in zip(pen, self.tip, strict=True))
        rows, columns = frame.y.shape
        area = Rectangle(max(0, left), max(0, top), min(columns, left + width), min(rows, top + height))
        if area.left >= area.right or area.top >= area.bottom:
            return []
        sprite_area = Rectangle(area.left - left, area.top - top, area.right - left, area.bottom - top)
        _blend_plane(
            frame.y[area.to_slices(1)],
            self.planes.y[sprite_area.to_slices(1)],
            self.transparency[sprite_area.to_slices(1)],
        )
        _blend_plane(
            frame.u[area.to_slices(2)],
            self.planes.u[sprite_area.to_slices(2)],
            self.half_transparency[sprite_area.to_slices(2)],
        )
        _blend_plane(
            frame.v[area.to_slices(2)],
            self.planes.v[sprite_area.to_slices(2)],
            self.half_transparency[sprite_area.to_slices(2)],
        )
        return [area]


def _premultiply_chroma(rgba: Image, alpha: Array, half: Array) -> list[Array]:
    """Premultiplied chroma planes, in which colours of transparent pixels do not bleed."""
    premultiplied = (rgba[..., :3] * alpha[..., None]).astype(np.float32)
    small = cv2.resize(premultiplied, half.shape[::-1], interpolation=cv2.INTER_AREA)
    straight = np.clip(small / np.maximum(half, 1e-3)[..., None], 0, 255).astype(np.uint8)
    doubled = np.repeat(np.repeat(straight, 2, 0), 2, 1)
    return [plane * half for plane in YuvPlanes.from_rgb(doubled).chroma]


def _to_uint8(values: Array) -> Image:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _blend_plane(destination: Image, source: Image, transparency: Image) -> None:
    dimmed = cv2.multiply(destination, transparency, scale=1 / 255)
    cv2.add(dimmed, source, dst=dimmed)
    destination[...] = dimmed
