"""Regions and the marker that fills them; planes, sizes and sprites."""

import numpy as np
import pytest
from fakes import sample_pictures
from fakes.sample_boards import create_ground

from models.jobs.options import SketchOptions
from pipeline.media.pictures.picture import Picture
from pipeline.sketch import canvas
from pipeline.sketch.finishes.fill_strokes import FillTool, plan_strokes
from pipeline.sketch.grounds.composition import compose_board
from pipeline.sketch.lines import regions
from pipeline.sketch.planes import YuvPlanes

PEN = np.zeros(2, np.float32)


def test_areas_of_one_colour_are_one_region_each() -> None:
    picture = np.full((120, 180, 3), (240, 240, 240), np.uint8)
    picture[20:100, 20:80] = (200, 40, 40)
    picture[20:100, 100:160] = (40, 40, 200)
    found = regions.find_regions(picture)
    assert len(np.unique(found)) == 3
    assert len({found[60, 50], found[60, 130], found[5, 5]}) == 3
    assert found[30, 30] == found[90, 70]


def test_regions_are_the_same_every_time() -> None:
    picture = sample_pictures.draw_photo(240, 135)
    assert (regions.find_regions(picture) == regions.find_regions(picture)).all()


def test_the_marker_covers_all_that_is_wanted_in_time_and_never_much_at_once() -> None:
    picture = sample_pictures.draw_photo(320, 180)
    fill = plan_strokes(regions.find_regions(picture), np.ones((180, 320), bool), FillTool(14, -38), PEN)
    assert fill.areas.sum() == 180 * 320
    ends = np.cumsum(fill.areas) * 100 / fill.areas.sum()
    times = fill.compute_times(np.stack([np.concatenate([[0], ends[:-1]]), ends], axis=1), (640, 360))
    shares = np.bincount(np.minimum(times.astype(int), 99).ravel(), minlength=100) / times.size
    assert times.min() >= 0
    assert times.max() <= 100 + 1e-3
    assert shares.max() < 0.03


def test_nothing_wanted_needs_no_strokes() -> None:
    fill = plan_strokes(np.zeros((240, 320), np.int32), np.zeros((240, 320), bool), FillTool(20, -38), PEN)
    assert len(fill.ends) == 0


def test_white_is_exactly_white_and_colours_survive_the_planes() -> None:
    picture = sample_pictures.create_uniform(255, 64, 48)
    assert (YuvPlanes.from_rgb(picture).y == 235).all()
    assert (YuvPlanes.from_rgb(picture).u == 128).all()
    picture[:] = (200, 60, 30)
    assert np.abs(YuvPlanes.from_rgb(picture).to_rgb().astype(int) - (200, 60, 30)).max() <= 3


@pytest.mark.parametrize(
    ("size", "film"),
    [
        ((4096, 2304), (1280, 720)),
        ((1000, 1000), (1000, 1000)),
        ((16, 16), (480, 480)),
        ((300, 200), (720, 480)),
        ((1600, 80), (1280, 426)),
        ((80, 1600), (426, 1280)),
    ],
)
def test_a_film_fits_its_picture(size: tuple[int, int], film: tuple[int, int]) -> None:
    assert canvas.choose_film_size([Picture(sample_pictures.create_uniform(255, *size))], SketchOptions()) == film


def test_a_picture_is_put_in_the_middle_and_never_distorted() -> None:
    options = SketchOptions(width=720, height=1280)
    picture = Picture(sample_pictures.create_uniform(0, 400, 200))
    placed = canvas.place_picture(picture, create_ground(canvas.choose_film_size([picture], options)))
    assert placed.picture.shape[:2] == (360, 720)
    assert (placed.x, placed.y) == (0, 460)
    board = compose_board(placed).y
    assert (board[:460] == 235).all()
    assert (board[460:820] == 16).all()
