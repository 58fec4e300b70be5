"""Ends of strokes, extended to the stroke that they nearly reach: a person lets lines meet."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from pipeline.sketch.lines.tracing import DrawingLayer, PenStroke
from pipeline.sketch.types import Integers, Points

_DIRECTION_POINTS: Final = 8  # points at the end of a stroke that give its direction
_MIN_ALIGNMENT: Final = 0.5  # cosine between the end's direction and the way to the other stroke


def extend_to_meet(strokes: Sequence[PenStroke], size: tuple[int, int], distance: float) -> list[PenStroke]:
    """Extend ends within `distance` pixels of another stroke that lies ahead; `size` is the picture's height and width.

    Lines of faces stay as they are.
    """
    owners = np.full(size, -1, np.int32)
    for number, stroke in enumerate(strokes):
        cv2.polylines(owners, [np.round(stroke.points).astype(np.int32)], False, number, 1)
    return [
        stroke if stroke.layer == DrawingLayer.FACE else _extend_stroke(stroke, number, owners, round(distance))
        for number, stroke in enumerate(strokes)
    ]


def _extend_stroke(stroke: PenStroke, number: int, owners: Integers, distance: int) -> PenStroke:
    for _ in range(2):
        target = _find_target(stroke.points, number, owners, distance)
        if target is not None:
            points = np.concatenate([stroke.points, target[None]])
            stroke = replace(stroke, points=points, strength=np.append(stroke.strength, stroke.strength[-1:]))
        stroke = stroke.reverse()
    return stroke


def _find_target(points: Points, number: int, owners: Integers, distance: int) -> Points | None:
    """The nearest point of another stroke ahead of the last point, none if one touches it already."""
    end = points[-1]
    direction = end - points[max(0, len(points) - 1 - _DIRECTION_POINTS)]
    column, row = (round(float(value)) for value in end)
    top, left = max(0, row - distance), max(0, column - distance)
    window = owners[top : row + distance + 1, left : column + distance + 1]
    rows, columns = np.nonzero((window >= 0) & (window != number))
    if not len(rows):
        return None
    found = np.stack([columns + left, rows + top], axis=1).astype(np.float32)
    way = found - end
    length = np.hypot(*way.T)
    alignment = way @ direction / np.maximum(length * float(np.hypot(*direction)), 1e-6)
    length[(alignment < _MIN_ALIGNMENT) & (length > 1.5)] = np.inf
    nearest = int(length.argmin())
    return found[nearest] if 1.5 < length[nearest] <= distance else None
