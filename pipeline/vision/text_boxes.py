"""Lines of text in a picture, by the nets of PP-OCR: one finds what may be text, the other tries to read it."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.vision import weights
from pipeline.vision.types import FloatArray, Picture

_AREA: Final = 200_000  # pixels of what the first net sees: 0.13 seconds of processor
_MAX_SIDE: Final = 1280  # pixels, of what the net sees of a long and narrow picture
_MULTIPLE: Final = 32  # of pixels, that the sides of the net's input are
_MIN_TEXT: Final = 0.3  # of a pixel to be part of a line
_MIN_SCORE: Final = 0.5  # mean of a line's pixels
_MIN_HEIGHT: Final = 3  # pixels of what the net sees
_GROWTH: Final = 1.6  # of a line's area by its perimeter: what the net marks is the middle of the line
_READ_HEIGHT: Final = 48  # pixels, of the second net's input
_READ_WIDTH: Final = (32, 320)  # pixels: of a longer line the beginning is read
_MAX_READ: Final = 6  # lines
_MIN_CONFIDENCE: Final = 0.8  # mean of the characters that are read
_MIN_CHARACTERS: Final = 2


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


def find_text(picture: Picture) -> list[TextBox]:
    """Find the lines of text in an RGB picture, in no order; none where the nets are not installed.

    The largest lines are read; where most of them are no text, no other is taken for one.
    """
    detector, reader = _load_detector(), _load_reader()
    if detector is None or reader is None:
        return []
    boxes = sorted(_detect(detector, picture), key=lambda box: -box.height * box.width)
    is_text = [_is_readable(reader, picture, box) for box in boxes[:_MAX_READ]]
    confirmed = [box for box, is_read in zip(boxes, is_text, strict=False) if is_read]
    return [*confirmed, *boxes[_MAX_READ:]] if 2 * len(confirmed) > len(is_text) else confirmed


def _detect(net: Any, picture: Picture) -> list[TextBox]:
    width, height = _fit_size(picture.shape[1], picture.shape[0])
    net.setInput(_build_input(picture, width, height))
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


def _build_input(picture: Picture, width: int, height: int) -> FloatArray:
    """A picture as both nets take it: resized, its channels from -1 to 1, blue first."""
    interpolation = cv2.INTER_AREA if width < picture.shape[1] else cv2.INTER_LINEAR
    small = cv2.resize(picture, (width, height), interpolation=interpolation)
    return np.asarray(cv2.dnn.blobFromImage(small, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True))


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


def _is_readable(net: Any, picture: Picture, box: TextBox) -> bool:
    """Whether the second net is certain of what it reads: mean confidence of the characters, by CTC."""
    upright = cv2.warpAffine(picture, box.to_upright, (max(4, round(box.width)), max(4, round(box.height))))
    width = round(_READ_HEIGHT * box.width / box.height)
    low, high = _READ_WIDTH
    if width > high:
        upright, width = upright[:, : max(4, round(upright.shape[1] * high / width))], high
    net.setInput(_build_input(upright, max(low, width), _READ_HEIGHT))
    scores = net.forward()[0]
    characters, confidence = scores.argmax(axis=1), scores.max(axis=1)
    is_read = (characters != 0) & (characters != np.roll(characters, 1))  # 0: no character
    return int(is_read.sum()) >= _MIN_CHARACTERS and float(confidence[is_read].mean()) >= _MIN_CONFIDENCE


@cache
def _load_detector() -> Any:
    """A net, read once a process; None where it is not installed. Not to be run before a process forks."""
    return _read_net(weights.TEXT_LINES)


@cache
def _load_reader() -> Any:
    return _read_net(weights.TEXT_READING)


def _read_net(file: weights.NetFile) -> Any:
    path = weights.find_net_file(file)
    return cv2.dnn.readNetFromONNX(str(path)) if path else None
