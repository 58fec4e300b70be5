"""What a place of a caption costs: mouths, eyes and faces under it, and its distance from where the style has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.captions.avoidance.candidates import Candidate
from pipeline.captions.boxes import Box

# Costs, relative to each other.
_MOUTH: Final = 1000.0  # for any part of a mouth, and as much again for a whole one: more than all the rest of a film's
_EYES: Final = 16.0  # the same, for a pair of eyes
_FACE: Final = 6.0  # for a whole face
_DISTANCE: Final = 4.0  # for the height of the frame
_SMALLER: Final = 14.0  # for letters of no size: a part of a face is covered rather
_MOVE: Final = 1.5  # for being elsewhere than the caption before
_MOVE_DISTANCE: Final = 3.0  # for the height of the frame
_UNSEEN: Final = 0.3  # of the cost of a move, where a cut or a pause hides it
_PAUSE: Final = 0.8  # seconds without a caption


@dataclass(frozen=True, slots=True)
class FaceArea:
    """A face on the canvas, in pixels, for as long as a caption is shown."""

    box: Box
    mouth: Box
    eyes: Box | None


def compute_place_cost(candidate: Candidate, faces: Sequence[FaceArea]) -> float:
    """The cost of one caption at one place."""
    box = candidate.block.box
    covered = sum(_compute_face_cost(box, face) for face in faces)
    return covered + _DISTANCE * abs(candidate.offset) + _SMALLER * (1 - candidate.scale)


def compute_move_cost(before: Candidate, after: Candidate, *, is_cut_between: bool) -> float:
    """The cost of two captions after each other at different places, or of different sizes."""
    distance = abs(after.offset - before.offset)
    if not distance and before.scale == after.scale:
        return 0.0
    is_unseen = is_cut_between or after.block.start - before.block.end >= _PAUSE
    return (_MOVE + _MOVE_DISTANCE * distance) * (_UNSEEN if is_unseen else 1.0)


def is_mouth_covered(candidate: Candidate, faces: Sequence[FaceArea]) -> bool:
    return any(compute_covered_share(candidate.block.box, face.mouth) > 0 for face in faces)


def _compute_face_cost(box: Box, face: FaceArea) -> float:
    mouth, eyes = compute_covered_share(box, face.mouth), compute_covered_share(box, face.eyes) if face.eyes else 0.0
    hidden = _MOUTH * ((mouth > 0) + mouth) + _EYES * ((eyes > 0) + eyes)
    return hidden + _FACE * compute_covered_share(box, face.box)


def compute_covered_share(cover: Box, area: Box) -> float:
    """The share of an area that lies under a cover, 0 to 1."""
    width = min(cover.right, area.right) - max(cover.left, area.left)
    height = min(cover.bottom, area.bottom) - max(cover.top, area.top)
    return max(0, width) * max(0, height) / max(1, area.width * area.height)
