"""Places of an album's pictures side by side on one board: rows of equal cells."""

import math

from pipeline.media.rectangle import Rectangle

_GAP = 0.03  # units between cells, and around them
_USUAL_ASPECT = 1.6  # width by height that the board of an album has about, where none is asked for
_MAX_ASPECT = 2.0


def choose_board_aspect(count: int, aspect: float) -> float:
    """Width by height of a board for `count` pictures of an aspect, near that of a screen."""
    boards = [columns * aspect / math.ceil(count / columns) for columns in range(1, count + 1)]
    nearest = min(boards, key=lambda board: abs(math.log(board / _USUAL_ASPECT)))
    return min(max(nearest, 1 / _MAX_ASPECT), _MAX_ASPECT)


def split_into_cells(area: Rectangle, count: int, aspect: float, unit: float) -> list[Rectangle]:
    """Split an area of the board into cells for `count` pictures of about an aspect, in the order of reading.

    The last row is centred. `unit` is the reference length of the film in pixels.
    """
    columns = max(range(1, count + 1), key=lambda each: _measure_width(area, count, each, aspect))
    rows, gap = math.ceil(count / columns), _round_to_even(_GAP * unit)
    width = _round_to_even((area.right - area.left - (columns + 1) * gap) / columns)
    height = _round_to_even((area.bottom - area.top - (rows + 1) * gap) / rows)
    return [_place_cell(area, number, (columns, count), (width + gap, height + gap), gap) for number in range(count)]


def _measure_width(area: Rectangle, count: int, columns: int, aspect: float) -> float:
    """Width of the pictures in so many columns."""
    height = (area.bottom - area.top) / math.ceil(count / columns)
    return min((area.right - area.left) / columns, height * aspect)


def _place_cell(area: Rectangle, number: int, counts: tuple[int, int], pitch: tuple[int, int], gap: int) -> Rectangle:
    """Cell of a number; `counts` are those of columns and of all cells, `pitch` the size of a cell with its gap."""
    columns, count = counts
    row, column = divmod(number, columns)
    in_row = min(columns, count - row * columns)
    indent = 2 * ((columns - in_row) * pitch[0] // 4)
    left, top = area.left + gap + indent + column * pitch[0], area.top + gap + row * pitch[1]
    return Rectangle(left, top, left + pitch[0] - gap, top + pitch[1] - gap)


def _round_to_even(length: float) -> int:
    return max(2, 2 * int(length / 2))
