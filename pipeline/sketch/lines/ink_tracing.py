"""Strokes of inked shapes such as letters: their centre lines, each from where a hand begins it."""

import cv2
import numpy as np
from skimage.morphology import skeletonize

from pipeline.sketch.lines.tracing import trace_strokes
from pipeline.sketch.types import Floats, Mask, Points

_SPUR_LENGTH = 0.45  # pen widths: shorter branches of a centre line are of the outline's corners
_DROP = 0.6  # how much a point farther down counts against one farther along, where strokes are sorted
_RISE = 1.5  # the same, where the end is chosen at which a stroke begins
_JOIN_DISTANCE = 2.0  # pixels


def trace_part(part: Mask, direction: int = 1) -> list[Points]:
    """Trace one connected part of ink in the order of writing; `direction` is -1 from right to left.

    A part without length, such as a dot, is a dab.
    """
    distances = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 5)
    skeleton = skeletonize(part)  # type: ignore[no-untyped-call]
    width = 2 * float(np.median(distances[skeleton]))
    traced = trace_strokes(skeleton, np.ones(part.shape, np.float32), _JOIN_DISTANCE)
    strokes = [stroke.points for stroke in traced if stroke.length > _SPUR_LENGTH * width]
    if not strokes:
        return [_build_dab(distances)]
    in_order = sorted(strokes, key=lambda stroke: _score_position(stroke, direction))
    return [_orient_stroke(stroke, direction) for stroke in in_order]


def _build_dab(distances: Floats) -> Points:
    row, column = np.unravel_index(int(distances.argmax()), distances.shape)
    return np.array([(column - 1, row), (column + 1, row)], np.float32)


def _score_position(stroke: Points, direction: int) -> float:
    """How late a stroke is written: the farther along and down it begins, the later."""
    return float((direction * stroke[:, 0] + _DROP * stroke[:, 1]).min())


def _orient_stroke(stroke: Points, direction: int) -> Points:
    """The stroke from its upper end, or the one nearer to the beginning of the line."""
    first, last = (direction * end[0] + _RISE * end[1] for end in (stroke[0], stroke[-1]))
    return stroke if first <= last else stroke[::-1]
