"""Ends of strokes that meet another one: a person lets lines meet, and does not draw the same place twice."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from pipeline.sketch.lines.tracing import DrawingLayer, PenStroke
from pipeline.sketch.types import Integers, Points

_DIRECTION_POINTS: Final = 8  # points at the end of a stroke that give its direction
_MIN_ALIGNMENT: Final = 0.5  # cosine between the end's direction and the way to the other stroke
_TOUCHING: Final = 1.5  # pixels: an end this near another stroke has reached it
_MAX_TRIMMED: Final = 4  # of the gap: the points of an end that are taken away at most
_MIN_POINTS: Final = 4


def fit_ends(strokes: Sequence[PenStroke], size: tuple[int, int], reach: float, gap: float) -> list[PenStroke]:
    """Let each end that is within `reach` of another stroke meet it: extend it where that lies ahead, and trim it to
    `gap` from that stroke's middle, so that no line runs into another.

    `size` is the picture's height and width; all are in pixels. Lines of faces stay as they are.
    """
    owners = np.full(size, -1, np.int32)
    for number, stroke in enumerate(strokes):
        cv2.polylines(owners, [np.round(stroke.points).astype(np.int32)], False, number, 1)
    return [
        stroke if stroke.layer == DrawingLayer.FACE else _fit_stroke(stroke, number, owners, (reach, gap))
        for number, stroke in enumerate(strokes)
    ]


def _fit_stroke(stroke: PenStroke, number: int, owners: Integers, distances: tuple[float, float]) -> PenStroke:
    reach, gap = distances
    for _ in range(2):
        stroke = _trim_end(_extend_end(stroke, number, owners, reach), number, owners, gap).reverse()
    return stroke


def _extend_end(stroke: PenStroke, number: int, owners: Integers, reach: float) -> PenStroke:
    """Lead the end to another stroke ahead of it."""
    end = stroke.points[-1]
    direction = end - stroke.points[max(0, len(stroke.points) - 1 - _DIRECTION_POINTS)]
    way = _list_neighbours(end, number, owners, reach)
    length = np.maximum(np.hypot(*way.T), 1e-6)
    is_ahead = way @ direction >= _MIN_ALIGNMENT * length * float(np.hypot(*direction))
    if not is_ahead.any() or float(length.min()) <= _TOUCHING:
        return stroke
    nearest = int(np.where(is_ahead, length, np.inf).argmin())
    count = max(1, round(float(length[nearest])))
    added = end + np.linspace(0, 1, count + 1, dtype=np.float32)[1:, None] * way[nearest]
    strength = np.full(count, stroke.strength[-1], np.float32)
    points = np.concatenate([stroke.points, added.astype(np.float32)])
    return replace(stroke, points=points, strength=np.concatenate([stroke.strength, strength]))


def _trim_end(stroke: PenStroke, number: int, owners: Integers, gap: float) -> PenStroke:
    """Take away what of the end lies inside another stroke's line."""
    last = len(stroke.points)
    most = min(round(_MAX_TRIMMED * gap), last - _MIN_POINTS)
    for _ in range(max(0, most)):
        way = _list_neighbours(stroke.points[last - 1], number, owners, gap)
        if not len(way) or float(np.hypot(*way.T).min()) >= gap:
            break
        last -= 1
    return stroke.cut(slice(0, last))


def _list_neighbours(point: Points, number: int, owners: Integers, reach: float) -> Points:
    """The ways from a point to all pixels of other strokes within `reach`."""
    column, row = (round(float(value)) for value in point)
    span = int(np.ceil(reach))
    top, left = max(0, row - span), max(0, column - span)
    window = owners[top : row + span + 1, left : column + span + 1]
    rows, columns = np.nonzero((window >= 0) & (window != number))
    way = np.stack([columns + left, rows + top], axis=1).astype(np.float32) - point
    near: Points = way[np.hypot(*way.T) <= reach]
    return near
