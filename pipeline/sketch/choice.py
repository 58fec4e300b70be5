"""Which strokes are worth drawing in the time there is."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.sketch import grouping
from pipeline.sketch.faces import Box
from pipeline.sketch.tracing import Stroke

_INK_A_SECOND = 3.1  # units of line a hand draws without seeming hurried
_STROKES_A_SECOND = 22
_LEAST_INK, _LEAST_STROKES = 9.0, 50  # drawn in the shortest film too
_SHORTEST, _SHORTEST_IN_FACE = 0.03, 0.008  # units
_BESIDE, _ALONG = 0.006, 0.5  # units, and share of a stroke: so near to another, and so much of it, it is left out
_FACE_WORTH = 6.0


def best(
    strokes: Sequence[Stroke], size: tuple[int, int], seconds: float, unit: float, faces: Sequence[Box] = ()
) -> list[Stroke]:
    """The strokes to draw in `seconds`: long, strong ones and those of a face first, none along another.

    `size` is height and width of the picture, `unit` the size of things in it, all in pixels.
    """
    count = max(_LEAST_STROKES, round(_STROKES_A_SECOND * seconds))
    lengths = np.array([stroke.length for stroke in strokes])
    inside = np.array([any(face.holds(grouping.middle(stroke)) for face in faces) for stroke in strokes], dtype=bool)
    shortest = np.where(inside, _SHORTEST_IN_FACE, _SHORTEST) * unit
    worth = np.array([_worth(stroke, length, unit) for stroke, length in zip(strokes, lengths, strict=True)])
    worth = np.where(lengths >= shortest, worth * np.where(inside, _FACE_WORTH, 1), 0)
    order = [int(k) for k in np.argsort(-worth, kind="stable")[:count] if worth[k] > 0]
    order = [order[k] for k in _apart([strokes[k] for k in order], size, unit)]
    within = np.cumsum(lengths[order]) <= ink(seconds) * unit
    return [strokes[k] for k, fits in zip(order, within, strict=True) if fits or k == order[0]]


def ink(seconds: float) -> float:
    """Units of line there is time for."""
    return max(_LEAST_INK, _INK_A_SECOND * seconds)


def _apart(strokes: Sequence[Stroke], size: tuple[int, int], unit: float) -> list[int]:
    """Indices of the strokes that do not run along one before them."""
    drawn = np.zeros(size, np.uint8)
    width = max(3, round(2 * _BESIDE * unit) | 1)
    kept = []
    for index, stroke in enumerate(strokes):
        places = np.round(stroke.points).astype(np.int32)
        columns, rows = np.clip(places, 0, (size[1] - 1, size[0] - 1)).T
        if float(drawn[rows, columns].mean()) < _ALONG:
            cv2.polylines(drawn, [places], isClosed=False, color=1, thickness=width)
            kept.append(index)
    return kept


def _worth(stroke: Stroke, length: float, unit: float) -> float:
    return float(stroke.strength.mean() + 0.05) * float(np.sqrt(min(length / unit, 0.8)))
