"""Outlines of people along their mask, where no line of the picture follows it already."""

from collections.abc import Sequence
from dataclasses import dataclass
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
_CONTOUR_REACH: Final = 13  # pixels, side of the square around a point in which a contour is near
_MIN_CONTOUR: Final = 0.15  # mean of the map of contours (0 to 1) near a part
_EDGE: Final = 3  # pixels along the picture's edge, where no outline is


@dataclass(frozen=True, slots=True)
class PeopleMaps:
    """Where people are, and where contours are, at each pixel of a picture (0 to 1)."""

    people: Floats
    contours: Floats


def outline_people(maps: PeopleMaps, strokes: Sequence[PenStroke], response: Floats, unit: float) -> list[PenStroke]:
    """Return the parts of the outlines of people that no stroke follows, moved to the picture's lines.

    A part without any contour near it is where the mask of people ends inside something.
    """
    free = ~_mark_near(strokes, maps.people.shape, _NEARNESS * unit)
    parts = [part for outline in _trace_outlines(maps.people, unit) for part in _cut_free(outline, free)]
    near = cv2.dilate(maps.contours, np.ones((_CONTOUR_REACH, _CONTOUR_REACH), np.uint8))
    long = [part for part in parts if len(part) >= _MIN_LENGTH * unit]
    return [_build_stroke(part, response) for part in long if _measure_contour(part, near) >= _MIN_CONTOUR]


def _measure_contour(part: Points, near: Floats) -> float:
    columns, rows = np.clip(np.round(part).astype(int), 0, np.array(near.shape[::-1]) - 1).T
    return float(near[rows, columns].mean())


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
