"""Faces in a picture, with their landmarks."""

from typing import Final

from pipeline.vision import cascade
from pipeline.vision.nets import Detection, FaceNets, load_nets
from pipeline.vision.types import Face, FaceBox, Picture

_MIN_CERTAINTY: Final = 0.5  # of the net for landmarks: below it is something else that looks like a face from afar
_BOX_SCALE: Final = 1.09  # of the detector's square, which ends at the brows and the cheeks
_BOX_RISE: Final = 0.06  # share of its side by which the box lies higher: the forehead is a part of the face
_CASCADE_SCORE: Final = 0.6


def find_faces(picture: Picture) -> list[Face]:
    """Find faces in an RGB picture of any size, the widest first.

    Without the nets only frontal faces are found, and have no landmarks.
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
    side = _BOX_SCALE * detection.side
    left, top = detection.centre - side / 2 - (0, _BOX_RISE * detection.side)
    return Face(FaceBox(round(left), round(top), round(side), round(side)), landmarks, detection.score)
