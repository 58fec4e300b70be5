"""The pupils of faces, dabbed in: without them a drawn face looks asleep."""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.sketch.arrays import Image
from pipeline.sketch.faces import Box
from pipeline.sketch.tracing import Stroke

_SMALLEST = 50  # pixels: in a narrower face lines are enough
_ROWS = (0.34, 0.50)  # of the face, from its top: where its eyes are
_COLUMNS = ((0.18, 0.44), (0.56, 0.82))
_RADIUS = 0.020  # of the face
_CONTRAST = 40  # levels by which a pupil is darker than what is around it
_LEVEL = 0.06  # of the face: how far apart in height the two may be
_TURNS = np.linspace(0, 1.75 * 2 * np.pi, 22, dtype=np.float32)


def find(picture: Image, faces: Sequence[Box]) -> list[Stroke]:
    """A small spiral for each pupil, where both of a face are seen in an RGB picture."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    large = [face for face in faces if face.width >= _SMALLEST]
    return [_spiral(spot, _RADIUS * face.width) for face in large for spot in _pair(grey, face)]


def _pair(grey: Image, face: Box) -> list[tuple[float, float]]:
    """Both pupils of a face, or neither: a single one, or two at different heights, are something else."""
    spots = [spot for sides in _COLUMNS if (spot := _spot(grey, face, sides)) is not None]
    level = len(spots) == 2 and abs(spots[0][1] - spots[1][1]) <= _LEVEL * face.height
    return spots if level else []


def _spot(grey: Image, face: Box, sides: tuple[float, float]) -> tuple[float, float] | None:
    """The darkest place where an eye should be, if it is dark enough and no end of a brow that reaches in."""
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
