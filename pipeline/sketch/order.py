"""Order in which the strokes of a picture are drawn, and the end each starts from.

Large and near objects come first, one with a face before all; within an object outlines come before other contours,
and those before details. Each such passage is a short open path. A page of writing keeps the order of its rows.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.sketch import grouping
from pipeline.sketch.arrays import Floats, Points
from pipeline.sketch.faces import Box
from pipeline.sketch.tours import Tour
from pipeline.sketch.tracing import Stroke

_FACE = 4.0  # weight factor of an object with a face
_OUTLINE, _CONTOUR = 0.7, 0.22  # units: minimum length of the outline of a large object, and of a contour
_NEAR = 0.05  # units: strokes this near belong to one object
_SIMPLE = 12  # an object of fewer strokes is drawn in one passage


def drawn(strokes: Sequence[Stroke], size: tuple[int, int], unit: float, faces: Sequence[Box] = ()) -> list[Stroke]:
    """Order the strokes of a picture, each oriented to start at its first point.

    `size` is height and width of the picture, `unit` the reference length (`SceneSpec.unit`), all in pixels.
    """
    passages = _passages(strokes, size, unit, faces)
    return _toured(passages, _beginning(size, faces), unit, improve=True)


def written(rows: Sequence[Sequence[Stroke]], unit: float) -> list[Stroke]:
    """Concatenate the rows of a page, each stroke oriented to start at the end nearer to the pen."""
    return _toured(rows, np.zeros(2, np.float32), unit, improve=False)


def _beginning(size: tuple[int, int], faces: Sequence[Box]) -> Points:
    if faces:
        return np.array((faces[0].x + faces[0].width / 2, faces[0].y), np.float32)
    return np.array((0.35 * size[1], 0.2 * size[0]), np.float32)


def _toured(passages: Sequence[Sequence[Stroke]], pen: Points, unit: float, *, improve: bool) -> list[Stroke]:
    done: list[Stroke] = []
    for passage in passages:
        tour = Tour(np.array([(stroke.points[0], stroke.points[-1]) for stroke in passage]), pen, unit)
        if improve:
            tour.improve()
        else:
            tour.turn()
        done += [_turned(passage[k]) if flipped else passage[k] for k, flipped in tour.steps]
        pen = done[-1].points[-1]
    return done


def _turned(stroke: Stroke) -> Stroke:
    return replace(stroke, points=stroke.points[::-1], strength=stroke.strength[::-1])


def _passages(
    strokes: Sequence[Stroke], size: tuple[int, int], unit: float, faces: Sequence[Box]
) -> list[list[Stroke]]:
    if not strokes:
        return []
    near = (_NEAR * unit, _NEAR * unit)
    objects = [[strokes[k] for k in group] for group in grouping.groups(grouping.labels(strokes, size, near))]
    return [part for group in _by_weight(objects, faces) for part in _contours_first(group, unit)]


def _contours_first(group: list[Stroke], unit: float) -> list[list[Stroke]]:
    if len(group) < _SIMPLE:
        return [group]
    outlines = [stroke for stroke in group if stroke.length > _OUTLINE * unit]
    contours = [stroke for stroke in group if _CONTOUR * unit < stroke.length <= _OUTLINE * unit]
    detail = [stroke for stroke in group if stroke.length <= _CONTOUR * unit]
    return [part for part in (outlines, contours, detail) if part]


def _by_weight(objects: list[list[Stroke]], faces: Sequence[Box]) -> list[list[Stroke]]:
    """Sort objects: the heaviest first, then always the one with the least distance per weight."""
    middles = np.array([np.concatenate([stroke.points for stroke in group]).mean(axis=0) for group in objects])
    weight = np.array([_weight(group, faces) for group in objects])
    order = [int(weight.argmax())]
    left = set(range(len(objects))) - set(order)
    while left:
        here = middles[order[-1]]
        order.append(min(left, key=lambda k: float(np.hypot(*(middles[k] - here))) / weight[k]))
        left.discard(order[-1])
    return [objects[k] for k in order]


def _weight(group: Sequence[Stroke], faces: Sequence[Box]) -> float:
    ink: Floats = np.array([stroke.length for stroke in group])
    faced = any(face.holds(grouping.middle(stroke)) for face in faces for stroke in group)
    return float(np.sqrt(ink.sum())) * (_FACE if faced else 1)
