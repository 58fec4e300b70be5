"""Detection of pupils, drawn as small spirals: without them a drawn face looks asleep."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.types import Image
from pipeline.vision.types import FaceBox

_MIN_FACE_WIDTH = 50  # pixels: in a narrower face lines are enough
_EYE_ROWS = (0.34, 0.50)  # shares of the face's height between which its eyes are
_EYE_COLUMNS = ((0.18, 0.44), (0.56, 0.82))  # shares of its width, for each eye
_PUPIL_RADIUS = 0.020  # share of the face's width
_MIN_CONTRAST = 40  # levels by which a pupil must be darker than its surroundings
_MAX_HEIGHT_DIFFERENCE = 0.06  # share of the face's height by which the two pupils may differ vertically
_SPIRAL_ANGLES = np.linspace(0, 1.75 * 2 * np.pi, 22, dtype=np.float32)


def find_pupils(picture: Image, faces: Sequence[FaceBox]) -> list[PenStroke]:
    """Return a small spiral for each pupil of the faces in an RGB picture that show both pupils."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    large = [face for face in faces if face.width >= _MIN_FACE_WIDTH]
    return [_build_spiral(spot, _PUPIL_RADIUS * face.width) for face in large for spot in _find_pair(grey, face)]


def _find_pair(grey: Image, face: FaceBox) -> list[tuple[float, float]]:
    """Return both pupils of a face or none: a single match, or two at different heights, is something else."""
    pupils = [pupil for sides in _EYE_COLUMNS if (pupil := _find_pupil(grey, face, sides)) is not None]
    is_level = len(pupils) == 2 and abs(pupils[0][1] - pupils[1][1]) <= _MAX_HEIGHT_DIFFERENCE * face.height
    return pupils if is_level else []


def _find_pupil(grey: Image, face: FaceBox, sides: tuple[float, float]) -> tuple[float, float] | None:
    """Find the darkest point where an eye should be; None if it is too light or at the edge, as part of a brow is."""
    top, bottom = (round(face.y + share * face.height) for share in _EYE_ROWS)
    left, right = (round(face.x + share * face.width) for share in sides)
    window = grey[top:bottom, left:right]
    if min(window.shape) < 4:
        return None
    blurred = cv2.GaussianBlur(window, (0, 0), max(0.6, _PUPIL_RADIUS * face.width))
    dark, _, position, _ = cv2.minMaxLoc(blurred)
    is_inside = 0 < position[0] < window.shape[1] - 1 and 0 < position[1] < window.shape[0] - 1
    if not is_inside or float(np.median(blurred)) - dark < _MIN_CONTRAST:
        return None
    return left + position[0], top + position[1]


def _build_spiral(centre: tuple[float, float], radius: float) -> PenStroke:
    radii = radius * np.linspace(0.15, 1, len(_SPIRAL_ANGLES), dtype=np.float32)
    points = np.stack([centre[0] + radii * np.cos(_SPIRAL_ANGLES), centre[1] + radii * np.sin(_SPIRAL_ANGLES)], axis=1)
    return PenStroke(points.astype(np.float32), np.full(len(_SPIRAL_ANGLES), 0.9, np.float32))
