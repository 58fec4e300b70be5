"""Films with words in them, read by a net in their last frame of lines."""

from pathlib import Path

import av
import numpy as np
import pytest
from fakes import sample_pictures
from fakes.signs import draw_sign
from fakes.text_reader import read_text

from models.jobs.options import SketchOptions
from pipeline.media.pictures.picture import Picture
from pipeline.sketch import film


def draw_last_lines(picture: np.ndarray, path: Path, **options: object) -> np.ndarray:
    """The last frame of a film of lines alone."""
    given = {"seconds": 3, "fps": 10, "hand": "none", "finish": "lines", "width": 960, "height": 540, **options}
    film.make([Picture(picture)], path, SketchOptions.model_validate(given), lambda _stage, _share: None)
    with av.open(str(path), format="mp4") as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][-1]


@pytest.mark.parametrize("title", ["Feliz aniversário, Ana!", "Why the sky is blue", "今日はいい天気"])
def test_a_title_is_legible_in_the_last_frame_of_lines(tmp_path: Path, title: str) -> None:
    last = draw_last_lines(sample_pictures.draw_photo(640, 480), tmp_path / "film.mp4", title=title)
    assert title in read_text(last)


@pytest.mark.parametrize("family", ["Montserrat", "PatrickHand"])
def test_text_in_a_picture_is_legible_in_its_lines(tmp_path: Path, family: str) -> None:
    picture = draw_sign(["Pão quente todo dia", "das 6 às 20"], family=family, pixels=64)
    read = read_text(draw_last_lines(picture, tmp_path / "film.mp4"))
    assert read.splitlines() == ["Pão quente todo dia", "das 6 às 20"]
