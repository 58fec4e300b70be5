"""Lines of text: found in signs, and not in photographs of what only looks like them."""

import cv2
import numpy as np
import pytest
from fakes.signs import draw_sign
from skimage import data

from pipeline.vision.text.finding import find_text
from pipeline.vision.text.types import TextBox


def test_each_line_of_a_sign_is_found_with_its_extent() -> None:
    boxes = sorted(find_text(draw_sign(["PADARIA SÃO JORGE", "Pão quente"])), key=lambda box: box.y)
    assert len(boxes) == 2
    first, second = boxes
    assert first.x - first.width / 2 == pytest.approx(80, abs=20)
    assert first.width > 1.4 * second.width
    assert 30 < first.height < 90
    assert second.y - first.y == pytest.approx(77, abs=12)
    assert abs(first.angle) < 2


@pytest.mark.parametrize("angle", [-20, 10, 25])
def test_a_line_is_as_slanted_as_the_text_in_it(angle: float) -> None:
    sign = draw_sign(["first prize of the year"], angle=angle)
    (box,) = find_text(sign)
    assert box.angle == pytest.approx(angle, abs=2)
    size = (round(box.width), round(box.height))
    upright = cv2.warpAffine(sign, box.to_upright, size, borderMode=cv2.BORDER_REPLICATE)
    assert upright[[0, -1]].min() > 128
    assert (upright < 128).mean() > 0.08


@pytest.mark.parametrize(
    "draw", [data.coins, data.astronaut, data.chelsea, data.coffee, data.rocket, data.colorwheel, data.brick, data.moon]
)
def test_no_text_is_found_where_there_is_none_to_read(draw: object) -> None:
    picture = draw()  # type: ignore[operator]
    assert find_text(np.dstack([picture] * 3) if picture.ndim == 2 else picture) == []


def test_all_lines_of_a_page_are_found() -> None:
    assert len(find_text(np.dstack([data.page()] * 3))) == 7


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 150), (40, 60)])
def test_a_picture_of_one_colour_has_no_text(shape: tuple[int, int]) -> None:
    assert find_text(np.full((*shape, 3), 90, np.uint8)) == []


def test_points_are_inside_of_a_slanted_box_or_not() -> None:
    box = TextBox(100, 100, 80, 10, 45)
    points = np.array([(100, 100), (125, 125), (125, 75), (100, 112)], np.float32)
    assert box.has_points(points).tolist() == [True, True, False, False]
