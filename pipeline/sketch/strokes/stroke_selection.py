"""Selection of the strokes that are worth drawing, and of those that fit into the available time.

What is worth drawing, and in which order of worth, is decided by the picture alone. A short film draws faster, and
leaves out the background's least strokes; faces and the outlines of people it never does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.sketch.lines.tracing import DrawingLayer, PenStroke
from pipeline.sketch.strokes import stroke_groups
from pipeline.sketch.types import Floats, Image
from pipeline.vision.types import FaceBox

_BASE_INK, _INK_PER_SECOND = 9.0, 2.0  # units of line: of the shortest film, and what each second adds
_BASE_STROKES, _STROKES_PER_SECOND = 50, 12
_MIN_STRENGTH = 0.1  # of a stroke that is worth drawing at all
_MIN_LENGTH, _MIN_LENGTH_IN_FACE = 0.045, 0.008  # units
_MIN_SPACING, _MIN_SPACING_IN_FACE = (
    0.010,
    0.006,
)  # units: parts this near another stroke are dropped; about two pen widths
_DUPLICATE_DISTANCE, _DUPLICATE_SHARE = (
    0.016,
    0.75,
)  # units, share: a stroke with this share so near one other stroke is its duplicate
_MAX_CROSSING_LENGTH = 0.03  # units: an overlap no longer than this is a crossing, not a parallel run
_MAX_SCORED_LENGTH = 1.2  # units: the score does not grow beyond this length
_MAX_CLOSING_GAP, _CLOSED_FACTOR = 0.025, 1.3  # units between the ends of a closed outline, and its score factor
_MIN_SUBJECT_SHARE = 0.45  # of a stroke that belongs to the subject
_LAYER_FACTORS = {DrawingLayer.FACE: 100.0, DrawingLayer.SUBJECT: 2.2, DrawingLayer.BACKGROUND: 1.0}


def assign_layers(strokes: Sequence[PenStroke], subject: Floats) -> list[PenStroke]:
    """Put strokes into layers by how much of them belongs to the subject (0 to 1 at each pixel); faces stay."""
    return [
        stroke if stroke.layer == DrawingLayer.FACE else replace(stroke, layer=_choose_layer(stroke, subject))
        for stroke in strokes
    ]


def _choose_layer(stroke: PenStroke, subject: Floats) -> DrawingLayer:
    columns, rows = np.clip(np.round(stroke.points).astype(int), 0, np.array(subject.shape[::-1]) - 1).T
    is_subject = float(subject[rows, columns].mean()) >= _MIN_SUBJECT_SHARE
    return DrawingLayer.SUBJECT if is_subject else DrawingLayer.BACKGROUND


def select_strokes(
    strokes: Sequence[PenStroke], size: tuple[int, int], seconds: float, unit: float, faces: Sequence[FaceBox] = ()
) -> list[PenStroke]:
    """Select the strokes to draw in `seconds`; faces come first, then closed, long and strong ones of the subject.

    Strokes that run along a better one are dropped. `size` is height and width of the picture, `unit` the reference
    length (`SceneSpec.unit`), all in pixels.
    """
    candidates = [_Candidate.from_stroke(stroke, unit, faces) for stroke in strokes]
    ranked = sorted(
        (candidate for candidate in candidates if candidate.score > 0), key=lambda candidate: -candidate.score
    )
    count = _BASE_STROKES + round(_STROKES_PER_SECOND * seconds)
    return _take_within_budget(_drop_duplicates(ranked, size, unit), ink_budget_for(seconds) * unit, count)


def ink_budget_for(seconds: float) -> float:
    """Return the units of line that are drawn in `seconds`."""
    return _BASE_INK + _INK_PER_SECOND * seconds


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A stroke with its score, the minimum length of its parts, and its minimum spacing."""

    stroke: PenStroke
    score: float
    min_length: float
    spacing: float

    @property
    def is_of_face(self) -> bool:
        return self.stroke.layer == DrawingLayer.FACE

    @classmethod
    def from_stroke(cls, stroke: PenStroke, unit: float, faces: Sequence[FaceBox]) -> "_Candidate":
        is_in_face = any(face.has_point(stroke_groups.find_midpoint(stroke)) for face in faces)
        min_length = unit * (_MIN_LENGTH_IN_FACE if is_in_face else _MIN_LENGTH)
        is_worth = stroke.layer == DrawingLayer.FACE or (
            stroke.length >= min_length and float(stroke.strength.mean()) >= _MIN_STRENGTH
        )
        score = _LAYER_FACTORS[stroke.layer] * _score_stroke(stroke, unit) if is_worth else 0
        return cls(stroke, score, min_length, unit * (_MIN_SPACING_IN_FACE if is_in_face else _MIN_SPACING))


