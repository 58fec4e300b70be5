"""Objects in photographs of scikit-image."""

import numpy as np
import pytest
from skimage import data

from models.sketch.subjects import load_subjects
from pipeline.vision.detectors.objects import find_objects, list_classes


@pytest.mark.parametrize(
    ("picture", "label", "box"),
    [
        (data.chelsea(), "cat", (0, 0, 400, 298)),
        (data.coffee(), "cup", (172, 15, 241, 291)),
        (data.stereo_motorcycle()[0], "motorcycle", (109, 52, 571, 388)),
        (data.astronaut(), "person", (6, 7, 358, 497)),
    ],
)
def test_an_object_is_found_where_it_is(picture: np.ndarray, label: str, box: tuple[int, ...]) -> None:
    found = find_objects(picture)[0]
    assert found.label == label
    assert np.allclose(found.box, box, atol=12)
    assert found.score > 0.7


def test_nothing_is_found_on_an_empty_board() -> None:
    assert find_objects(np.full((480, 640, 3), 255, np.uint8)) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 150), (40, 60)])
def test_pictures_of_any_shape_can_be_searched(shape: tuple[int, int]) -> None:
    assert find_objects(np.full((*shape, 3), 90, np.uint8)) == []


def test_every_class_of_the_net_has_a_name_that_people_say_and_no_name_stands_for_none() -> None:
    named = {each for subject in load_subjects().values() for each in subject.classes}
    assert named == set(list_classes())
