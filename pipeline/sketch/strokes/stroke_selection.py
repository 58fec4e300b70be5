"""Selection of the strokes that are drawn within the available time."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.strokes import stroke_groups
from pipeline.sketch.types import Floats, Image
from pipeline.vision.types import FaceBox

_INK_PER_SECOND = 3.2  # units of line a second that do not look hurried
BOLD_INK_FACTOR, _BOLD_STRENGTH = (
    1.25,
    0.38,
)  # budget factor for strokes of at least this strength: bold contours are drawn faster
_STROKES_PER_SECOND = 22
_MIN_INK, _MIN_STROKES = 9.0, 50  # units and strokes that even the shortest film has
_MIN_LENGTH, _MIN_LENGTH_IN_FACE = 0.03, 0.008  # units
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
_FACE_FACTOR = 6.0


def select_strokes(
    strokes: Sequence[PenStroke], size: tuple[int, int], seconds: float, unit: float, faces: Sequence[FaceBox] = ()
) -> list[PenStroke]:
    """Select the strokes to draw in `seconds`; closed, long and strong ones and those of a face rank first.

    Strokes that run along a better one are dropped. `size` is height and width of the picture, `unit` the reference
    length (`SceneSpec.unit`), all in pixels.
    """
    count = max(_MIN_STROKES, round(_STROKES_PER_SECOND * seconds))
    candidates = [_Candidate.from_stroke(stroke, unit, faces) for stroke in strokes]
    ranked = sorted(
        (candidate for candidate in candidates if candidate.score > 0), key=lambda candidate: -candidate.score
    )
    return _take_within_budget(_drop_duplicates(ranked[:count], size, unit), ink_budget_for(seconds) * unit)


def ink_budget_for(seconds: float) -> float:
    """Return the units of line that fit into `seconds`; bold contours may use `BOLD_INK_FACTOR` times as much."""
    return max(_MIN_INK, _INK_PER_SECOND * seconds)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A stroke with its score, whether it is in a face, the minimum length of its parts, and its minimum spacing."""

    stroke: PenStroke
    score: float
    is_in_face: bool
    min_length: float
    spacing: float

    @classmethod
    def from_stroke(cls, stroke: PenStroke, unit: float, faces: Sequence[FaceBox]) -> "_Candidate":
        is_in_face = any(face.has_point(stroke_groups.find_midpoint(stroke)) for face in faces)
        min_length = unit * (_MIN_LENGTH_IN_FACE if is_in_face else _MIN_LENGTH)
        score = _score_stroke(stroke, unit) * (_FACE_FACTOR if is_in_face else 1) if stroke.length >= min_length else 0
        return cls(stroke, score, is_in_face, min_length, unit * (_MIN_SPACING_IN_FACE if is_in_face else _MIN_SPACING))


def _score_stroke(stroke: PenStroke, unit: float) -> float:
    length = stroke.length / unit
    gap = float(np.hypot(*(stroke.points[0] - stroke.points[-1]))) / unit
    closed_factor = _CLOSED_FACTOR if gap < min(_MAX_CLOSING_GAP, length / 4) else 1
    return closed_factor * float(stroke.strength.mean() + 0.05) * float(np.sqrt(min(length, _MAX_SCORED_LENGTH)))


def _take_within_budget(strokes: Sequence[PenStroke], budget: float) -> list[PenStroke]:
    """Take the first stroke, then each one that still fits into a `budget` of line length, in pixels."""
    chosen: list[PenStroke] = []
    used = 0.0
    for stroke in strokes:
        factor = BOLD_INK_FACTOR if stroke.strength.mean() >= _BOLD_STRENGTH else 1
        if used + stroke.length <= factor * budget or not chosen:
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
        if not candidate.is_in_face and _is_duplicate(owners[rows, columns]):
            continue
        for part in _find_free_parts(occupied[rows, columns], max(3, round(_MAX_CROSSING_LENGTH * unit))):
            part_stroke = PenStroke(candidate.stroke.points[part], candidate.stroke.strength[part])
            if part_stroke.length >= candidate.min_length:
                kept.append(part_stroke)
                cv2.polylines(occupied, [pixels[part]], False, 1, _line_width_for(candidate.spacing))
                cv2.polylines(owners, [pixels[part]], False, len(kept), _line_width_for(_DUPLICATE_DISTANCE * unit))
    return kept


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
