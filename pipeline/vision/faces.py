"""Faces in a picture, with their landmarks."""

from typing import Final

from pipeline.vision import cascade
from pipeline.vision.nets import Detection, FaceNets, load_nets
from pipeline.vision.types import Face, FaceBox, Landmarks, Picture

_MIN_CERTAINTY: Final = 0.5  # of the net for landmarks: below it is something else that looks like a face from afar
_BOX_RISE: Final = 0.07  # of the landmarks' height, by which the box lies higher: they end under the hairline
_CASCADE_SCORE: Final = 0.6


def find_faces(picture: Picture) -> list[Face]:
    """Find faces in an RGB picture of any size, the widest first.

    Faces in profile have no landmarks. Without the nets only frontal faces are found, and have none either.
    """
    nets = load_nets()
    found = (
        [Face(box, None, _CASCADE_SCORE) for box in cascade.detect_faces(picture)]
        if nets is None
        else [face for each in nets.detect_faces(picture) if (face := _build_face(nets, picture, each))]
    )
    return sorted(found, key=lambda face: -face.box.width)


def _build_face(nets: FaceNets, picture: Picture, detection: Detection) -> Face | None:
    landmarks, certainty = nets.find_landmarks(picture, detection)
    if certainty < _MIN_CERTAINTY:
        return None
    return Face(_build_box(landmarks), None if detection.is_profile else landmarks, detection.score)


def _build_box(landmarks: Landmarks) -> FaceBox:
    """The square around a face."""
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    side = float((high - low).max())
    left, top = (low + high - side) / 2 - (0, _BOX_RISE * (high[1] - low[1]))
    return FaceBox(round(float(left)), round(float(top)), round(side), round(side))
