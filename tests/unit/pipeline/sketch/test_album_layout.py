"""Cells of an album's board: on it, apart from each other, and in the order of reading."""

from itertools import combinations

import pytest

from pipeline.media.rectangle import Rectangle
from pipeline.sketch.album_layout import choose_board_aspect, split_into_cells

AREA = Rectangle(0, 120, 1280, 720)


def overlap(one: Rectangle, other: Rectangle) -> bool:
    is_beside = one.right <= other.left or other.right <= one.left
    return not (is_beside or one.bottom <= other.top or other.bottom <= one.top)


@pytest.mark.parametrize("aspect", [0.5, 1.0, 1.78])
@pytest.mark.parametrize("count", range(2, 11))
def test_cells_are_on_the_board_and_apart(count: int, aspect: float) -> None:
    cells = split_into_cells(AREA, count, aspect, 720)
    assert len(cells) == count
    assert min(cell.left for cell in cells) > AREA.left
    assert min(cell.top for cell in cells) > AREA.top
    assert max(cell.right for cell in cells) < AREA.right
    assert max(cell.bottom for cell in cells) < AREA.bottom
    assert not any(overlap(one, other) for one, other in combinations(cells, 2))
    assert len({(cell.right - cell.left, cell.bottom - cell.top) for cell in cells}) == 1
    assert all(value % 2 == 0 for cell in cells for value in (cell.left, cell.top, cell.right, cell.bottom))
    assert [(cell.top, cell.left) for cell in cells] == sorted((cell.top, cell.left) for cell in cells)


def test_the_last_row_is_in_the_middle() -> None:
    first, second, third = split_into_cells(AREA, 3, 1.6, 720)
    assert first.top == second.top < third.top
    assert third.left + third.right == pytest.approx(first.left + second.right, abs=4)


def test_upright_pictures_stand_in_one_row_and_wide_ones_below_each_other() -> None:
    assert len({cell.top for cell in split_into_cells(AREA, 3, 0.5, 720)}) == 1
    assert len({cell.left for cell in split_into_cells(Rectangle(0, 0, 720, 1280), 3, 1.8, 720)}) == 1


@pytest.mark.parametrize(("count", "aspect"), [(2, 0.75), (4, 1.5), (3, 1.5), (10, 0.5), (2, 3.0)])
def test_a_board_is_no_narrower_than_one_in_two(count: int, aspect: float) -> None:
    assert 0.5 <= choose_board_aspect(count, aspect) <= 2
