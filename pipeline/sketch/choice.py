"""Which strokes are worth drawing in the time there is."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch import grouping
from pipeline.sketch.arrays import Floats, Image
from pipeline.sketch.faces import Box
from pipeline.sketch.tracing import Stroke

_INK_A_SECOND = 3.2  # units of line a hand draws without seeming hurried
HASTE, _STRONG = 1.25, 0.38  # times as much for lines at least this strong: bold contours are drawn with a quick hand
_STROKES_A_SECOND = 22
_LEAST_INK, _LEAST_STROKES = 9.0, 50  # drawn in the shortest film too
_SHORTEST, _SHORTEST_IN_FACE = 0.03, 0.008  # units
_BESIDE, _BESIDE_IN_FACE = 0.010, 0.006  # units: what runs so near along another stroke is left out; about two pens
_TWIN, _TWIN_SHARE = 0.016, 0.75  # units, and share of a stroke: so much of it so near one other is its double
_ALONG = 0.03  # units: what is this short crosses another stroke
_LONG = 1.2  # units: longer strokes are worth no more
_CLOSED, _CLOSED_WORTH = 0.025, 1.3  # units between the ends of an outline, and how much more it is worth
_FACE_WORTH = 6.0


def best(
    strokes: Sequence[Stroke], size: tuple[int, int], seconds: float, unit: float, faces: Sequence[Box] = ()
) -> list[Stroke]:
    """The strokes to draw in `seconds`: outlines, long, strong ones and those of a face first, none along another.

    `size` is height and width of the picture, `unit` the size of things in it, all in pixels.
    """
    count = max(_LEAST_STROKES, round(_STROKES_A_SECOND * seconds))
    marks = [_Mark.of(stroke, unit, faces) for stroke in strokes]
    ranked = sorted((mark for mark in marks if mark.worth > 0), key=lambda mark: -mark.worth)
    return _affordable(_apart(ranked[:count], size, unit), ink(seconds) * unit)


def ink(seconds: float) -> float:
    """Units of line there is time for; bold contours may have `HASTE` times as much."""
    return max(_LEAST_INK, _INK_A_SECOND * seconds)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A stroke, what it is worth, whether it is of a face, the least length of a part of it, and the room it takes."""

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
    """The first stroke, and after it each that fits into a `budget` of ink, in pixels."""
    chosen: list[Stroke] = []
    used = 0.0
    for stroke in strokes:
        haste = HASTE if stroke.strength.mean() >= _STRONG else 1
        if used + stroke.length <= haste * budget or not chosen:
            chosen.append(stroke)
            used += stroke.length
    return chosen


def _apart(marks: Sequence[_Mark], size: tuple[int, int], unit: float) -> list[Stroke]:
    """The strokes, without what runs along one before them, such as the other edge of a thin frame."""
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
    """Whether nearly all of a stroke lies near one other; `owners` tells which each of its points is near to."""
    return bool(np.bincount(owners.astype(int))[1:].max(initial=0) > _TWIN_SHARE * len(owners))


def _thick(reach: float) -> int:
    """The width of a line that reaches so far to both sides."""
    return max(3, round(2 * reach) | 1)


def _parts(taken: Image, crossing: int) -> list[slice]:
    """The stretches of a stroke not taken by others; taken ones shorter than `crossing` points do not part them."""
    covered = cv2.morphologyEx(taken[:, None], cv2.MORPH_OPEN, np.ones((crossing, 1), np.uint8))[:, 0]
    edges = np.flatnonzero(np.diff(covered, prepend=1, append=1))
    return [slice(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
