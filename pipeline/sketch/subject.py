"""The main subject of a picture: the people in front, else what stands out from the picture's edges.

What stands out is found by geodesic distance: how high the contours are that must be crossed on the way in from the
picture's border, after Wei, Wen, Zhu and Sun, "Geodesic Saliency Using Background Priors" (2012).
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from pipeline.sketch.types import Floats, Image
from pipeline.vision.types import FaceBox

_GRID_SIDE: Final = 96  # cells of the longer side, on which distances are computed
_STEP_COST: Final = 0.001  # of a cell without any contour
_MAX_PASSES: Final = 400
_MIN_PEOPLE_SHARE: Final = 0.015  # of the picture
_MIN_SHARE, _MAX_SHARE = 0.02, 0.8  # of the picture: a subject that is smaller or larger is none
_FULL_QUANTILE: Final = 0.88  # of the distances: what counts as fully standing out
_OUTLINE_SHARE: Final = 0.012  # of the picture's shorter side, around the subject
_HAIR_SHARE: Final = 0.35  # of a face's side, that is around it and belongs to it


def find_subject(picture: Image, contours: Floats | None, people: Floats | None, faces: Sequence[FaceBox]) -> Floats:
    """Return how much each pixel belongs to the main subject, 0 to 1; 1 everywhere where nothing stands out."""
    subject = people if people is not None and float(people.mean()) >= _MIN_PEOPLE_SHARE else None
    if subject is None and contours is not None:
        subject = measure_saliency(contours)
    whole = np.ones(picture.shape[:2], np.float32)
    if subject is None:
        return whole
    marked = _mark_faces(_broaden(subject), faces)
    share = float((marked > 0.5).mean())
    return marked if _MIN_SHARE <= share <= _MAX_SHARE else whole


def measure_saliency(contours: Floats) -> Floats:
    """Return how much each pixel stands out from the picture's border, 0 to 1, by a map of contours (0 to 1)."""
    height, width = contours.shape
    scale = _GRID_SIDE / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    cost = cv2.resize(contours, size, interpolation=cv2.INTER_AREA)
    distance = _measure_distances(np.maximum(cost - 0.05, 0) + _STEP_COST)
    full = max(float(np.quantile(distance, _FULL_QUANTILE)), 0.15)
    saliency = cv2.GaussianBlur(np.clip(distance / full, 0, 1).astype(np.float32), (0, 0), 1.5)
    return np.asarray(cv2.resize(saliency, (width, height)))


def _measure_distances(cost: Floats) -> Floats:
    """Least sum of costs on the way from the border to each cell."""
    distance = np.full(cost.shape, np.inf, np.float32)
    distance[[0, -1]] = distance[:, [0, -1]] = 0
    for _ in range(_MAX_PASSES):
        nearest = cv2.erode(distance, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
        shorter = np.minimum(distance, nearest + cost)
        if np.array_equal(shorter, distance):
            break
        distance = shorter
    return distance


def _broaden(subject: Floats) -> Floats:
    """Its outline belongs to the subject."""
    side = 2 * round(_OUTLINE_SHARE * min(subject.shape)) + 1
    return np.asarray(cv2.dilate(subject, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))))


def _mark_faces(subject: Floats, faces: Sequence[FaceBox]) -> Floats:
    """Faces belong to the subject with their hair, wherever they are."""
    marked = subject.copy()
    for face in faces:
        margin = round(_HAIR_SHARE * face.width)
        rows = slice(max(0, face.y - margin), face.y + face.height + margin // 2)
        columns = slice(max(0, face.x - margin), face.x + face.width + margin)
        marked[rows, columns] = np.maximum(marked[rows, columns], 0.9)
    return marked
