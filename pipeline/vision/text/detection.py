"""Detection of what may be lines of text in a picture, by a net for it (DB)."""

from typing import Any, Final

import cv2
import numpy as np

from pipeline.vision import weights
from pipeline.vision.text.types import TextBox, build_input
from pipeline.vision.types import FloatArray, Picture

_AREA: Final = 200_000  # pixels of what the net sees: 0.13 seconds of processor
_MAX_SIDE: Final = 1280  # pixels, of what the net sees of a long and narrow picture
_MULTIPLE: Final = 32  # of pixels, that the sides of the net's input are
_MIN_TEXT: Final = 0.3  # of a pixel to be part of a line
_MIN_SCORE: Final = 0.5  # mean of a line's pixels
_MIN_HEIGHT: Final = 3  # pixels of what the net sees
_GROWTH: Final = 1.6  # of a line's area by its perimeter: what the net marks is the middle of the line


def detect_lines(picture: Picture) -> list[TextBox] | None:
    """Detect what may be lines of text in an RGB picture, in no order; None where the net is not installed."""
    net = load_net()
    if net is None:
        return None
    width, height = _fit_size(picture.shape[1], picture.shape[0])
    net.setInput(build_input(picture, width, height))
    probability = net.forward()[0, 0]
    mask = cv2.dilate((probability > _MIN_TEXT).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    rectangles = [cv2.minAreaRect(contour) for contour in contours]
    scale = (picture.shape[1] / width, picture.shape[0] / height)
    return [
        _to_box(each, scale)
        for each in rectangles
        if min(each[1]) >= _MIN_HEIGHT and _measure_score(probability, each) >= _MIN_SCORE
    ]


def _fit_size(width: int, height: int) -> tuple[int, int]:
    scale = min((_AREA / (width * height)) ** 0.5, _MAX_SIDE / max(width, height))
    columns, rows = (max(1, round(side * scale / _MULTIPLE)) for side in (width, height))
    return columns * _MULTIPLE, rows * _MULTIPLE


def _measure_score(probability: FloatArray, rectangle: Any) -> float:
    mask = np.zeros(probability.shape, np.uint8)
    cv2.fillPoly(mask, [cv2.boxPoints(rectangle).round().astype(np.int32)], 1)
    return float(cv2.mean(probability, mask)[0])


def _to_box(rectangle: Any, scale: tuple[float, float]) -> TextBox:
    """The box of a line in pixels of the picture, from the middle of the line in those of the net's input."""
    (x, y), (width, height), angle = rectangle
    if width < height:
        width, height, angle = height, width, angle + 90
    margin = _GROWTH * width * height / (width + height)
    angle = (angle + 90) % 180 - 90
    along, across = scale if abs(angle) < 45 else scale[::-1]
    return TextBox(x * scale[0], y * scale[1], (width + margin) * along, (height + margin) * across, angle)


def load_net() -> Any:
    """The net; None where it is not installed. It is dropped after its one run a picture, and read again in 30 ms.

    Not to be run before a process forks.
    """
    path = weights.find_net_file(weights.TEXT_LINES)
    return cv2.dnn.readNetFromONNX(str(path)) if path else None
