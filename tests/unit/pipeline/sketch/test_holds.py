"""Frames of a film that hold a finished picture, to which the encoder gives more bits."""

import pytest

from models.jobs.options import SketchOptions
from pipeline.sketch.renderer import SketchRenderer


def list_holds(count: int = 1, **options: object) -> list[tuple[int, int]]:
    asked = SketchOptions.model_validate({"seconds": 10, "fps": 30, **options})
    return SketchRenderer(asked, (320, 240), lambda _stage, _share: None).list_holds(count)


def test_a_hold_counts_from_where_the_hand_has_left_to_the_last_frame() -> None:
    assert list_holds(hold=2.0) == [(252, 299)]


@pytest.mark.parametrize("fps", [10, 30])
def test_of_a_hold_in_which_the_hand_leaves_the_last_frame_counts(fps: int) -> None:
    assert list_holds(fps=fps, hold=0.3) == [(10 * fps - 1, 10 * fps - 1)]


def test_without_a_hold_there_is_no_frame_to_hold() -> None:
    assert all(first > last for first, last in list_holds(hold=0))


def test_every_picture_of_an_album_has_its_hold_before_its_board_is_wiped() -> None:
    first, second = list_holds(2, seconds=20)
    assert 0 < first[0] < first[1] < 300 <= second[0] < second[1] == 599
