"""Films in every finish and on every board, judged by what was delivered."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np
import pytest
from fakes import sample_pictures
from fakes.sample_boards import create_ground
from skimage import data
from skimage.metrics import structural_similarity

from models.jobs.boards import load_boards
from models.jobs.options import SketchOptions
from pipeline.media.pictures.picture import Picture
from pipeline.sketch import film

SIZE = (480, 320)


class Planes(NamedTuple):
    """Decoded planes of all frames of a film (frames x height x width)."""

    luma: np.ndarray
    chroma: np.ndarray
    last: np.ndarray  # RGB


Draw = Callable[..., Planes]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    def drawn(picture: np.ndarray, seconds: float = 4, fps: int = 20, **options: str) -> Planes:
        asked = SketchOptions.model_validate(
            {"seconds": seconds, "fps": fps, "width": SIZE[0], "height": SIZE[1], "hand": "none", **options}
        )
        out = tmp_path / "film.mp4"
        film.make([Picture(picture)], out, asked, lambda _stage, _share: None)
        with av.open(str(out), format="mp4") as container:
            frames = list(container.decode(video=0))
        stack = np.stack([frame.to_ndarray() for frame in frames])
        return Planes(stack[:, : SIZE[1]], stack[:, SIZE[1] :], frames[-1].to_ndarray(format="rgb24"))

    return drawn


def draw_poster() -> np.ndarray:
    """A red disc and a blue bar on green, with a soft shade over all."""
    pixels = np.full((320, 480, 3), (90, 170, 90), np.uint8)
    cv2.circle(pixels, (150, 150), 90, (210, 50, 40), -1, cv2.LINE_AA)
    cv2.rectangle(pixels, (300, 60), (400, 280), (40, 60, 190), -1)
    shade = np.linspace(0.9, 1.1, 480)[None, :, None]
    return np.clip(pixels * shade, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("board", [*load_boards()])
def test_a_film_begins_on_its_empty_board(draw: Draw, board: str) -> None:
    done = draw(sample_pictures.draw_photo(*SIZE), board=board, finish="lines", seconds=3)
    ground = create_ground(SIZE, board).planes
    assert np.abs(done.luma[0].astype(int) - ground.y).mean() < 3
    assert abs(int(np.median(done.chroma[0])) - int(np.median(np.concatenate(ground.chroma)))) <= 6


def test_a_marker_has_few_flat_colours_with_board_between_its_strokes(draw: Draw) -> None:
    done = draw(draw_poster(), finish="marker")
    disc = done.last[80:220, 100:200].reshape(-1, 3).astype(int)
    assert (disc[:, 0] > disc[:, 2] + 60).mean() > 0.8
    share_of_board = (done.luma[-1][30:290, 30:450] > 225).mean()
    assert 0.01 < share_of_board < 0.4
    inside = done.luma[-1][90:210, 90:210]
    assert float(np.subtract(*np.quantile(inside, (0.75, 0.25)))) < 20  # one flat colour, a little darker in overlaps
    assert inside.std() > 2


def test_a_pencil_is_grey_and_darker_where_the_picture_is(draw: Draw) -> None:
    picture = np.repeat(np.linspace(250, 20, 480).astype(np.uint8)[None, :, None], 320, 0).repeat(3, 2)
    done = draw(picture, finish="pencil")
    assert np.abs(done.chroma.astype(int) - 128).max() <= 6
    tones = [float(done.luma[-1][60:260, left : left + 80].mean()) for left in (60, 200, 340)]
    assert tones[0] > tones[1] + 25 > tones[2] + 50
    middle = done.luma[-1][60:260, 200:280]
    assert middle.std() > 15  # grain, not a grey wash


@pytest.mark.parametrize("board", ["blackboard", "green"])
def test_chalk_is_light_on_a_dark_board(draw: Draw, board: str) -> None:
    done = draw(sample_pictures.draw_line_drawing(*SIZE), finish="lines", board=board, seconds=3)
    assert np.median(done.luma[-1]) < 95
    assert 0.003 < (done.luma[-1] > 130).mean() < 0.2
    assert (done.luma[0] > 130).mean() < 0.001


@pytest.mark.parametrize("finish", ["colour", "marker", "pencil"])
@pytest.mark.parametrize("board", ["kraft", "blackboard"])
def test_white_of_line_art_is_the_board(draw: Draw, finish: str, board: str) -> None:
    done = draw(sample_pictures.draw_line_drawing(*SIZE), finish=finish, board=board, seconds=3)
    ground = create_ground(SIZE, board, finish).planes.y
    is_same = np.abs(done.luma[-1].astype(int) - ground) < 25
    assert is_same.mean() > 0.7


@pytest.mark.parametrize("seconds", [5, 10])
def test_colour_is_the_picture_at_last_and_never_comes_in_jumps(draw: Draw, seconds: float) -> None:
    picture = cv2.resize(data.astronaut()[:340], SIZE, interpolation=cv2.INTER_AREA)
    done = draw(picture, finish="colour", seconds=seconds, fps=30)
    grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (picture, done.last)]
    assert structural_similarity(*grey) > 0.985
    changes = [(cv2.absdiff(now, then) > 12).mean() for then, now in pairwise(done.luma)]
    assert max(changes) < 0.02


def test_a_photograph_on_kraft_has_board_on_all_sides(draw: Draw) -> None:
    done = draw(np.full((320, 480, 3), (30, 60, 160), np.uint8), board="kraft", seconds=3)
    ground = create_ground(SIZE, "kraft").planes.y
    edge = np.concatenate([done.luma[-1][:6].ravel(), done.luma[-1][:, :6].ravel()]).astype(int)
    beside = np.concatenate([ground[:6].ravel(), ground[:, :6].ravel()])
    assert (np.abs(edge - beside) < 25).mean() > 0.95
    assert done.last[160, 240, 2] > 130
