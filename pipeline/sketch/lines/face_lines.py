"""Lines of a face, from its landmarks: jaw, brows, lids, irises with pupils, nose and lips.

Hair and hairline come from the picture's own lines. The smaller a face, the fewer and surer its lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.sketch.lines import curve_smoothing
from pipeline.sketch.lines.tracing import DrawingLayer, PenStroke
from pipeline.sketch.strokes.pen_timing import resample
from pipeline.sketch.types import Points
from pipeline.vision import face_mesh
from pipeline.vision.face_mesh import EyeIndices
from pipeline.vision.irises import Iris
from pipeline.vision.types import Face, Landmarks

_MIN_EYE_WIDTH: Final = 5.0  # pixels: of a narrower eye, as in a face turned away, there is a lid alone
_PUPIL_SHARE: Final = 0.5  # of the iris's radius
_BROW_STRENGTH: Final = 0.9
_SPIRAL_TURNS: Final = 2.25
_OPEN_MOUTH: Final = 0.04  # of the face's width, between the lips


@dataclass(frozen=True, slots=True)
class _FaceLine:
    """A line along landmarks: its strength (0 to 1), and the width of the face, in pixels, from which it is drawn."""

    landmarks: tuple[int, ...]
    strength: float
    min_width: float = 0


_TEMPLE: Final = 6  # points of the forehead at either side that go on from the jaw; above them is hair
_LINES: Final = (
    _FaceLine(
        (*face_mesh.FOREHEAD[_TEMPLE - 1 : 0 : -1], *face_mesh.JAW, *face_mesh.FOREHEAD[-2 : -_TEMPLE - 1 : -1]), 0.5
    ),
    *(_FaceLine(eye.upper_lid, 0.6) for eye in face_mesh.EYES),
    *(_FaceLine(eye.lower_lid, 0.2, 70) for eye in face_mesh.EYES),
    *(_FaceLine(eye.crease, 0.1, 150) for eye in face_mesh.EYES),
    _FaceLine(face_mesh.NOSE_RIDGE[2:], 0.2),
    _FaceLine(face_mesh.NOSE_BASE, 0.5),
    _FaceLine(face_mesh.UPPER_LIP_BOTTOM, 0.8),
    _FaceLine(face_mesh.UPPER_LIP_TOP, 0.35, 60),
    _FaceLine(face_mesh.LOWER_LIP_BOTTOM, 0.35, 60),
)


def draw_face(face: Face, irises: Sequence[Iris]) -> list[PenStroke]:
    """Return the strokes of a face with landmarks, none for one without."""
    if face.landmarks is None:
        return []
    width = _measure_width(face.landmarks)
    lines = [_draw_line(line, face.landmarks) for line in _LINES if width >= line.min_width]
    brows = [_draw_brow(face.landmarks, eye) for eye in face_mesh.EYES]
    eyes = [stroke for iris in irises for stroke in _draw_iris(iris)]
    return [*lines, *brows, *eyes, *_draw_open_mouth(face.landmarks, width)]


def _draw_open_mouth(landmarks: Landmarks, width: float) -> list[PenStroke]:
    """The lower edge of an open mouth."""
    upper, lower = landmarks[list(face_mesh.UPPER_LIP_BOTTOM)], landmarks[list(face_mesh.LOWER_LIP_TOP)]
    gap = float(np.hypot(*(lower - upper).T).max())
    return [_build_stroke(_interpolate(lower), 0.45)] if gap >= _OPEN_MOUTH * width else []


def outline_interior(landmarks: Landmarks) -> Points:
    """Return the outline of the face inside the jaw and below the hair, in which only its own lines are drawn."""
    oval = landmarks[list(face_mesh.FACE_OVAL)]
    centre = oval.mean(axis=0)
    return np.asarray(centre + 0.93 * (oval - centre))


def _measure_width(landmarks: Landmarks) -> float:
    oval = landmarks[list(face_mesh.FACE_OVAL)]
    return float(np.ptp(oval[:, 0]))


def _draw_line(line: _FaceLine, landmarks: Landmarks) -> PenStroke:
    return _build_stroke(_interpolate(landmarks[list(line.landmarks)]), line.strength)


def _draw_brow(landmarks: Landmarks, eye: EyeIndices) -> PenStroke:
    """One bold line along the middle of the brow."""
    middle = (landmarks[list(eye.brow_top)] + landmarks[list(eye.brow_bottom)]) / 2
    return _build_stroke(_interpolate(middle), _BROW_STRENGTH)


def _draw_iris(iris: Iris) -> list[PenStroke]:
    centre, radius = np.asarray(iris.centre, np.float32), float(iris.radius)
    pupil = _build_stroke(_build_spiral(centre, max(0.8, _PUPIL_SHARE * radius)), 0.9)
    if 2 * radius < _MIN_EYE_WIDTH:
        return [pupil]
    return [_build_stroke(_build_arc(centre, radius), 0.35), pupil]


def _build_arc(centre: Points, radius: float) -> Points:
    """The iris without its top, which the lid covers: from the upper left, round below, to the upper right."""
    angles = np.linspace(np.deg2rad(215), np.deg2rad(-35), max(12, round(5 * radius)), dtype=np.float32)
    arc: Points = centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return arc


def _build_spiral(centre: Points, radius: float) -> Points:
    share = np.linspace(0.1, 1, 28, dtype=np.float32)
    angles = 2 * np.pi * _SPIRAL_TURNS * share
    spiral: Points = centre + radius * share[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return spiral.astype(np.float32)


def _interpolate(points: Points) -> Points:
    """A smooth curve through a few points, with about a pixel between its own."""
    dense = resample(np.asarray(points, np.float32), 1.0)
    return np.asarray(curve_smoothing.smooth_section(dense, max(0.6, 0.4 * len(dense) / len(points))))


def _build_stroke(path: Points, strength: float) -> PenStroke:
    return PenStroke(path.astype(np.float32), np.full(len(path), strength, np.float32), DrawingLayer.FACE)
