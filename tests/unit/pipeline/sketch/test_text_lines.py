"""Text in pictures: which strokes write it, and in which order."""

from itertools import pairwise

import numpy as np
import pytest
from fakes.signs import draw_sign

from pipeline.sketch.lines.text_lines import drop_text, order_lines, write_text
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.vision.text.finding import find_text
from pipeline.vision.text.types import TextBox


def box(x: float, y: float, width: float = 100, height: float = 20) -> TextBox:
    return TextBox(x, y, width, height, 0)


def test_lines_are_read_from_top_to_bottom_and_their_parts_from_left_to_right() -> None:
    right, left, second = box(170, 52), box(60, 50), box(60, 75)
    assert order_lines([second, right, left]) == [[left, right], [second]]


def test_a_column_is_read_before_the_one_beside_it() -> None:
    one, two, other, last = box(60, 50), box(60, 75), box(300, 52), box(300, 77)
    assert order_lines([last, two, other, one]) == [[one], [two], [other], [last]]


def test_lines_of_a_slanted_page_are_in_order() -> None:
    angle = np.deg2rad(20)
    turned = [
        TextBox(x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle), 100, 20, 20)
        for x, y in ((60, 50), (170, 50), (60, 75), (170, 75))
    ]
    assert order_lines(turned[::-1]) == [turned[:2], turned[2:]]


@pytest.mark.parametrize("colours", [("white", "black"), ("#c81414", "white"), ("#4060c0", "#e0c040")])
def test_letters_are_written_along_their_middle_from_left_to_right(colours: tuple[str, str]) -> None:
    picture = draw_sign(["HELLO", "world"], colours=colours)
    rows = write_text(picture, find_text(picture))
    assert len(rows) == 2
    colour = picture[0, 0].astype(int)
    for row in rows:
        columns, lines = np.round(np.concatenate([stroke.points for stroke in row])).astype(int).T
        assert (np.abs(picture[lines, columns] - colour).sum(axis=1) > 100).mean() > 0.97
        lefts = [float(stroke.points[:, 0].min()) for stroke in row]
        assert all(after > before - 30 for before, after in pairwise(lefts))
    assert max(stroke.points[:, 1].max() for stroke in rows[0]) < min(stroke.points[:, 1].min() for stroke in rows[1])


def test_the_shadow_on_a_page_is_not_written() -> None:
    shadow = np.linspace(0.35, 1, 960, dtype=np.float32)[None, :, None]
    picture = (draw_sign(["a line of text in half a shadow"], pixels=36) * shadow).astype(np.uint8)
    (row,) = write_text(picture, find_text(picture))
    columns, lines = np.round(np.concatenate([stroke.points for stroke in row])).astype(int).T
    assert (picture[lines, columns] < 90).all(axis=1).mean() > 0.97


def test_what_is_inside_a_line_of_text_is_left_out_and_what_crosses_it_is_not() -> None:
    def line(x1: float, x2: float) -> PenStroke:
        points = np.stack([np.linspace(x1, x2, 60), np.full(60, 50)], axis=1).astype(np.float32)
        return PenStroke(points, np.ones(60, np.float32))

    inside, crossing = line(40, 80), line(-200, 300)
    assert drop_text([inside, crossing], [box(60, 50)]) == [crossing]


def test_nothing_is_written_where_there_are_no_lines_of_text() -> None:
    assert write_text(np.zeros((50, 50, 3), np.uint8), []) == []
    assert order_lines([]) == []
    assert write_text(np.full((50, 200, 3), 200, np.uint8), [box(100, 25)]) == []
