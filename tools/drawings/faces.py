"""Faces of a picture that are found again in its lines alone, by the same detector."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np

from pipeline.vision.faces import find_faces
from pipeline.vision.irises import Iris, find_irises
from pipeline.vision.tracking import compute_overlap
from pipeline.vision.types import Face
from tools.drawings.delivered_film import Plane

MIN_FACE: Final = 40  # pixels of the film, the width of a face's box
_SAME: Final = 0.3  # intersection over union of one face found twice
_EYE_LINE: Final = ((33, 133), (362, 263))  # the corners of both eyes, in MediaPipe's face mesh
_IRIS: Final = 0.7  # of an iris' radius: the disc that has to be dark, as a highlight or the rim may be light
_MIN_IRIS_INK: Final = 0.4  # of that disc
_MIN_RADIUS: Final = 2.5  # pixels: a smaller iris is not told from a lid
_INK_LEVELS: Final = 200  # from the board to a line


class FaceFigures(NamedTuple):
    """Faces in the picture, and how many are kept; the largest error of one's landmarks, in distances of the eyes
    (infinite where one is lost); eyes that are large enough to judge, and how many have an iris.
    """

    count: int
    kept: int
    error: float
    eyes: int
    irises: int


def measure_faces(picture: Plane, lines: Plane) -> FaceFigures:
    """Compare the faces of a picture (RGB, fitted to the film) with those of the film's lines alone."""
    faces = [face for face in find_faces(picture) if face.box.width >= MIN_FACE and face.landmarks is not None]
    found = find_faces(lines)
    again = [_find_same(face, found) for face in faces]
    errors = [
        np.inf if other is None else measure_landmark_error(face, other)
        for face, other in zip(faces, again, strict=True)
    ]
    eyes = [iris for face in faces for iris in _list_irises(picture, face)]
    grey = cv2.cvtColor(lines, cv2.COLOR_RGB2GRAY)
    irises = sum(has_iris(grey, eye) for eye in eyes)
    return FaceFigures(
        len(faces), sum(other is not None for other in again), max(errors, default=0.0), len(eyes), irises
    )


def _find_same(face: Face, found: Sequence[Face]) -> Face | None:
    same = [other for other in found if compute_overlap(face.box, other.box) >= _SAME and other.landmarks is not None]
    return max(same, key=lambda other: compute_overlap(face.box, other.box), default=None)


def measure_landmark_error(face: Face, other: Face) -> float:
    """Mean distance of the landmarks, in distances of the eyes of the first face."""
    assert face.landmarks is not None
    assert other.landmarks is not None
    right, left = (face.landmarks[list(corners)].mean(axis=0) for corners in _EYE_LINE)
    away = np.hypot(*(face.landmarks - other.landmarks).T)
    return float(away.mean() / max(1.0, float(np.hypot(*(right - left)))))


def _list_irises(picture: Plane, face: Face) -> list[Iris]:
    """The irises of eyes that are large enough."""
    return [iris for iris in find_irises(picture, face) if iris.radius >= _MIN_RADIUS]


def has_iris(grey: Plane, iris: Iris) -> bool:
    """Whether a disc of most of an iris, no farther from it than its radius, is dark enough for one."""
    radius = max(1, round(_IRIS * iris.radius))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)).astype(np.float32)
    reach = round(iris.radius) + radius + 1
    x, y = (round(value) for value in iris.centre)
    window = grey[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1].astype(np.float32)
    if min(window.shape) <= 2 * radius:
        return False
    ink = np.abs(window - float(np.median(grey))) / _INK_LEVELS
    share = cv2.filter2D(ink, -1, kernel / kernel.sum())[radius:-radius, radius:-radius]
    return bool(share.max() >= _MIN_IRIS_INK)
