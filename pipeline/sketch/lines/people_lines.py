"""Outlines of people along their mask, where no line of the picture follows it already."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from pipeline.sketch.lines import contour_ridges, curve_smoothing
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.types import Floats, Image, Mask, Points

_MIN_AREA: Final = 0.01  # square units, of a person
_NEARNESS: Final = 0.022  # units: a line this near follows the outline
_MIN_LENGTH: Final = 0.06  # units, of a part that is added
_STRENGTH: Final = 0.5
_EDGE: Final = 3  # pixels along the picture's edge, where no outline is


def outline_people(
    people: Floats | None, strokes: Sequence[PenStroke], response: Floats, unit: float
) -> list[PenStroke]:
    """Return the parts of the outlines of people (mask 0 to 1) that no stroke follows, moved to the picture's lines."""
    if people is None:
        return []
    free = ~_mark_near(strokes, people.shape, _NEARNESS * unit)
    parts = [part for outline in _trace_outlines(people, unit) for part in _cut_free(outline, free)]
    return [_build_stroke(part, response) for part in parts if len(part) >= _MIN_LENGTH * unit]


def _trace_outlines(people: Floats, unit: float) -> list[Points]:
    mask = (cv2.GaussianBlur(people, (0, 0), 2.0) > 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    large = [outline for outline in outlines if cv2.contourArea(outline) >= _MIN_AREA * unit * unit]
    return [curve_smoothing.smooth_path(outline[:, 0].astype(np.float32)) for outline in large]


def _mark_near(strokes: Sequence[PenStroke], size: tuple[int, ...], distance: float) -> Mask:
    near = np.zeros(size, np.uint8)
    for stroke in strokes:
        cv2.polylines(near, [np.round(stroke.points).astype(np.int32)], False, 1, 2 * max(1, round(distance)) + 1)
    near[:_EDGE] = near[-_EDGE:] = near[:, :_EDGE] = near[:, -_EDGE:] = 1
    marked: Mask = near > 0
    return marked


def _cut_free(outline: Points, free: Image) -> list[Points]:
    """Cut a closed outline into the parts that lie where `free` is set."""
    columns, rows = np.clip(np.round(outline).astype(int), 0, np.array(free.shape[::-1]) - 1).T
    is_free = free[rows, columns]
    if is_free.all():
        return [np.concatenate([outline, outline[:1]])]
    first = int(np.flatnonzero(~is_free)[0])
    outline, is_free = np.roll(outline, -first, axis=0), np.roll(is_free, -first)
    edges = np.flatnonzero(np.diff(is_free.astype(np.int8), prepend=0, append=0))
    return [outline[begin:end] for begin, end in edges.reshape(-1, 2)]


def _build_stroke(part: Points, response: Floats) -> PenStroke:
    path = curve_smoothing.smooth_path(contour_ridges.move_to_lines(part, response))
    return PenStroke(path, np.full(len(path), _STRENGTH, np.float32))
