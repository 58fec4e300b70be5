"""Titles as they are written: strokes along the middle of the letters, letter after letter."""

import cv2
import numpy as np
import pytest

from models.captions.fonts import get_script_samples
from pipeline.sketch.titles.title_layout import lay_out_title
from pipeline.sketch.titles.written_title import WrittenTitle, write_title

WIDTH, HEIGHT = 1280, 720
SAMPLES = {name: text for name, text in get_script_samples().items() if name != "emoji"}


def write(text: str) -> WrittenTitle:
    layout = lay_out_title(text, (WIDTH, HEIGHT), HEIGHT)
    assert layout is not None
    return write_title(layout, WIDTH, 0)


@pytest.mark.parametrize("script", list(SAMPLES))
def test_strokes_run_inside_the_letters_and_reach_all_their_ink(script: str) -> None:
    title = write(SAMPLES[script])
    ink = title.coverage > 100
    columns, rows = np.round(np.concatenate(title.strokes)).astype(int).T
    near = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8))
    assert near[rows, columns].mean() > 0.98
    line = np.ones(ink.shape, np.uint8)
    line[rows, columns] = 0
    distances = cv2.distanceTransform(line, cv2.DIST_L2, 5)
    assert float(np.quantile(distances[ink], 0.99)) < 0.012 * HEIGHT


@pytest.mark.parametrize("text", [*SAMPLES.values(), "ÁÊÑỆ çgjpq", "Ệ " * 60])
def test_no_mark_is_cut_off_above_or_below(text: str) -> None:
    coverage = write(text).coverage
    assert not coverage[:3].any()
    assert not coverage[-3:].any()


def test_latin_is_written_from_left_to_right_and_hebrew_from_right_to_left() -> None:
    def list_starts(text: str) -> list[float]:
        return [float(stroke[0, 0]) for stroke in write(text).strokes]

    for starts, direction in ((list_starts("abc abc abc"), 1), (list_starts("שלום לכולם"), -1)):
        steps = direction * np.diff(starts)
        assert (steps > -0.06 * WIDTH).all()
        assert direction * (starts[-1] - starts[0]) > 0.1 * WIDTH


def test_a_vertical_stroke_begins_at_its_top_and_the_dot_of_an_i_comes_last() -> None:
    stem, dot = write("i").strokes
    assert stem[0, 1] < stem[-1, 1]
    assert dot[:, 1].max() < stem[:, 1].min()


def test_letters_are_blended_at_their_place_and_nowhere_else() -> None:
    layout = lay_out_title("Ana", (WIDTH, HEIGHT), HEIGHT)
    assert layout is not None
    title = write_title(layout, WIDTH, 100)
    luma = np.full((HEIGHT, WIDTH), 235, np.uint8)
    title.draw(luma, 34)
    assert (luma[:100] == 235).all()
    assert (luma[100 + layout.height :] == 235).all()
    assert int(luma.min()) == 34
    assert 0.01 < float((luma[100 : 100 + layout.height] < 100).mean()) < 0.2


def test_writing_takes_a_second_for_eleven_strokes_and_never_most_of_the_film() -> None:
    title = write("abc")
    assert title.count_frames(10_000, 100) == round(9 * len(title.strokes))
    assert title.count_frames(10, 100) == 4
