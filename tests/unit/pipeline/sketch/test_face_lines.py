"""The lines of faces, by their landmarks."""

from functools import cache

import numpy as np
from skimage import data

from pipeline.sketch.lines import face_lines
from pipeline.sketch.lines.tracing import DrawingLayer, PenStroke
from pipeline.vision import face_mesh
from pipeline.vision.faces import find_faces
from pipeline.vision.irises import find_irises
from pipeline.vision.types import Face


@cache
def astronaut() -> tuple[Face, tuple[PenStroke, ...]]:
    picture = data.astronaut()
    (face,) = find_faces(picture)
    return face, tuple(face_lines.draw_face(face, find_irises(picture, face)))


def nearest(points: np.ndarray, strokes: tuple[PenStroke, ...]) -> np.ndarray:
    """Distance of each point from the nearest stroke."""
    ink = np.concatenate([stroke.points for stroke in strokes])
    return np.hypot(*(points[:, None] - ink[None]).transpose(2, 0, 1)).min(axis=1)


def test_a_face_is_drawn_by_its_lids_brows_nose_lips_and_jaw() -> None:
    face, strokes = astronaut()
    assert face.landmarks is not None
    assert all(stroke.layer == DrawingLayer.FACE for stroke in strokes)
    for part in (
        face_mesh.JAW,
        face_mesh.RIGHT_EYE.upper_lid,
        face_mesh.LEFT_EYE.upper_lid,
        face_mesh.NOSE_BASE,
        face_mesh.UPPER_LIP_BOTTOM,
    ):
        assert nearest(face.landmarks[list(part)], strokes).max() < 0.03 * face.box.width


def test_each_eye_has_a_pupil_where_its_iris_is() -> None:
    face, strokes = astronaut()
    irises = find_irises(data.astronaut(), face)
    assert len(irises) == 2
    for iris in irises:
        assert nearest(np.array([iris.centre]), strokes)[0] < iris.radius / 2


def test_a_small_face_has_fewer_lines() -> None:
    face, strokes = astronaut()
    assert face.landmarks is not None
    small = Face(face.box, face.landmarks * 0.3, face.score)
    assert len(face_lines.draw_face(small, ())) < len(face_lines.draw_face(face, ())) < len(strokes)


def test_a_face_without_landmarks_is_left_to_the_other_lines() -> None:
    face, _ = astronaut()
    assert face_lines.draw_face(Face(face.box, None, face.score), ()) == []