def _score_stroke(stroke: PenStroke, unit: float) -> float:
    length = stroke.length / unit
    gap = float(np.hypot(*(stroke.points[0] - stroke.points[-1]))) / unit
    closed_factor = _CLOSED_FACTOR if gap < min(_MAX_CLOSING_GAP, length / 4) else 1
    return closed_factor * float(stroke.strength.mean() + 0.05) * float(np.sqrt(min(length, _MAX_SCORED_LENGTH)))


def _take_within_budget(strokes: Sequence[PenStroke], budget: float, count: int) -> list[PenStroke]:
    """Take all strokes of faces, the first one, and each that still fits into `budget` pixels of `count` strokes."""
    chosen: list[PenStroke] = []
    used = 0.0
    for stroke in strokes:
        is_fitting = used + stroke.length <= budget and len(chosen) < count
        if is_fitting or not chosen or stroke.layer == DrawingLayer.FACE:
            chosen.append(stroke)
            used += stroke.length
    return chosen


def _drop_duplicates(candidates: Sequence[_Candidate], size: tuple[int, int], unit: float) -> list[PenStroke]:
    """Drop parts of strokes that run along an earlier stroke, such as the second edge of a thin frame."""
    occupied, owners = np.zeros(size, np.uint8), np.zeros(size, np.float32)
    kept: list[PenStroke] = []
    for candidate in candidates:
        pixels = np.round(candidate.stroke.points).astype(np.int32)
        columns, rows = np.clip(pixels, 0, (size[1] - 1, size[0] - 1)).T
        if not candidate.is_of_face and _is_duplicate(owners[rows, columns]):
            continue
        for part in _list_parts(candidate, occupied[rows, columns], unit):
            kept.append(candidate.stroke.cut(part))
            cv2.polylines(occupied, [pixels[part]], False, 1, _line_width_for(candidate.spacing))
            cv2.polylines(owners, [pixels[part]], False, len(kept), _line_width_for(_DUPLICATE_DISTANCE * unit))
    return kept


def _list_parts(candidate: _Candidate, occupied: Image, unit: float) -> list[slice]:
    """List the parts of a stroke that no other covers and that are long enough; a face's own stays whole."""
    if candidate.is_of_face:
        return [slice(0, len(occupied))]
    parts = _find_free_parts(occupied, max(3, round(_MAX_CROSSING_LENGTH * unit)))
    return [part for part in parts if candidate.stroke.cut(part).length >= candidate.min_length]


def _is_duplicate(owners: Floats) -> bool:
    """Whether nearly all of a stroke is near one other; `owners` holds the number of the one near each point, or 0."""
    return bool(np.bincount(owners.astype(int))[1:].max(initial=0) > _DUPLICATE_SHARE * len(owners))


def _line_width_for(reach: float) -> int:
    """Odd line width in pixels that covers `reach` pixels on both sides."""
    return max(3, round(2 * reach) | 1)


def _find_free_parts(occupied: Image, crossing: int) -> list[slice]:
    """Find the parts of a stroke no other covers; covered runs shorter than `crossing` points do not split them."""
    covered = cv2.morphologyEx(occupied[:, None], cv2.MORPH_OPEN, np.ones((crossing, 1), np.uint8))[:, 0]
    edges = np.flatnonzero(np.diff(covered, prepend=1, append=1))
    return [slice(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
