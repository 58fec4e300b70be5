"""Faces as they are found in a picture, in its pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[Any]  # uint8, height x width x 3, RGB
FloatArray: TypeAlias = NDArray[Any]  # float32, height x width
Landmarks: TypeAlias = NDArray[Any]  # float32, 468 x 2: x, y; in the order of MediaPipe's face mesh

# Indices into the face mesh: the outer edge of the lips, and the edges of the eyes.
_LIPS: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
_EYES: Final = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
# Where the mouth of a face without landmarks is, as shares of its box: left, top, width, height.
_USUAL_MOUTH: Final = (0.25, 0.70, 0.50, 0.20)


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Bounding box of a face or of a part of one, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        return slice(self.y, self.y + self.height)

    @property
    def columns(self) -> slice:
        return slice(self.x, self.x + self.width)

    def has_point(self, point: Landmarks) -> bool:
        """Whether a point (x, y) lies inside."""
        return bool(0 <= point[0] - self.x < self.width and 0 <= point[1] - self.y < self.height)


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face: its box from the hairline to the chin, its landmarks where the nets found it, and the score, 0 to 1."""

    box: FaceBox
    landmarks: Landmarks | None
    score: float

    @property
    def mouth(self) -> FaceBox:
        """The box of the lips."""
        if self.landmarks is not None:
            return _find_bounds(self.landmarks[list(_LIPS)])
        left, top, width, height = _USUAL_MOUTH
        box = self.box
        return FaceBox(
            round(box.x + left * box.width),
            round(box.y + top * box.height),
            round(width * box.width),
            round(height * box.height),
        )

    @property
    def eyes(self) -> tuple[FaceBox, ...]:
        """The boxes of both eyes, that of the person's right first; none without landmarks."""
        if self.landmarks is None:
            return ()
        return tuple(_find_bounds(self.landmarks[list(eye)]) for eye in _EYES)


def bounding_box_of(boxes: Sequence[FaceBox]) -> FaceBox:
    """The smallest box that contains all of them."""
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    return FaceBox(left, top, right - left, bottom - top)


def _find_bounds(points: Landmarks) -> FaceBox:
    left, top = np.floor(points.min(axis=0)).astype(int)
    right, bottom = np.ceil(points.max(axis=0)).astype(int)
    return FaceBox(int(left), int(top), int(right - left), int(bottom - top))
