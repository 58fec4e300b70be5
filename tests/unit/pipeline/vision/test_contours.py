"""Contours of a photograph and of what is drawn here."""

import cv2
import numpy as np
import pytest
from skimage import data

from pipeline.vision.contours import find_contours


def test_contours_lie_on_the_edges_of_things_and_not_in_their_texture() -> None:
    picture = np.random.default_rng(1).integers(120, 150, (360, 480, 3), np.uint8)
    cv2.circle(picture, (240, 180), 100, (200, 40, 40), -1)
    contours = find_contours(picture)
    assert contours is not None
    distance = np.abs(np.hypot(*np.ogrid[-180:180, -240:240]) - 100)
    assert contours[distance < 1].mean() > 0.8
    assert contours[distance > 25].mean() < 0.1


def test_a_person_is_outlined_and_her_helmet_too() -> None:
    contours = find_contours(data.astronaut())
    assert contours is not None
    assert contours.dtype == np.float32
    assert contours.shape == (512, 512)
    assert contours[340:420, 290:310].max() > 0.8  # the helmet's edge
    assert contours[60:100, 330:370].mean() < 0.1  # the wall


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 150), (40, 60), (1080, 1920)])
def test_contours_have_the_size_of_the_picture(shape: tuple[int, int]) -> None:
    contours = find_contours(np.full((*shape, 3), 90, np.uint8))
    assert contours is not None
    assert contours.shape == shape
    assert 0 <= contours.min() <= contours.max() <= 1
