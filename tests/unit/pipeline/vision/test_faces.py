"""Faces in a photograph, and in pictures that are drawn here; the nets take them for people."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import sample_pictures
from skimage import data

from pipeline.vision import cascade, weights
from pipeline.vision.faces import find_faces
from pipeline.vision.types import Face, FaceBox


def has_centre_of(outer: FaceBox, inner: FaceBox) -> bool:
    return outer.has_point(np.array((inner.x + inner.width / 2, inner.y + inner.height / 2)))


def test_a_face_is_found_with_its_eyes_and_its_mouth() -> None:
    (face,) = find_faces(sample_pictures.draw_photo(480, 270))
    assert face.score > 0.9
    assert face.landmarks is not None
    assert face.landmarks.shape == (468, 2)
    right_eye, left_eye = face.eyes
    assert (right_eye.x + right_eye.width / 2, left_eye.x + left_eye.width / 2) == pytest.approx((222, 258), abs=4)
    assert right_eye.y + right_eye.height / 2 == pytest.approx(100, abs=4)
    mouth = face.mouth
    assert (mouth.x + mouth.width / 2, mouth.y + mouth.height / 2) == pytest.approx((240, 142), abs=5)
    assert all(has_centre_of(face.box, part) for part in (*face.eyes, mouth))


@pytest.mark.parametrize("degrees", [-30, 30])
def test_a_tilted_head_is_found_with_its_mouth_under_its_nose(degrees: int) -> None:
    photo = sample_pictures.draw_photo(480, 270)
    turn = cv2.getRotationMatrix2D((240, 110), degrees, 1)
    (face,) = find_faces(cv2.warpAffine(photo, turn, (480, 270), borderMode=cv2.BORDER_REPLICATE))
    expected = turn @ (240, 142, 1)
    assert (face.mouth.x + face.mouth.width / 2, face.mouth.y + face.mouth.height / 2) == pytest.approx(expected, abs=8)


@pytest.mark.parametrize("shape", [(1080, 1920), (1920, 1080), (400, 400)])
def test_faces_are_found_in_pictures_of_any_shape_the_widest_first(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 90, np.uint8)
    near, far = (
        sample_pictures.draw_photo(*size)[:, size[0] // 3 : -size[0] // 3] for size in ((480, 270), (300, 169))
    )
    picture[20 : 20 + near.shape[0], 30 : 30 + near.shape[1]] = near
    picture[-30 - far.shape[0] : -30, -far.shape[1] :] = far
    first, *_ = find_faces(picture)
    assert has_centre_of(first.box, FaceBox(30 + 80, 20 + 110, 0, 0))


def test_every_face_of_40_pixels_is_found_in_a_photograph_of_4_megapixels() -> None:
    head = cv2.resize(data.astronaut()[40:200, 140:300], (60, 60), interpolation=cv2.INTER_AREA)
    picture = np.full((1600, 2560, 3), 150, np.uint8)
    corners = [(x, y) for y in range(60, 1500, 350) for x in range(40, 2500, 300)]
    for x, y in corners:
        picture[y : y + 60, x : x + 60] = head
    faces = find_faces(picture)
    assert len(faces) == len(corners)
    assert all(32 <= face.box.width <= 48 for face in faces)
    assert all(any(has_centre_of(face.box, FaceBox(x + 30, y + 35, 0, 0)) for face in faces) for x, y in corners)


def test_a_face_in_profile_is_found_and_its_landmarks_are_not_guessed() -> None:
    (face,) = find_faces(cv2.cvtColor(data.camera(), cv2.COLOR_GRAY2RGB))
    assert face.landmarks is None
    assert face.box.has_point(np.array((228, 150)))


def test_a_face_that_fills_a_large_picture_is_found() -> None:
    close = cv2.resize(data.astronaut()[60:180, 160:290], (1300, 1200), interpolation=cv2.INTER_CUBIC)
    (face,) = find_faces(close)
    assert face.box.width > 1000


def test_points_of_a_face_are_the_same_however_it_is_turned() -> None:
    photo = data.astronaut()
    (upright,) = find_faces(photo)
    turn = cv2.getRotationMatrix2D((224, 110), 40, 1)
    (turned,) = find_faces(cv2.warpAffine(photo, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE))
    assert upright.landmarks is not None
    assert turned.landmarks is not None
    expected = upright.landmarks @ turn[:, :2].T + turn[:, 2]
    eyes_distance = np.linalg.norm(expected[33] - expected[263])
    assert np.linalg.norm(turned.landmarks - expected, axis=1).mean() < 0.03 * eyes_distance


@pytest.mark.parametrize(
    "picture",
    [
        sample_pictures.draw_line_drawing(480, 270),
        sample_pictures.draw_text_page(480, 270),
        sample_pictures.create_noise(480, 270),
        sample_pictures.create_uniform(128),
        np.zeros((1, 1, 3), np.uint8),
        np.zeros((1, 3000, 3), np.uint8),
    ],
    ids=["cat", "text", "noise", "grey", "pixel", "line"],
)
def test_other_things_are_no_faces(picture: np.ndarray) -> None:
    assert find_faces(picture) == []


def test_where_a_mouth_is_not_known_it_is_in_the_lower_part_of_the_face() -> None:
    (box,) = cascade.detect_faces(sample_pictures.draw_photo(480, 270))
    face = Face(box, None, 0.6)
    assert has_centre_of(face.mouth, FaceBox(240, 142, 0, 0))
    assert face.eyes == ()


def test_other_weights_than_those_that_were_tried_count_as_missing(tmp_path: Path) -> None:
    assert weights.is_face_detection_installed()
    assert weights.find_net_file(weights.DETECTION, tmp_path) is None
    (tmp_path / weights.DETECTION.name).write_bytes(b"TFL3")
    assert weights.find_net_file(weights.DETECTION, tmp_path) is None
