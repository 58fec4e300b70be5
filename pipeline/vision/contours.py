"""Contours that a person would draw, by the net HED: where a line is worth drawing, softly."""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.vision import contour_weights
from pipeline.vision.types import FloatArray, Picture

_AREA: Final = 110_000  # pixels of what the net sees, about 384 x 288: 0.4 seconds of processor, 100 MB
_MAX_SIDE: Final = 768  # pixels, of what the net sees of a long and narrow picture
_MULTIPLE: Final = 16  # of pixels, that the sides of the net's input are
_MEAN: Final = (122.67892, 116.66877, 104.00699)  # of red, green and blue


def find_contours(picture: Picture) -> FloatArray | None:
    """How much each pixel of an RGB picture is part of a contour, 0 to 1, float32 of the picture's height x width.

    None where the net is not installed.
    """
    net = load_net()
    if net is None:
        return None
    net.setInput(build_input(picture))
    contours = net.forward()[0, 0]
    return np.asarray(cv2.resize(contours, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def build_input(picture: Picture, area: int = _AREA) -> NDArray[Any]:
    """What the net sees of an RGB picture, of an area in pixels at most, about."""
    size = _fit_size(picture.shape[1], picture.shape[0], area)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.dnn.blobFromImage(small, mean=_MEAN, swapRB=True))


def _fit_size(width: int, height: int, area: int) -> tuple[int, int]:
    scale = min((area / (width * height)) ** 0.5, _MAX_SIDE / max(width, height))
    columns, rows = (max(1, round(side * scale / _MULTIPLE)) for side in (width, height))
    return columns * _MULTIPLE, rows * _MULTIPLE


def load_net() -> Any:
    """The net; None where it is not installed. It is dropped after its one run a picture, and read again in 30 ms.

    Not to be run before a process forks.
    """
    path = contour_weights.find_contour_model()
    return cv2.dnn.readNetFromONNX(str(path)) if path else None
