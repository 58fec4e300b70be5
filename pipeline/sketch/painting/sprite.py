"""Sprite of a hand with a tool, as premultiplied planes blended over a frame at the pen's position."""

from dataclasses import dataclass
from typing import Protocol

import cv2

from pipeline.media.rectangle import Rectangle
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.types import Image


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


def _blend_plane(destination: Image, source: Image, transparency: Image) -> None:
    dimmed = cv2.multiply(destination, transparency, scale=1 / 255)
    cv2.add(dimmed, source, dst=dimmed)
    destination[...] = dimmed
