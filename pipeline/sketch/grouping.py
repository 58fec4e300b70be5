"""Strokes that belong together because they lie near each other."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.sketch.arrays import Array, Points
from pipeline.sketch.tracing import Stroke


def labels(strokes: Sequence[Stroke], size: tuple[int, int], kernel: tuple[float, float]) -> Array:
    """One number for each stroke, the same for those that touch once the ink has been thickened.

    `size` is height and width of the picture, `kernel` width and height of the thickening, all in pixels.
    """
    ink = np.zeros(size, np.uint8)
    for stroke in strokes:
        cv2.polylines(ink, [np.round(stroke.points).astype(np.int32)], isClosed=False, color=1)
    shape = (max(1, round(kernel[1])), max(1, round(kernel[0])))
    _, found = cv2.connectedComponents(cv2.dilate(ink, np.ones(shape, np.uint8)))
    places = np.round([middle(stroke) for stroke in strokes]).astype(int).reshape(-1, 2)
    rows, columns = np.clip(places[:, 1], 0, size[0] - 1), np.clip(places[:, 0], 0, size[1] - 1)
    numbers: Array = found[rows, columns]
    return numbers


def groups(numbers: Array) -> list[list[int]]:
    """The indices that have the same number, one list for each."""
    return [np.flatnonzero(numbers == number).tolist() for number in np.unique(numbers)]


def middle(stroke: Stroke) -> Points:
    """The point half way along."""
    point: Points = stroke.points[len(stroke.points) // 2]
    return point
