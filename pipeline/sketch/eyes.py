"""Detection of pupils, drawn as small spirals: without them a drawn face looks asleep."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.sketch.arrays import Image
from pipeline.sketch.faces import Box
from pipeline.sketch.tracing import Stroke

_SMALLEST = 50  # pixels: in a narrower face lines are enough
_ROWS = (0.34, 0.50)  # shares of the face's height between which its eyes are
_COLUMNS = ((0.18, 0.44), (0.56, 0.82))  # shares of its width, for each eye
_RADIUS = 0.020  # share of the face's width
_CONTRAST = 40  # levels by which a pupil must be darker than its surroundings
_LEVEL = 0.06  # share of the face's height by which the two pupils may differ vertically
_TURNS = np.linspace(0, 1.75 * 2 * np.pi, 22, dtype=np.float32)


def find(picture: Image, faces: Sequence[Box]) -> list[Stroke]:
    """Return a small spiral for each pupil of the faces in an RGB picture that show both pupils."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    large = [face for face in faces if face.width >= _SMALLEST]
    return [_spiral(spot, _RADIUS * face.width) for face in large for spot in _pair(grey, face)]


def _pair(grey: Image, face: Box) -> list[tuple[float, float]]:
    """Return both pupils of a face or none: a single match, or two at different heights, is something else."""
    spots = [spot for sides in _COLUMNS if (spot := _spot(grey, face, sides)) is not None]
    level = len(spots) == 2 and abs(spots[0][1] - spots[1][1]) <= _LEVEL * face.height
    return spots if level else []


def _spot(grey: Image, face: Box, sides: tuple[float, float]) -> tuple[float, float] | None:
    """Find the darkest point where an eye should be; None if it is too light or at the edge, as part of a brow is."""
    top, bottom = (round(face.y + share * face.height) for share in _ROWS)
    left, right = (round(face.x + share * face.width) for share in sides)
    window = grey[top:bottom, left:right]
    if min(window.shape) < 4:
        return None
    soft = cv2.GaussianBlur(window, (0, 0), max(0.6, _RADIUS * face.width))
    dark, _, place, _ = cv2.minMaxLoc(soft)
    inside = 0 < place[0] < window.shape[1] - 1 and 0 < place[1] < window.shape[0] - 1
    if not inside or float(np.median(soft)) - dark < _CONTRAST:
        return None
    return left + place[0], top + place[1]


def _spiral(middle: tuple[float, float], radius: float) -> Stroke:
    away = radius * np.linspace(0.15, 1, len(_TURNS), dtype=np.float32)
    points = np.stack([middle[0] + away * np.cos(_TURNS), middle[1] + away * np.sin(_TURNS)], axis=1)
    return Stroke(points.astype(np.float32), np.full(len(_TURNS), 0.9, np.float32))
