"""Detection of pages of writing and of their rows, which are drawn row by row."""

from collections.abc import Sequence

import numpy as np

from pipeline.sketch import grouping
from pipeline.sketch.tracing import Stroke

_LETTER = 0.17  # units: maximum width and height of a letter
_FEWEST = 24  # strokes of a page
_SHARE = 0.8  # minimum share of strokes that are letters, and of strokes that lie in rows
_GAP = 0.15  # units between neighbours in a row
_ROW = 4  # strokes in a row at least
_HIGH = 2.6  # median letter heights: maximum height of a row, so slanted photos of pages still pass
_TILT = 0.02  # pixels a row is sorted farther down for each pixel it starts farther right
_SHORTEST = 0.01  # units


def rows(strokes: Sequence[Stroke], size: tuple[int, int], unit: float) -> list[list[Stroke]]:
    """Return the strokes of a page in rows, top to bottom and left to right; empty if the picture is no page.

    `size` is height and width in pixels, `unit` the reference length (`SceneSpec.unit`) in pixels.
    """
    marks = [stroke for stroke in strokes if stroke.length >= _SHORTEST * unit]
    spans = np.array([np.ptp(stroke.points, axis=0) for stroke in marks]).reshape(-1, 2)
    small = (spans < _LETTER * unit).all(axis=1)
    if len(marks) < _FEWEST or float(small.mean()) < _SHARE:
        return []
    found = grouping.groups(grouping.labels(marks, size, (_GAP * unit, 2)))
    letter = float(np.median(spans[small, 1]))
    if not _are_rows(found, marks, letter):
        return []
    return [[marks[k] for k in row] for row in _read(found, marks)]


def _are_rows(found: Sequence[list[int]], marks: Sequence[Stroke], letter: float) -> bool:
    """Whether most strokes lie in flat groups of several."""
    flat = [row for row in found if len(row) >= _ROW and _height([marks[k] for k in row]) < _HIGH * max(letter, 4)]
    return len(flat) >= 2 and sum(len(row) for row in flat) >= _SHARE * len(marks)


def _height(row: Sequence[Stroke]) -> float:
    """Height of a row in pixels without outliers and slope."""
    middles = np.array([(stroke.points.min(axis=0) + stroke.points.max(axis=0)) / 2 for stroke in row])
    slope = np.polynomial.Polynomial.fit(middles[:, 0], middles[:, 1], 1)
    low, high = np.quantile(middles[:, 1] - slope(middles[:, 0]), (0.1, 0.9))
    return float(high - low)


def _read(found: Sequence[list[int]], marks: Sequence[Stroke]) -> list[list[int]]:
    lefts = np.array([stroke.points[:, 0].min() for stroke in marks])
    heights = np.array([stroke.points[:, 1].mean() for stroke in marks])

    def place(row: list[int]) -> float:
        return float(heights[row].mean()) + _TILT * float(lefts[row].min())

    return [sorted(row, key=lefts.__getitem__) for row in sorted(found, key=place)]
