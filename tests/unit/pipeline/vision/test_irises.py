"""Irises of a photograph, and the parts of its face."""

import numpy as np
import pytest
from skimage import data

from pipeline.vision import face_mesh
from pipeline.vision.faces import find_faces
from pipeline.vision.irises import find_irises
from pipeline.vision.types import Face, FaceBox


@pytest.fixture(scope="module")
def face() -> Face:
    (face,) = find_faces(data.astronaut())
    return face


def test_irises_lie_where_they_are_that_of_the_right_eye_first(face: Face) -> None:
    right, left = find_irises(data.astronaut(), face)
    assert right.centre == pytest.approx((203.5, 101), abs=1)
    assert left.centre == pytest.approx((245.5, 103.5), abs=1)
    for iris in (right, left):
        assert iris.radius == pytest.approx(4, abs=0.5)
        assert iris.outline.shape == (5, 2)
        assert iris.lids.shape == (71, 2)
        assert iris.lids[:9, 1].mean() > iris.centre[1] > iris.lids[9:16, 1].mean()


def test_in_a_mirror_the_left_eye_is_the_right_one() -> None:
    mirrored = np.ascontiguousarray(data.astronaut()[:, ::-1])
    (face,) = find_faces(mirrored)
    right, left = find_irises(mirrored, face)
    assert right.centre == pytest.approx((511 - 245.5, 103.5), abs=1)
    assert left.centre == pytest.approx((511 - 203.5, 101), abs=1)


def test_a_face_without_landmarks_has_no_irises() -> None:
    assert find_irises(data.astronaut(), Face(FaceBox(160, 60, 110, 110), None, 0.6)) == ()


def test_parts_of_a_face_lie_above_each_other_as_in_any_face(face: Face) -> None:
    assert face.landmarks is not None
    parts = (
        face_mesh.FOREHEAD, face_mesh.RIGHT_EYE.brow_top, face_mesh.RIGHT_EYE.brow_bottom, face_mesh.RIGHT_EYE.crease,
        face_mesh.RIGHT_EYE.upper_lid, face_mesh.RIGHT_EYE.lower_lid, face_mesh.NOSE_RIDGE, face_mesh.NOSE_BASE,
        face_mesh.UPPER_LIP_TOP, face_mesh.UPPER_LIP_BOTTOM, face_mesh.LOWER_LIP_TOP, face_mesh.LOWER_LIP_BOTTOM,
    )  # fmt: skip
    heights = [face_mesh.get_points(face.landmarks, part)[:, 1].mean() for part in parts]
    assert heights == sorted(heights)


@pytest.mark.parametrize(
    "part",
    [
        face_mesh.UPPER_LIP_TOP, face_mesh.LOWER_LIP_BOTTOM, face_mesh.UPPER_LIP_BOTTOM, face_mesh.LOWER_LIP_TOP,
        face_mesh.NOSE_BASE, face_mesh.JAW, face_mesh.FOREHEAD,
        *(line for eye in face_mesh.EYES for line in (eye.upper_lid, eye.lower_lid, eye.brow_top, eye.brow_bottom)),
    ],
)  # fmt: skip
def test_a_part_goes_from_the_persons_right_to_the_left_without_a_jump(face: Face, part: face_mesh.Indices) -> None:
    assert face.landmarks is not None
    points = face_mesh.get_points(face.landmarks, part)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert points[0, 0] < points[-1, 0]
    assert steps.max() < 0.4 * np.linalg.norm(points[-1] - points[0])
