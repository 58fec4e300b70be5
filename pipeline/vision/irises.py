"""Irises and lids of a face's eyes, by MediaPipe's net for them."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.vision import weights
from pipeline.vision.face_mesh import EYES, EyeIndices
from pipeline.vision.types import Face, Landmarks, Picture

_SIDE: Final = 64  # pixels of what the net sees
_CROP_SCALE: Final = 2.3  # side of that, of the distance between the corners of the eye
_OUTPUTS: Final = ("output_eyes_contours_and_brows", "output_iris")


@dataclass(frozen=True, slots=True, eq=False)
class Iris:
    """An iris and what is around it, in pixels of the picture.

    `outline` is the iris: its centre, and the points at its sides, above and below. `lids` has 71 points: first nine of
    the lower lid, from the outer corner to the inner one, then seven of the upper lid between them; the others lie
    around the eye and on the brow.
    """

    centre: tuple[float, float]
    radius: float
    outline: Landmarks
    lids: Landmarks


def find_irises(picture: Picture, face: Face) -> tuple[Iris, ...]:
    """The irises of a face in an RGB picture, that of the person's right eye first.

    None without the net, or without the face's landmarks.
    """
    net = load_net()
    if net is None or face.landmarks is None:
        return ()
    return tuple(
        _find_iris(net, picture, face.landmarks, eye, is_mirrored=index == 1) for index, eye in enumerate(EYES)
    )


def _find_iris(net: Any, picture: Picture, landmarks: Landmarks, eye: EyeIndices, *, is_mirrored: bool) -> Iris:
    matrix = _fit_eye(*landmarks[list(eye.corners)], is_mirrored=is_mirrored)
    net.setInput(cv2.dnn.blobFromImage(cv2.warpAffine(picture, matrix, (_SIDE, _SIDE)), 1 / 255))
    back = cv2.invertAffineTransform(matrix)
    lids, outline = (_place_points(values, back) for values in net.forward(_OUTPUTS))
    radius = float(np.linalg.norm(outline[1:] - outline[0], axis=1).mean())
    return Iris((float(outline[0, 0]), float(outline[0, 1])), radius, outline, lids)


def _fit_eye(start: Landmarks, end: Landmarks, *, is_mirrored: bool) -> NDArray[Any]:
    """The affine map of the picture to what the net sees: a right eye, level. A left one is mirrored."""
    middle, across = (start + end) / 2, end - start
    width = max(float(np.hypot(*across)), 1e-3)
    matrix = cv2.getRotationMatrix2D(
        (float(middle[0]), float(middle[1])),
        np.degrees(np.arctan2(across[1], across[0])),
        _SIDE / (_CROP_SCALE * width),
    )
    matrix[:, 2] = matrix[:, 2] + _SIDE / 2 - middle
    return np.diag([-1, 1]) @ matrix + [[0, 0, _SIDE], [0, 0, 0]] if is_mirrored else matrix


def _place_points(values: NDArray[Any], back: NDArray[Any]) -> Landmarks:
    points = values.reshape(-1, 3)[:, :2]
    return np.asarray(points @ back[:, :2].T + back[:, 2], np.float32)


@cache
def load_net() -> Any:
    """The net, read once a process; None where it is not installed. Not to be run before a process forks."""
    path = weights.find_net_file(weights.IRISES)
    return cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC) if path else None
