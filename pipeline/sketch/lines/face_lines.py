"""Lines of a face, from its landmarks: jaw, brows, lids, irises with pupils, nose and lips.

The landmarks give each line's course, and the picture's own lines correct it by a few pixels. The smaller a face, the
fewer and surer its lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.sketch.lines import contour_ridges, curve_smoothing
from pipeline.sketch.lines.tracing import DrawingLayer, PenStroke
from pipeline.sketch.strokes.pen_timing import resample
from pipeline.sketch.types import Floats, Points
from pipeline.vision import face_mesh
from pipeline.vision.face_mesh import EyeIndices
from pipeline.vision.irises import Iris
from pipeline.vision.types import Face, Landmarks

_MIN_EYE_WIDTH: Final = 5.0  # pixels: of a narrower eye, as in a face turned away, there is a lid alone
_PUPIL_SHARE: Final = 0.5  # of the iris's radius
_BROW_ZIGZAGS: Final = 9  # turns of the pen in a brow
_SPIRAL_TURNS: Final = 2.25
_OPEN_MOUTH: Final = 0.04  # of the face's width, between the lips


@dataclass(frozen=True, slots=True)
class _FaceLine:
    """A line along landmarks: its strength (0 to 1), and the width of the face, in pixels, from which it is drawn.

    `is_corrected` says whether it is moved to the picture's own lines.
    """

    landmarks: tuple[int, ...]
    strength: float
    min_width: float = 0
    is_corrected: bool = False


_LINES: Final = (
    _FaceLine(face_mesh.JAW, 0.5, is_corrected=True),
    *(_FaceLine(eye.upper_lid, 0.95) for eye in face_mesh.EYES),
    *(_FaceLine(eye.lower_lid, 0.2, 70) for eye in face_mesh.EYES),
    *(_FaceLine(eye.crease, 0.1, 150) for eye in face_mesh.EYES),
    _FaceLine(face_mesh.NOSE_BASE, 0.5),
    _FaceLine(face_mesh.UPPER_LIP_BOTTOM, 0.8),
    _FaceLine(face_mesh.UPPER_LIP_TOP, 0.35, 60),
    _FaceLine(face_mesh.LOWER_LIP_BOTTOM, 0.35, 60),
)
_MIN_BROW_HATCHING_WIDTH: Final = 90  # pixels, of the face


def draw_face(face: Face, irises: Sequence[Iris], response: Floats) -> list[PenStroke]:
    """Return the strokes of a face with landmarks, none for one without; `response` is the line filter's (0 to 1)."""
    if face.landmarks is None:
        return []
    width = _measure_width(face.landmarks)
    lines = [_draw_line(line, face.landmarks, response) for line in _LINES if width >= line.min_width]
    brows = [_draw_brow(face.landmarks, eye, width) for eye in face_mesh.EYES]
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


def _draw_line(line: _FaceLine, landmarks: Landmarks, response: Floats) -> PenStroke:
    path = _interpolate(landmarks[list(line.landmarks)])
    if line.is_corrected:
        path = curve_smoothing.smooth_path(contour_ridges.move_to_lines(path, response))
    return _build_stroke(path, line.strength)


def _draw_brow(landmarks: Landmarks, eye: EyeIndices, width: float) -> PenStroke:
    """A zigzag between the brow's edges, or one bold line along the middle of a small one."""
    upper, lower = landmarks[list(eye.brow_top)], landmarks[list(eye.brow_bottom)]
    if width < _MIN_BROW_HATCHING_WIDTH:
        return _build_stroke(_interpolate((upper + lower) / 2), 0.9)
    count = 2 * _BROW_ZIGZAGS
    edges = [_take_evenly(_interpolate(edge), count) for edge in (upper, lower)]
    turns = np.where((np.arange(count) % 2 == 0)[:, None], edges[0], edges[1])
    return _build_stroke(resample(turns.astype(np.float32), 1.0), 0.45)


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


def _take_evenly(path: Points, count: int) -> Points:
    return np.asarray(path[np.linspace(0, len(path) - 1, count).round().astype(int)])


def _build_stroke(path: Points, strength: float) -> PenStroke:
    return PenStroke(path.astype(np.float32), np.full(len(path), strength, np.float32), DrawingLayer.FACE)
