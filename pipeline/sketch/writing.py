"""Detection of pages of writing and of their rows, which are drawn row by row."""

from collections.abc import Sequence

import numpy as np

from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.strokes import stroke_groups

_MAX_LETTER_SIZE = 0.17  # units: maximum width and height of a letter
_MIN_STROKES = 24  # strokes of a page
_MIN_SHARE = 0.8  # minimum share of strokes that are letters, and of strokes that lie in rows
_MAX_GAP = 0.15  # units between neighbours in a row
_MIN_ROW_STROKES = 4  # strokes in a row at least
_MAX_ROW_HEIGHT = 2.6  # median letter heights: maximum height of a row, so slanted photos of pages still pass
_TILT_WEIGHT = 0.02  # pixels a row is sorted farther down for each pixel it starts farther right
_MIN_LENGTH = 0.01  # units


def find_rows(strokes: Sequence[PenStroke], size: tuple[int, int], unit: float) -> list[list[PenStroke]]:
    """Return the strokes of a page in rows, top to bottom and left to right; empty if the picture is no page.

    `size` is height and width in pixels, `unit` the reference length (`SceneSpec.unit`) in pixels.
    """
    long_strokes = [stroke for stroke in strokes if stroke.length >= _MIN_LENGTH * unit]
    spans = np.array([np.ptp(stroke.points, axis=0) for stroke in long_strokes]).reshape(-1, 2)
    is_small = (spans < _MAX_LETTER_SIZE * unit).all(axis=1)
    if len(long_strokes) < _MIN_STROKES or float(is_small.mean()) < _MIN_SHARE:
        return []
    groups = stroke_groups.list_groups(stroke_groups.label_groups(long_strokes, size, (_MAX_GAP * unit, 2)))
    letter_height = float(np.median(spans[is_small, 1]))
    if not _has_rows(groups, long_strokes, letter_height):
        return []
    return [[long_strokes[k] for k in row] for row in _sort_rows(groups, long_strokes)]


def _has_rows(groups: Sequence[list[int]], long_strokes: Sequence[PenStroke], letter_height: float) -> bool:
    """Whether most strokes lie in flat groups of several."""
    flat_rows = [
        row
        for row in groups
        if len(row) >= _MIN_ROW_STROKES
        and _measure_height([long_strokes[k] for k in row]) < _MAX_ROW_HEIGHT * max(letter_height, 4)
    ]
    return len(flat_rows) >= 2 and sum(len(row) for row in flat_rows) >= _MIN_SHARE * len(long_strokes)


def _measure_height(row: Sequence[PenStroke]) -> float:
    """Height of a row in pixels without outliers and slope."""
    middles = np.array([(stroke.points.min(axis=0) + stroke.points.max(axis=0)) / 2 for stroke in row])
    slope = np.polynomial.Polynomial.fit(middles[:, 0], middles[:, 1], 1)
    low, high = np.quantile(middles[:, 1] - slope(middles[:, 0]), (0.1, 0.9))
    return float(high - low)


def _sort_rows(groups: Sequence[list[int]], long_strokes: Sequence[PenStroke]) -> list[list[int]]:
    lefts = np.array([stroke.points[:, 0].min() for stroke in long_strokes])
    heights = np.array([stroke.points[:, 1].mean() for stroke in long_strokes])

    def compute_position(row: list[int]) -> float:
        return float(heights[row].mean()) + _TILT_WEIGHT * float(lefts[row].min())

    return [sorted(row, key=lefts.__getitem__) for row in sorted(groups, key=compute_position)]
