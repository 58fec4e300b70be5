"""Order in which the strokes of a picture are drawn, and the end each starts from.

The subject comes before the background, and of each the large and near objects first, one with a face before all.
Within an object outlines come before its face, and that before detail. Each such passage is a short open path. A page
of writing keeps the order of its rows.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.sketch.lines.tracing import DrawingLayer, PenStroke
from pipeline.sketch.strokes import stroke_groups
from pipeline.sketch.strokes.path_ordering import Tour
from pipeline.sketch.types import Floats, Points
from pipeline.vision.types import FaceBox

_FACE_WEIGHT = 4.0  # weight factor of an object with a face
_MIN_OUTLINE_LENGTH = 0.5  # units: minimum length of the outline of a large object
_OBJECT_DISTANCE = 0.15  # units: strokes this near belong to one object
_MIN_STROKES_TO_SPLIT = 12  # an object of fewer strokes is drawn in one passage


def order_drawing(
    strokes: Sequence[PenStroke], size: tuple[int, int], unit: float, faces: Sequence[FaceBox] = ()
) -> list[PenStroke]:
    """Order the strokes of a picture, each oriented to start at its first point.

    `size` is height and width of the picture, `unit` the reference length (`SceneSpec.unit`), all in pixels.
    """
    passages = _split_passages(strokes, size, unit, faces)
    return _order_passages(passages, _starting_point_for(size, faces), unit, improve=True)


def order_writing(rows: Sequence[Sequence[PenStroke]], unit: float) -> list[PenStroke]:
    """Concatenate the rows of a page, each stroke oriented to start at the end nearer to the pen."""
    return _order_passages(rows, np.zeros(2, np.float32), unit, improve=False)


def _starting_point_for(size: tuple[int, int], faces: Sequence[FaceBox]) -> Points:
    if faces:
        return np.array((faces[0].x + faces[0].width / 2, faces[0].y), np.float32)
    return np.array((0.35 * size[1], 0.2 * size[0]), np.float32)


def _order_passages(
    passages: Sequence[Sequence[PenStroke]], pen: Points, unit: float, *, improve: bool
) -> list[PenStroke]:
    ordered: list[PenStroke] = []
    for passage in passages:
        tour = Tour(np.array([(stroke.points[0], stroke.points[-1]) for stroke in passage]), pen, unit)
        if improve:
            tour.improve_order()
        else:
            tour.orient_strokes()
        ordered += [passage[k].reverse() if is_flipped else passage[k] for k, is_flipped in tour.steps]
        pen = ordered[-1].points[-1]
    return ordered


def _split_passages(
    strokes: Sequence[PenStroke], size: tuple[int, int], unit: float, faces: Sequence[FaceBox]
) -> list[list[PenStroke]]:
    """Split the strokes into passages: the subject's objects, each with its outlines first, then the background's."""
    is_background = [stroke.layer == DrawingLayer.BACKGROUND for stroke in strokes]
    layers = [
        [stroke for stroke, is_behind in zip(strokes, is_background, strict=True) if is_behind == wanted]
        for wanted in (False, True)
    ]
    objects = [group for layer in layers if layer for group in _find_objects(layer, size, unit, faces)]
    return [part for group in objects for part in _split_by_kind(group, unit)]


def _find_objects(
    strokes: Sequence[PenStroke], size: tuple[int, int], unit: float, faces: Sequence[FaceBox]
) -> list[list[PenStroke]]:
    numbers = stroke_groups.label_groups(strokes, size, (_OBJECT_DISTANCE * unit, _OBJECT_DISTANCE * unit))
    groups = [[strokes[k] for k in group] for group in stroke_groups.list_groups(numbers)]
    return _sort_by_weight(groups, faces)


def _split_by_kind(group: list[PenStroke], unit: float) -> list[list[PenStroke]]:
    """The outlines of an object, its face, and its detail."""
    if len(group) < _MIN_STROKES_TO_SPLIT:
        return [group]
    face = [stroke for stroke in group if stroke.layer == DrawingLayer.FACE]
    others = [stroke for stroke in group if stroke.layer != DrawingLayer.FACE]
    outlines = [stroke for stroke in others if stroke.length > _MIN_OUTLINE_LENGTH * unit]
    detail = [stroke for stroke in others if stroke.length <= _MIN_OUTLINE_LENGTH * unit]
    return [part for part in (outlines, face, detail) if part]


def _sort_by_weight(objects: list[list[PenStroke]], faces: Sequence[FaceBox]) -> list[list[PenStroke]]:
    """Sort objects: the heaviest first, then always the one with the least distance per weight."""
    middles = np.array([np.concatenate([stroke.points for stroke in group]).mean(axis=0) for group in objects])
    weight = np.array([_compute_weight(group, faces) for group in objects])
    order = [int(weight.argmax())]
    remaining = set(range(len(objects))) - set(order)
    while remaining:
        position = middles[order[-1]]
        order.append(min(remaining, key=lambda k: float(np.hypot(*(middles[k] - position))) / weight[k]))
        remaining.discard(order[-1])
    return [objects[k] for k in order]


def _compute_weight(group: Sequence[PenStroke], faces: Sequence[FaceBox]) -> float:
    lengths: Floats = np.array([stroke.length for stroke in group])
    has_face = any(face.has_point(stroke_groups.find_midpoint(stroke)) for face in faces for stroke in group)
    return float(np.sqrt(lengths.sum())) * (_FACE_WEIGHT if has_face else 1)
