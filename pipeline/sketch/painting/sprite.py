"""Sprite of a hand with a tool, as premultiplied planes blended over a frame at the pen's position."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from pipeline.media.rectangle import Rectangle
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.types import Image


class FramePlanes(Protocol):
    """The planes of a frame."""

    y: Image
    u: Image
    v: Image


_CLEAR = 255  # of the transparency
_BAND_HEIGHT = 32  # pixels, even: two rows of macroblocks


@dataclass(frozen=True, slots=True)
class Sprite:
    """Premultiplied planes of even size and their transparency (255 clear, 0 opaque); `tip` is the pen's point.

    `bands` are the rectangles, one below the other, outside of which it is clear.
    """

    planes: YuvPlanes
    transparency: Image
    half_transparency: Image
    tip: tuple[int, int]
    bands: tuple[Rectangle, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bands", tuple(_find_bands(self.transparency, self.half_transparency)))

    @property
    def arm_side(self) -> int:
        """Side of the tip on which the arm is: 1 right, -1 left."""
        return 1 if 2 * self.tip[0] < self.planes.y.shape[1] else -1

    def blend(self, frame: FramePlanes, pen: tuple[float, float]) -> list[Rectangle]:
        """Blend the sprite into a frame with its tip at `pen`; return the rectangles it changed, if any."""
        left, top = (2 * round((position - tip) / 2) for position, tip in zip(pen, self.tip, strict=True))
        rows, columns = frame.y.shape
        changed = []
        for band in self.bands:
            area = band.shift(left, top).clip(columns, rows)
            if area.left < area.right and area.top < area.bottom:
                self._blend_area(frame, area, area.shift(-left, -top))
                changed.append(area)
        return changed

    def _blend_area(self, frame: FramePlanes, area: Rectangle, sprite_area: Rectangle) -> None:
        """Blend a rectangle of the sprite into one of the frame."""
        full, half = area.to_slices(1), area.to_slices(2)
        sprite_full, sprite_half = sprite_area.to_slices(1), sprite_area.to_slices(2)
        _blend_plane(frame.y[full], self.planes.y[sprite_full], self.transparency[sprite_full])
        for plane, source in ((frame.u, self.planes.u), (frame.v, self.planes.v)):
            _blend_plane(plane[half], source[sprite_half], self.half_transparency[sprite_half])


def _find_bands(transparency: Image, half_transparency: Image) -> Iterator[Rectangle]:
    """Yield for each band of rows the rectangle, with even bounds, in which anything is not clear."""
    is_seen = (transparency < _CLEAR) | (np.repeat(np.repeat(half_transparency, 2, 0), 2, 1) < _CLEAR)
    for top in range(0, len(is_seen), _BAND_HEIGHT):
        columns = np.flatnonzero(is_seen[top : top + _BAND_HEIGHT].any(axis=0))
        if len(columns):
            left, right = int(columns[0]) // 2 * 2, int(columns[-1]) // 2 * 2 + 2
            yield Rectangle(left, top, right, min(top + _BAND_HEIGHT, len(is_seen)))


def _blend_plane(destination: Image, source: Image, transparency: Image) -> None:
    dimmed = cv2.multiply(destination, transparency, scale=1 / 255)
    cv2.add(dimmed, source, dst=dimmed)
    destination[...] = dimmed
