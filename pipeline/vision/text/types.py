"""Lines of text as they are found in a picture, and how a net takes a picture."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.vision.types import FloatArray, Picture


@dataclass(frozen=True, slots=True)
class TextBox:
    """A line of text: the middle of its box, its width along the line and its height, in pixels of the picture, and by
    how many degrees (-90 to 90) the line falls to the right.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float

    @property
    def to_upright(self) -> FloatArray:
        """The affine transform (2 x 3) from the picture to the box, its corner at the origin and the line level."""
        matrix = cv2.getRotationMatrix2D((self.x, self.y), self.angle, 1.0)
        matrix[:, 2] = matrix[:, 2] + (self.width / 2 - self.x, self.height / 2 - self.y)
        return np.asarray(matrix, np.float32)

    def has_points(self, points: FloatArray) -> NDArray[Any]:
        """Whether each of the points (n x 2: x, y) lies inside."""
        upright = points @ self.to_upright[:, :2].T + self.to_upright[:, 2]
        return np.asarray(((upright >= 0) & (upright < (self.width, self.height))).all(axis=1))


def build_input(picture: Picture, width: int, height: int) -> FloatArray:
    """A picture as both nets take it: resized, its channels from -1 to 1, blue first."""
    interpolation = cv2.INTER_AREA if width < picture.shape[1] else cv2.INTER_LINEAR
    small = cv2.resize(picture, (width, height), interpolation=interpolation)
    return np.asarray(cv2.dnn.blobFromImage(small, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True))
