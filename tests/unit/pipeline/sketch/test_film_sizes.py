"""Sizes of films: aspects, resolutions and the board beside the picture."""

import numpy as np
import pytest
from fakes import sample_pictures
from fakes.sample_boards import create_ground

from models.jobs.options import SketchOptions
from pipeline.media.pictures.picture import Picture
from pipeline.sketch import canvas
from pipeline.sketch.grounds.composition import compose_board


def create_picture(width: int, height: int) -> Picture:
    return Picture(sample_pictures.create_uniform(0, width, height))


@pytest.mark.parametrize(
    ("aspect", "resolution", "size"),
    [
        ("16:9", "auto", (1280, 720)),
        ("9:16", "auto", (720, 1280)),
        ("1:1", "auto", (1280, 1280)),
        ("4:5", "auto", (1024, 1280)),
        ("16:9", "720", (1280, 720)),
        ("1:1", "1080", (1080, 1080)),
        ("4:5", "1080", (1080, 1350)),
        ("16:9", "2160", (3840, 2160)),
        ("9:16", "2160", (2160, 3840)),
        ("auto", "720", (1080, 720)),
        ("auto", "2160", (3240, 2160)),
    ],
)
def test_a_film_has_the_aspect_and_the_resolution_that_are_asked_for(
    aspect: str, resolution: str, size: tuple[int, int]
) -> None:
    options = SketchOptions.model_validate({"aspect": aspect, "resolution": resolution})
    assert canvas.choose_film_size([create_picture(300, 200)], options) == size
    assert options.compute_pixels(0) >= size[0] * size[1] or resolution == "auto"


@pytest.mark.parametrize("aspect", ["auto", "16:9", "9:16", "1:1", "4:5"])
@pytest.mark.parametrize("shape", [(400, 300), (300, 400), (900, 100), (64, 64)])
def test_a_picture_keeps_its_aspect_in_every_film_with_board_beside_it(aspect: str, shape: tuple[int, int]) -> None:
    options = SketchOptions.model_validate({"aspect": aspect, "resolution": "720"})
    size = canvas.choose_film_size([create_picture(*shape)], options)
    placed = canvas.place_picture(create_picture(*shape), create_ground(size))
    height, width = placed.picture.shape[:2]
    assert width / height == pytest.approx(shape[0] / shape[1], rel=0.03)
    assert width == size[0] or height == size[1]
    board = compose_board(placed).y
    board[placed.area] = 235
    assert np.unique(board).tolist() == [235]


def test_options_that_were_stored_before_there_were_aspects_are_read() -> None:
    stored = {"seconds": 10, "fps": 30, "width": None, "height": None, "hand": "left", "finish": "lines"}
    options = SketchOptions.model_validate(stored)
    assert (options.aspect, options.resolution) == ("auto", "auto")


def test_a_child_has_the_memory_for_4k_where_the_film_has_that_size() -> None:
    assert SketchOptions(resolution="2160").compute_pixels(100) == 3840 * 2160
    assert SketchOptions(resolution="1080").compute_pixels(100) <= 1920 * 1088
    assert SketchOptions().compute_pixels(64_000_000) <= 1920 * 1088
