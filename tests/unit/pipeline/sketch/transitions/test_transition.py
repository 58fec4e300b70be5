"""Transitions between boards: they begin with the one and end with the other, and move steadily between."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from fakes import sample_pictures

from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.transitions.transition import Transition

WIDTH, HEIGHT, FRAMES = 320, 180, 20
BEFORE = YuvPlanes.from_rgb(sample_pictures.draw_photo(WIDTH, HEIGHT))
AFTER = YuvPlanes.create_blank(WIDTH, HEIGHT)


def compose(style: str) -> list[YuvPlanes]:
    return list(Transition(style, BEFORE, AFTER, FRAMES).compose_frames())


def measure_remains(planes: YuvPlanes) -> float:
    """The share of a frame that is not the board after the transition."""
    return float((np.abs(planes.y.astype(int) - AFTER.y) > 40).mean())


@pytest.mark.parametrize("style", ["page", "slide"])
def test_a_transition_has_its_frames_and_ends_with_the_next_board(style: str) -> None:
    frames = compose(style)
    assert len(frames) == FRAMES
    for one, other in zip((frames[-1].y, *frames[-1].chroma), (AFTER.y, *AFTER.chroma), strict=True):
        assert np.array_equal(one, other)
    assert np.abs(frames[0].y.astype(int) - BEFORE.y).mean() < 12
    assert {planes.y.shape for planes in frames} == {(HEIGHT, WIDTH)}
    assert {planes.u.shape for planes in frames} == {(HEIGHT // 2, WIDTH // 2)}


@pytest.mark.parametrize("style", ["page", "slide"])
def test_less_and_less_of_the_board_before_is_left(style: str) -> None:
    remains = [measure_remains(planes) for planes in compose(style)]
    assert all(after < before + 0.02 for before, after in pairwise(remains))
    assert max(before - after for before, after in pairwise(remains)) < 0.2


def test_a_slide_moves_the_picture_as_it_is() -> None:
    middle = compose("slide")[9]
    seam = int(np.flatnonzero((middle.y == AFTER.y).all(axis=0))[0])
    assert np.array_equal(middle.y[:, : seam - 20], BEFORE.y[:, WIDTH - seam : WIDTH - 20])


def test_a_turned_page_hides_what_it_lies_on_and_casts_a_shadow_on_the_next_board() -> None:
    frames = compose("page")
    middle = frames[7].y.astype(int)
    assert (middle[:, -4:] == AFTER.y[:, -4:]).mean() > 0.5
    back = cv2.absdiff(frames[7].y, BEFORE.y)[: HEIGHT // 3, WIDTH // 2 : WIDTH // 2 + 40]
    assert float((back > 20).mean()) > 0.6
    fresh = middle[20, WIDTH // 2 :]
    shaded = fresh[(fresh > 120) & (fresh < 225)]
    assert len(shaded) > 3
