"""The neutral picture that previews are drawn on: somebody before a wall, out of focus, made by formula."""

from functools import cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

NEUTRAL_SIZE: Final = (540, 960)  # width, height
_WALL: Final = (np.array([92, 108, 128]), np.array([188, 170, 150]))  # RGB at the top left and at the bottom right
_COAT, _SKIN, _HAIR = (46, 62, 84), (214, 168, 138), (58, 44, 40)
_LAMPS: Final = ((0.18, 0.16, 0.05, (255, 214, 150)), (0.84, 0.24, 0.035, (160, 200, 230)))
_BLUR: Final = 7.0  # pixels, standard deviation


@cache
def draw_neutral_ground() -> npt.NDArray[np.uint8]:
    """The picture; RGB."""
    width, height = NEUTRAL_SIZE
    down, across = np.mgrid[0:height, 0:width]
    share = ((down / height + across / width) / 2)[:, :, None]
    picture = np.rint(_WALL[0] * (1 - share) + _WALL[1] * share).astype(np.uint8)
    for x, y, radius, colour in _LAMPS:
        _fill_ellipse(picture, (x, y), (radius, radius), colour)
    _fill_ellipse(picture, (0.5, 1.02), (0.46, 0.66), _COAT)
    _fill_ellipse(picture, (0.5, 0.335), (0.185, 0.255), _HAIR)
    _fill_ellipse(picture, (0.5, 0.36), (0.155, 0.215), _SKIN)
    blurred: npt.NDArray[np.uint8] = cv2.GaussianBlur(picture, (0, 0), _BLUR).astype(np.uint8)
    return blurred


def _fill_ellipse(
    picture: npt.NDArray[np.uint8],
    centre: tuple[float, float],
    radii: tuple[float, float],
    colour: tuple[int, int, int],
) -> None:
    """Fill an ellipse; its centre in shares of both sides, its radii in shares of the width."""
    width, height = NEUTRAL_SIZE
    at = (round(centre[0] * width), round(centre[1] * height))
    cv2.ellipse(picture, at, (round(radii[0] * width), round(radii[1] * width)), 0, 0, 360, colour, -1, cv2.LINE_AA)
