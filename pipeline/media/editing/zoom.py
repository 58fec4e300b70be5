"""Zoom into a picture, in the planes of a 4:2:0 frame."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from pipeline.media.overlay import Plane


@dataclass(frozen=True, slots=True)
class Zoom:
    """The picture enlarged around a point, which keeps its place: shares of the width and the height."""

    scale: float
    focus: tuple[float, float]

    def blend(self, y_plane: Plane, u_plane: Plane, v_plane: Plane) -> None:
        for plane in (y_plane, u_plane, v_plane):
            plane[...] = self._scale_plane(plane)

    def _scale_plane(self, plane: Plane) -> Plane:
        """Bicubic, with the accuracy of a part of a pixel: slow movement does not shake."""
        height, width = plane.shape
        shifts = [
            (side * share - 0.5) * (1 - 1 / self.scale) for side, share in zip((width, height), self.focus, strict=True)
        ]
        inverse = np.array([[1 / self.scale, 0, shifts[0]], [0, 1 / self.scale, shifts[1]]])
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        warped = cv2.warpAffine(plane, inverse, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return cast("Plane", warped)
