"""MediaPipe's nets for faces, run by OpenCV: where faces are, and 468 points of each."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.vision import weights
from pipeline.vision.types import Landmarks, Picture

_SIDE: Final = 192  # pixels of either net's input
_CELLS: Final = 48  # a side, of the grid that the detector has one answer for each cell of
_DETECTION_OUTPUTS: Final = ("reshaped_classifier_face_4", "reshaped_regressor_face_4")
_LANDMARK_OUTPUTS: Final = ("conv2d_20", "conv2d_30")  # points, and whether there is a face at all
_MIN_SCORE: Final = 0.6
_MAX_OVERLAP: Final = 0.3  # intersection over union of two faces
_CROP_SCALE: Final = 1.5  # of the face's side: what the net for landmarks sees
_MAX_FACES: Final = 24  # the most certain ones

_Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What the detector says of a face, in pixels of the picture: its square box, and where it is turned to."""

    centre: _Array
    side: float
    angle: float  # radians by which the line between the eyes falls to the right
    score: float


class FaceNets:
    """Both nets: 6 ms for a picture, and 3 ms for each face."""

    def __init__(self, detection: Path, landmarks: Path) -> None:
        self._detector = _read_net(detection)
        self._landmarks = _read_net(landmarks)

    def detect_faces(self, picture: Picture) -> list[Detection]:
        """Find faces in an RGB picture, the most certain first."""
        height, width = picture.shape[:2]
        scale = _SIDE / max(width, height)
        left, top = (_SIDE - width * scale) / 2, (_SIDE - height * scale) / 2
        self._detector.setInput(_build_input(_fit_picture(picture, scale), 1 / 127.5, 127.5))
        scores, values = self._detector.forward(_DETECTION_OUTPUTS)
        scores = 1 / (1 + np.exp(-np.clip(scores.reshape(-1), -60, 60)))
        chosen = np.flatnonzero(scores >= _MIN_SCORE)
        found = [_to_detection(values.reshape(-1, 16)[cell], int(cell), float(scores[cell])) for cell in chosen]
        offset = np.array([left, top])
        return [
            Detection((each.centre - offset) / scale, each.side / scale, each.angle, each.score)
            for each in _drop_overlaps(found)
        ]

    def find_landmarks(self, picture: Picture, face: Detection) -> tuple[Landmarks, float]:
        """The points of a face, in pixels of the picture, and how certain it is that they are of one, 0 to 1."""
        matrix = cv2.getRotationMatrix2D(
            (float(face.centre[0]), float(face.centre[1])), np.degrees(face.angle), _SIDE / (_CROP_SCALE * face.side)
        )
        matrix[:, 2] = matrix[:, 2] + _SIDE / 2 - face.centre
        self._landmarks.setInput(_build_input(cv2.warpAffine(picture, matrix, (_SIDE, _SIDE)), 1 / 255, 0))
        points, presence = self._landmarks.forward(_LANDMARK_OUTPUTS)
        back = cv2.invertAffineTransform(matrix)
        placed = points.reshape(-1, 3)[:, :2] @ back[:, :2].T + back[:, 2]
        certainty = 1 / (1 + np.exp(-np.clip(float(presence.reshape(-1)[0]), -60, 60)))
        return placed.astype(np.float32), float(certainty)


@cache
def load_nets() -> FaceNets | None:
    """The nets, read once a process; None where they are not installed. Not to be run before a process forks."""
    detection, landmarks = weights.find_net_file(weights.DETECTION), weights.find_net_file(weights.LANDMARKS)
    return FaceNets(detection, landmarks) if detection and landmarks else None


def _read_net(path: Path) -> Any:
    """OpenCV's newer engine gives one of several outputs only."""
    return cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC)


def _fit_picture(picture: Picture, scale: float) -> Picture:
    """The picture on a black square of the net's size."""
    width, height = (max(1, round(side * scale)) for side in (picture.shape[1], picture.shape[0]))
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    square = np.zeros((_SIDE, _SIDE, 3), np.uint8)
    left, top = (_SIDE - width) // 2, (_SIDE - height) // 2
    square[top : top + height, left : left + width] = small
    return square


def _build_input(square: Picture, factor: float, mean: float) -> _Array:
    return np.asarray(cv2.dnn.blobFromImage(square, factor, (_SIDE, _SIDE), (mean, mean, mean)))


def _to_detection(values: _Array, cell: int, score: float) -> Detection:
    """The answer of one cell, in pixels of the net's input: centre and size of the box, then six points."""
    corner = np.array([cell % _CELLS + 0.5, cell // _CELLS + 0.5]) * (_SIDE / _CELLS)
    points = values[4:].reshape(6, 2)
    right_eye, left_eye = points[0], points[1]
    angle = np.arctan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0])
    return Detection(corner + values[:2], float(max(values[2:4])), float(angle), score)


def _drop_overlaps(found: list[Detection]) -> list[Detection]:
    boxes = [(*(each.centre - each.side / 2), each.side, each.side) for each in found]
    kept = cv2.dnn.NMSBoxes(boxes, [each.score for each in found], _MIN_SCORE, _MAX_OVERLAP)
    return sorted((found[int(index)] for index in kept), key=lambda each: -each.score)[:_MAX_FACES]
