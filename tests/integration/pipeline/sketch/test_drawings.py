"""Films of real pictures reach those bars of `tools/drawings/bars.toml` that hold for every drawing now."""

import math
from pathlib import Path

import numpy as np
import pytest
from fakes import sample_pictures
from skimage import data

from pipeline.media.pictures.picture import Picture
from tools.drawings import bars
from tools.drawings.measurements import draw_picture

PLAIN = ("board error", "frames missing", "pen at ink", "specks", "patches")


def list_misses(
    pixels: np.ndarray, folder: Path, kind: str, names: tuple[str, ...], seconds: float
) -> dict[str, float]:
    figures = draw_picture(Picture(pixels), folder / "film.mp4", kind, seconds=seconds).figures
    assert not any(math.isnan(figures[name]) for name in names)
    return {name: figures[name] for name in names if not bars.is_reached(kind, name, figures[name], seconds)}


@pytest.mark.parametrize("seconds", [5, 10])
def test_a_face_of_a_photograph_is_kept_in_its_lines(tmp_path: Path, seconds: float) -> None:
    assert (
        list_misses(
            data.astronaut(), tmp_path, "photo", (*PLAIN, "open cut", "faces kept", "irises", "largest colour"), seconds
        )
        == {}
    )


def test_ink_of_a_drawing_goes_on_where_the_last_ink_is(tmp_path: Path) -> None:
    names = (*PLAIN, "SSIM", "open cut", "continuity", "jump mean", "jump p95", "lifts", "recall", "largest colour")
    assert list_misses(sample_pictures.draw_line_drawing(), tmp_path, "drawing", names, 10) == {}


def test_a_page_is_written_word_by_word(tmp_path: Path) -> None:
    names = (*PLAIN, "SSIM", "open cut", "jump mean", "jump p95", "lifts", "recall")
    assert list_misses(sample_pictures.draw_text_page(), tmp_path, "text", names, 10) == {}
