"""Objects in a picture, of the 80 classes of COCO, by Google's EfficientDet-Lite0 (Apache-2.0).

The net's answers are decoded as by Tan, Pang and Le, "EfficientDet" (2020): for each of 9 anchors (3 sizes, 3 shapes)
in each cell of 5 grids the logistic scores of the classes, and how the object's box differs from the anchor.
"""

import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from pipeline.vision import weights
from pipeline.vision.types import FloatArray, Picture

_SIDE: Final = 320  # pixels of the net's square input
_STRIDES: Final = (8, 16, 32, 64, 128)  # pixels of a cell of each grid
_ANCHOR_SCALE: Final = 3.0  # of the smallest anchor, in cells
_SIZES: Final = (2**0, 2 ** (1 / 3), 2 ** (2 / 3))
_SHAPES: Final = (1.0, 2.0, 0.5)  # width by height
_OUTPUTS: Final = ("StatefulPartitionedCall:1", "StatefulPartitionedCall:0")  # scores and boxes
_MIN_SCORE: Final = 0.4
_MAX_OVERLAP: Final = 0.5  # intersection over union of two objects of one class
_MAX_SAME_BOX_OVERLAP: Final = 0.85  # of two classes: it is one object, of the class with the better score
_MAX_OBJECTS: Final = 24  # the most certain ones
_UNUSED_LABEL: Final = "???"  # of numbers that COCO has no class for
_PADDING: Final = 127  # level beside pictures that are not square


@dataclass(frozen=True, slots=True)
class DetectedObject:
    """An object: its class by COCO's name, its box in pixels of the picture (left, top, width, height), its score."""

    label: str
    box: tuple[float, float, float, float]
    score: float

    @property
    def area(self) -> float:
        return self.box[2] * self.box[3]


def find_objects(picture: Picture) -> list[DetectedObject]:
    """Find objects in an RGB picture, the most certain first; none where the net is not installed. 90 ms."""
    net = load_net()
    if net is None:
        return []
    scale = _SIDE / max(picture.shape[:2])
    net.setInput(cv2.dnn.blobFromImage(_fit_picture(picture, scale)))
    scores, values = (output[0] for output in net.forward(_OUTPUTS))
    best = scores.max(axis=1)
    chosen = np.flatnonzero(best >= _MIN_SCORE)
    boxes = _clip_boxes(_decode_boxes(values[chosen], _list_anchors()[chosen]) / scale, picture.shape[1::-1])
    labels = _load_labels()
    found = [
        DetectedObject(labels[int(scores[cell].argmax())], _to_box(box), float(best[cell]))
        for cell, box in zip(chosen, boxes, strict=True)
    ]
    return _drop_overlaps(found)[:_MAX_OBJECTS]


def _fit_picture(picture: Picture, scale: float) -> Picture:
    """The picture in the top left corner of a grey square of the net's size."""
    width, height = (max(1, round(side * scale)) for side in picture.shape[1::-1])
    square = np.full((_SIDE, _SIDE, 3), _PADDING, np.uint8)
    square[:height, :width] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return square


@cache
def _list_anchors() -> FloatArray:
    """Centre x and y, width and height of all anchors, in pixels of the net's input, in the order of its answers."""
    return np.concatenate([_list_grid_anchors(stride) for stride in _STRIDES]).astype(np.float32)


def _list_grid_anchors(stride: int) -> FloatArray:
    cells = -(-_SIDE // stride)
    y, x = np.indices((cells, cells)).reshape(2, -1, 1) * stride + stride / 2
    sides = np.array([(size * np.sqrt(shape), size / np.sqrt(shape)) for size in _SIZES for shape in _SHAPES])
    widths, heights = (_ANCHOR_SCALE * stride * sides).T
    return np.stack(np.broadcast_arrays(x, y, widths, heights), axis=-1).reshape(-1, 4)


def _decode_boxes(values: FloatArray, anchors: FloatArray) -> FloatArray:
    """Left, top, right and bottom, from the answers: shift down and right, logarithms of height and width."""
    centre = anchors[:, :2] + values[:, [1, 0]] * anchors[:, 2:]
    half = anchors[:, 2:] * np.exp(np.clip(values[:, [3, 2]], -8, 8)) / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def _clip_boxes(corners: FloatArray, size: tuple[int, ...]) -> FloatArray:
    return np.clip(corners, 0, (*size, *size))


def _to_box(corners: FloatArray) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(value) for value in corners)
    return left, top, right - left, bottom - top


def _drop_overlaps(found: list[DetectedObject]) -> list[DetectedObject]:
    """Keep the best of boxes that overlap, the most certain first."""
    kept: list[DetectedObject] = []
    for each in sorted(found, key=lambda each: -each.score):
        overlaps = [(measure_overlap(each.box, other.box), other.label == each.label) for other in kept]
        if all(share <= (_MAX_OVERLAP if is_same else _MAX_SAME_BOX_OVERLAP) for share, is_same in overlaps):
            kept.append(each)
    return kept


def measure_overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Intersection of two boxes over their union, 0 to 1."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    return shared / max(one[2] * one[3] + other[2] * other[3] - shared, 1e-9)


def list_classes() -> list[str]:
    """The names of the classes; none where the net is not installed."""
    return [label for label in _load_labels() if label and label != _UNUSED_LABEL]


def load_net() -> Any:
    """The net; None where it is not installed. It is dropped after its one run a picture, and read again in 30 ms.

    Not to be run before a process forks.
    """
    path = weights.find_net_file(weights.OBJECTS)
    return cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC) if path else None


@cache
def _load_labels() -> tuple[str, ...]:
    """The names of the classes, which lie behind the net in its file, as in a ZIP archive."""
    path = weights.find_net_file(weights.OBJECTS)
    return _read_labels(path) if path else ()


def _read_labels(path: Path) -> tuple[str, ...]:
    with zipfile.ZipFile(path) as archive:
        return tuple(archive.read("labels.txt").decode().split("\n"))
