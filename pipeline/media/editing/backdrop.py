"""Backdrop: a picture put out of focus and darkened, as a ground for what stands on it."""

from dataclasses import dataclass
from typing import Final, cast

import cv2

from pipeline.media.overlay import Plane

_BLUR_SHARE: Final = 0.02  # of the shorter side, standard deviation
_DOWNSCALE: Final = 8  # the picture is blurred at an eighth of its size
_BLACK: Final = 16.0
_GREY: Final = 128.0
_BRIGHTNESS: Final = 0.34  # of the picture's, when it is darkened
_COLOUR: Final = 0.75  # of the picture's


@dataclass(frozen=True, slots=True)
class Backdrop:
    """`share` is how far the picture has become one: 0 leaves it as it is."""

    share: float

    def blend(self, y_plane: Plane, u_plane: Plane, v_plane: Plane) -> None:
        for plane, level, strength in (
            (y_plane, _BLACK, _BRIGHTNESS),
            (u_plane, _GREY, _COLOUR),
            (v_plane, _GREY, _COLOUR),
        ):
            blurred = _blur(plane)
            added = level * (1 - strength) * self.share
            plane[...] = cv2.addWeighted(plane, 1 - self.share, blurred, strength * self.share, added)


def _blur(plane: Plane) -> Plane:
    height, width = plane.shape
    small = cv2.resize(plane, (max(1, width // _DOWNSCALE), max(1, height // _DOWNSCALE)), interpolation=cv2.INTER_AREA)
    sigma = max(0.3, _BLUR_SHARE * min(width, height) / _DOWNSCALE)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma)
    return cast("Plane", cv2.resize(blurred, (width, height), interpolation=cv2.INTER_CUBIC))
