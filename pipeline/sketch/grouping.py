"""Grouping of strokes by proximity."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.sketch.arrays import Array, Points
from pipeline.sketch.tracing import Stroke


def labels(strokes: Sequence[Stroke], size: tuple[int, int], kernel: tuple[float, float]) -> Array:
    """Return a group number for each stroke, equal for strokes that touch once dilated.

    `size` is height and width of the picture, `kernel` width and height of the dilation, all in pixels.
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
    """Return a list of indices for each distinct number."""
    return [np.flatnonzero(numbers == number).tolist() for number in np.unique(numbers)]


def middle(stroke: Stroke) -> Points:
    """Return the point halfway along a stroke."""
    point: Points = stroke.points[len(stroke.points) // 2]
    return point
