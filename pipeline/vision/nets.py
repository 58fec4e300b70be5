"""Nets for faces, run by OpenCV: YuNet says where faces are, MediaPipe's face mesh finds 468 points of each."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.vision import weights
from pipeline.vision.face_mesh import EYES
from pipeline.vision.types import Landmarks, Picture

_DETECTION_AREAS: Final = (2_000_000, 100_000)  # pixels; in smaller pictures faces that fill them are found too
_MIN_GAIN: Final = 2.0  # ratio of areas from which the next one is worth a look
_MIN_SCORE: Final = 0.6
_MAX_OVERLAP: Final = 0.3  # intersection over union of two faces
_MIN_NOSE_ASIDE, _MAX_EYE_DISTANCE = 0.3, 0.6  # of a face in profile, of the distance from its eyes to its mouth
_MAX_FACES: Final = 64  # the most certain ones
_SIDE: Final = 192  # pixels of what the net for landmarks sees
_CROP_SCALE: Final = 1.5  # side of that, of the face's
_LANDMARK_OUTPUTS: Final = ("conv2d_20", "conv2d_30")  # points, and whether there is a face at all
_MAX_PASSES: Final = 3  # of that net over a face, each where the last one found it
_MIN_SHIFT: Final = 0.04  # of a face's side, by which it has to be elsewhere for another pass

_Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """Where a face is, in pixels of the picture: the square around it, and where it is turned to.

    A face in profile shows one eye: landmarks of both would be a guess.
    """

    centre: _Array
    side: float
    angle: float  # radians by which the line between the eyes falls to the right
    score: float
    is_profile: bool = False


class FaceNets:
    """Both nets: 5 ms for 100,000 pixels, and 3 ms for each pass over a face."""

    def __init__(self, detection: Path, landmarks: Path) -> None:
        self._detector = cv2.FaceDetectorYN.create(str(detection), "", (32, 32), _MIN_SCORE, _MAX_OVERLAP)
        self._landmarks = _read_net(landmarks)

    def detect_faces(self, picture: Picture) -> list[Detection]:
        """Find faces from about 12 pixels on in an RGB picture, the most certain first.

        A picture of more than 2 megapixels is made smaller before.
        """
        found = [each for scale in _list_scales(picture) for each in self._detect_at(picture, scale)]
        return _drop_overlaps(found)

    def _detect_at(self, picture: Picture, scale: float) -> list[Detection]:
        size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if scale < 1 else picture
        self._detector.setInputSize(size)
        _, rows = self._detector.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        return [_to_detection(row, scale) for row in (() if rows is None else rows)]

    def find_landmarks(self, picture: Picture, face: Detection) -> tuple[Landmarks, float]:
        """The points of a face, in pixels of the picture, and how certain it is that they are of one, 0 to 1."""
        points, certainty = self._find_points(picture, face)
        for _ in range(_MAX_PASSES - 1):
            again = _locate_face(points, face.score)
            if _measure_shift(face, again) < _MIN_SHIFT:
                break
            face = again
            points, certainty = self._find_points(picture, face)
        return points, certainty

    def _find_points(self, picture: Picture, face: Detection) -> tuple[Landmarks, float]:
        matrix = cv2.getRotationMatrix2D(
            (float(face.centre[0]), float(face.centre[1])), np.degrees(face.angle), _SIDE / (_CROP_SCALE * face.side)
        )
        matrix[:, 2] = matrix[:, 2] + _SIDE / 2 - face.centre
        self._landmarks.setInput(cv2.dnn.blobFromImage(cv2.warpAffine(picture, matrix, (_SIDE, _SIDE)), 1 / 255))
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


def _list_scales(picture: Picture) -> list[float]:
    area = picture.shape[0] * picture.shape[1]
    areas = [min(area, _DETECTION_AREAS[0])]
    areas += [each for each in _DETECTION_AREAS[1:] if areas[0] >= _MIN_GAIN * each]
    return [float((each / area) ** 0.5) for each in areas]


def _to_detection(row: _Array, scale: float) -> Detection:
    """YuNet's answer: left, top, width and height of the box, five points from the right eye on, and the score."""
    right_eye, left_eye = row[4:6], row[6:8]
    angle = np.arctan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0])
    side = float(max(row[2:4])) / scale
    return Detection(
        (row[:2] + row[2:4] / 2) / scale, max(side, 1.0), float(angle), float(row[14]), _is_profile(row[4:14])
    )


def _is_profile(values: _Array) -> bool:
    """Whether eyes, nose and corners of the mouth (x and y of five points) are those of a face seen from the side."""
    right_eye, left_eye, nose, *corners = values.reshape(5, 2)
    top, bottom = (right_eye + left_eye) / 2, (corners[0] + corners[1]) / 2
    down = bottom - top
    height = max(float(np.hypot(*down)), 1e-6)
    aside = abs(float((nose - (top + bottom) / 2) @ np.array([down[1], -down[0]]))) / height**2
    return aside > _MIN_NOSE_ASIDE and float(np.hypot(*(left_eye - right_eye))) < _MAX_EYE_DISTANCE * height


def _drop_overlaps(found: list[Detection]) -> list[Detection]:
    boxes = [(*(each.centre - each.side / 2), each.side, each.side) for each in found]
    kept = cv2.dnn.NMSBoxes(boxes, [each.score for each in found], _MIN_SCORE, _MAX_OVERLAP)
    return sorted((found[int(index)] for index in kept), key=lambda each: -each.score)[:_MAX_FACES]


def _locate_face(points: Landmarks, score: float) -> Detection:
    """The square around points, turned as the line between the outer corners of the eyes is."""
    start, end = (points[eye.corners[side]] for eye, side in zip(EYES, (0, 1), strict=True))
    angle = float(np.arctan2(end[1] - start[1], end[0] - start[0]))
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned = points @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return Detection((low + high) / 2 @ axes, max(float((high - low).max()), 1.0), angle, score)


def _measure_shift(one: Detection, other: Detection) -> float:
    """How far two squares are apart, in sides: of their corners, about."""
    distance = float(np.hypot(*(one.centre - other.centre))) + abs(one.side - other.side) / 2
    return distance / other.side + abs(float(np.angle(np.exp(1j * (one.angle - other.angle))))) / 2
