"""Selection of the strokes that are drawn within the available time."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch import grouping
from pipeline.sketch.arrays import Floats, Image
from pipeline.sketch.faces import Box
from pipeline.sketch.tracing import Stroke

_INK_A_SECOND = 3.2  # units of line a second that do not look hurried
HASTE, _STRONG = 1.25, 0.38  # budget factor for strokes of at least this strength: bold contours are drawn faster
_STROKES_A_SECOND = 22
_LEAST_INK, _LEAST_STROKES = 9.0, 50  # units and strokes that even the shortest film has
_SHORTEST, _SHORTEST_IN_FACE = 0.03, 0.008  # units
_BESIDE, _BESIDE_IN_FACE = 0.010, 0.006  # units: parts this near another stroke are dropped; about two pen widths
_TWIN, _TWIN_SHARE = 0.016, 0.75  # units, share: a stroke with this share so near one other stroke is its duplicate
_ALONG = 0.03  # units: an overlap no longer than this is a crossing, not a parallel run
_LONG = 1.2  # units: the score does not grow beyond this length
_CLOSED, _CLOSED_WORTH = 0.025, 1.3  # units between the ends of a closed outline, and its score factor
_FACE_WORTH = 6.0


def best(
    strokes: Sequence[Stroke], size: tuple[int, int], seconds: float, unit: float, faces: Sequence[Box] = ()
) -> list[Stroke]:
    """Select the strokes to draw in `seconds`; closed, long and strong ones and those of a face rank first.

    Strokes that run along a better one are dropped. `size` is height and width of the picture, `unit` the reference
    length (`SceneSpec.unit`), all in pixels.
    """
    count = max(_LEAST_STROKES, round(_STROKES_A_SECOND * seconds))
    marks = [_Mark.of(stroke, unit, faces) for stroke in strokes]
    ranked = sorted((mark for mark in marks if mark.worth > 0), key=lambda mark: -mark.worth)
    return _affordable(_apart(ranked[:count], size, unit), ink(seconds) * unit)


def ink(seconds: float) -> float:
    """Return the units of line that fit into `seconds`; bold contours may use `BOLD_INK_FACTOR` times as much."""
    return max(_LEAST_INK, _INK_A_SECOND * seconds)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A stroke with its score, whether it is in a face, the minimum length of its parts, and its minimum spacing."""

    stroke: Stroke
    worth: float
    faced: bool
    shortest: float
    beside: float

    @classmethod
    def of(cls, stroke: Stroke, unit: float, faces: Sequence[Box]) -> "_Mark":
        faced = any(face.holds(grouping.middle(stroke)) for face in faces)
        shortest = unit * (_SHORTEST_IN_FACE if faced else _SHORTEST)
        worth = _worth(stroke, unit) * (_FACE_WORTH if faced else 1) if stroke.length >= shortest else 0
        return cls(stroke, worth, faced, shortest, unit * (_BESIDE_IN_FACE if faced else _BESIDE))


def _worth(stroke: Stroke, unit: float) -> float:
    length = stroke.length / unit
    gap = float(np.hypot(*(stroke.points[0] - stroke.points[-1]))) / unit
    closed = _CLOSED_WORTH if gap < min(_CLOSED, length / 4) else 1
    return closed * float(stroke.strength.mean() + 0.05) * float(np.sqrt(min(length, _LONG)))


def _affordable(strokes: Sequence[Stroke], budget: float) -> list[Stroke]:
    """Take the first stroke, then each one that still fits into a `budget` of line length, in pixels."""
    chosen: list[Stroke] = []
    used = 0.0
    for stroke in strokes:
        haste = HASTE if stroke.strength.mean() >= _STRONG else 1
        if used + stroke.length <= haste * budget or not chosen:
            chosen.append(stroke)
            used += stroke.length
    return chosen


def _apart(marks: Sequence[_Mark], size: tuple[int, int], unit: float) -> list[Stroke]:
    """Drop parts of strokes that run along an earlier stroke, such as the second edge of a thin frame."""
    drawn, owner = np.zeros(size, np.uint8), np.zeros(size, np.float32)
    kept: list[Stroke] = []
    for mark in marks:
        places = np.round(mark.stroke.points).astype(np.int32)
        columns, rows = np.clip(places, 0, (size[1] - 1, size[0] - 1)).T
        if not mark.faced and _is_double(owner[rows, columns]):
            continue
        for part in _parts(drawn[rows, columns], max(3, round(_ALONG * unit))):
            piece = Stroke(mark.stroke.points[part], mark.stroke.strength[part])
            if piece.length >= mark.shortest:
                kept.append(piece)
                cv2.polylines(drawn, [places[part]], False, 1, _thick(mark.beside))
                cv2.polylines(owner, [places[part]], False, len(kept), _thick(_TWIN * unit))
    return kept


def _is_double(owners: Floats) -> bool:
    """Whether nearly all of a stroke is near one other; `owners` holds the number of the one near each point, or 0."""
    return bool(np.bincount(owners.astype(int))[1:].max(initial=0) > _TWIN_SHARE * len(owners))


def _thick(reach: float) -> int:
    """Odd line width in pixels that covers `reach` pixels on both sides."""
    return max(3, round(2 * reach) | 1)


def _parts(taken: Image, crossing: int) -> list[slice]:
    """Find the parts of a stroke no other covers; covered runs shorter than `crossing` points do not split them."""
    covered = cv2.morphologyEx(taken[:, None], cv2.MORPH_OPEN, np.ones((crossing, 1), np.uint8))[:, 0]
    edges = np.flatnonzero(np.diff(covered, prepend=1, append=1))
    return [slice(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
