"""Grouping of strokes by proximity."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.types import Array, Points


def label_groups(strokes: Sequence[PenStroke], size: tuple[int, int], kernel: tuple[float, float]) -> Array:
    """Return a group number for each stroke, equal for strokes that touch once dilated.

    `size` is height and width of the picture, `kernel` width and height of the dilation, all in pixels.
    """
    ink_mask = np.zeros(size, np.uint8)
    for stroke in strokes:
        cv2.polylines(ink_mask, [np.round(stroke.points).astype(np.int32)], isClosed=False, color=1)
    shape = (max(1, round(kernel[1])), max(1, round(kernel[0])))
    _, components = cv2.connectedComponents(cv2.dilate(ink_mask, np.ones(shape, np.uint8)))
    midpoints = np.round([find_midpoint(stroke) for stroke in strokes]).astype(int).reshape(-1, 2)
    rows, columns = np.clip(midpoints[:, 1], 0, size[0] - 1), np.clip(midpoints[:, 0], 0, size[1] - 1)
    numbers: Array = components[rows, columns]
    return numbers


def list_groups(numbers: Array) -> list[list[int]]:
    """Return a list of indices for each distinct number."""
    return [np.flatnonzero(numbers == number).tolist() for number in np.unique(numbers)]


def find_midpoint(stroke: PenStroke) -> Points:
    """Return the point halfway along a stroke."""
    point: Points = stroke.points[len(stroke.points) // 2]
    return point
