"""Order of strokes around the subjects that a user named: each of those whole, then the rest, then what is last."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from pipeline.sketch.guidance.subject_regions import SubjectRegion
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.types import Array, Floats

_MIN_SHARE: Final = 0.6  # of a stroke, that lies in the region of a subject it belongs to

OrderStrokes = Callable[[Sequence[PenStroke]], list[PenStroke]]


def order_guided(
    strokes: Sequence[PenStroke],
    regions: Sequence[SubjectRegion],
    order_strokes: OrderStrokes,
    written: Sequence[PenStroke] = (),
) -> list[PenStroke]:
    """Order strokes by regions, and by `order_strokes` within each; a stroke belongs to the smallest that holds it.

    `written` are the strokes of text in the order in which they are written, which take the place of the text's region.
    """
    if not regions or not strokes:
        return [*order_strokes(strokes), *written]
    owners = _find_owners(strokes, regions)
    first = [index for index, region in enumerate(regions) if not region.is_last]
    last = [index for index, region in enumerate(regions) if region.is_last]
    ordered: list[PenStroke] = []
    for owner in (*first, -1, *last):
        group = [strokes[k] for k in np.flatnonzero(owners == owner).tolist()]
        ordered += order_strokes(group) if group else []
        ordered += written if owner >= 0 and regions[owner].is_text else ()
    return ordered


def add_named(main_subject: Floats, regions: Sequence[SubjectRegion]) -> Floats:
    """The map of the main subject (0 to 1) with what is to be drawn first: it is no background."""
    first = [region.mask for region in regions if not region.is_last]
    return np.maximum(main_subject, np.any(first, axis=0)).astype(np.float32) if first else main_subject


def _find_owners(strokes: Sequence[PenStroke], regions: Sequence[SubjectRegion]) -> Array:
    """The index of the region that each stroke belongs to, -1 for none."""
    shares = np.array([[_measure_share(stroke, region) for region in regions] for stroke in strokes])
    areas = np.array([region.mask.sum() for region in regions], float)
    is_inside = shares >= _MIN_SHARE
    return np.where(is_inside.any(axis=1), np.where(is_inside, areas, np.inf).argmin(axis=1), -1)


def _measure_share(stroke: PenStroke, region: SubjectRegion) -> float:
    """Share of a stroke's points that lie in a region."""
    height, width = region.mask.shape
    columns, rows = np.clip(np.round(stroke.points).astype(int), 0, (width - 1, height - 1)).T
    return float(region.mask[rows, columns].mean())
