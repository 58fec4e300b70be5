"""People in front, in photographs of scikit-image."""

import numpy as np
import pytest
from skimage import data

from pipeline.vision.people import find_people


def test_a_person_is_masked_and_the_wall_behind_is_not() -> None:
    people = find_people(data.astronaut())
    assert people is not None
    assert people.dtype == np.float32
    assert people.shape == (512, 512)
    assert people[60:200, 190:260].mean() > 0.97  # her head
    assert people[300:400, 100:250].mean() > 0.97
    assert people[40:120, 320:360].max() < 0.1


def test_nobody_is_found_in_a_picture_of_a_rocket() -> None:
    people = find_people(data.rocket())
    assert people is not None
    assert people.mean() < 0.02


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 150), (40, 60)])
def test_a_mask_has_the_size_of_the_picture(shape: tuple[int, int]) -> None:
    people = find_people(np.full((*shape, 3), 90, np.uint8))
    assert people is not None
    assert people.shape == shape
