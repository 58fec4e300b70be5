"""Detection of all lines of a picture: learned contours where a person would draw, and the fine filter for detail."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from pipeline.sketch.lines import contour_ridges, tracing
from pipeline.sketch.lines.line_filter import LineMap
from pipeline.sketch.lines.tracing import PenStroke
from pipeline.sketch.types import Floats, Mask
from pipeline.vision.types import FaceBox

_CORRIDOR: Final = 6  # pixels to both sides of a contour, in which the fine filter's lines are the same line
_CONTOUR_WEIGHT, _RESPONSE_WEIGHT = 0.75, 0.4  # of a contour's strength
_DETAIL_FACTOR, _DETAIL_GAIN = 0.35, 0.9  # strength of detail far from any contour, and what is added where one is near
_NEARNESS: Final = 15  # pixels, side of the square in which a contour is near
_MIN_DETAIL_PIXELS: Final = 12


def trace_fine_lines(line_map: LineMap, faces: Sequence[FaceBox], reach: float) -> list[PenStroke]:
    """Trace the fine filter's lines alone, as they are drawn of a page of writing and where there are no contours."""
    return tracing.trace_strokes(line_map.skeleton, line_map.strength, reach, faces)


def trace_contours_and_detail(
    contours: Floats, line_map: LineMap, faces: Sequence[FaceBox], reach: float
) -> list[PenStroke]:
    """Trace learned contours (0 to 1), and of the fine filter's lines those that are no contour's.

    Ends within `reach` pixels are joined. The strokes are in no order.
    """
    contour_strokes = _trace_contours(contours, line_map, reach, faces)
    return [*contour_strokes, *_trace_detail(contours, contour_strokes, line_map, reach, faces)]


def _trace_contours(contours: Floats, line_map: LineMap, reach: float, faces: Sequence[FaceBox]) -> list[PenStroke]:
    strength = np.minimum(_CONTOUR_WEIGHT * contours + _RESPONSE_WEIGHT * line_map.response, 1)
    strokes = tracing.trace_pixels(contour_ridges.find_ridges(contours), strength, reach, faces)
    return [
        tracing.smooth_stroke(replace(stroke, points=contour_ridges.move_to_lines(stroke.points, line_map.response)))
        for stroke in strokes
    ]


def _trace_detail(
    contours: Floats,
    contour_strokes: Sequence[PenStroke],
    line_map: LineMap,
    reach: float,
    faces: Sequence[FaceBox],
) -> list[PenStroke]:
    """Trace the fine filter's lines that are no contour's, stronger where contours are near."""
    skeleton = line_map.skeleton & ~_mark_corridors(contour_strokes, line_map.skeleton.shape)
    nearness = cv2.dilate(contours, np.ones((_NEARNESS, _NEARNESS), np.uint8))
    strength = line_map.strength * np.minimum(_DETAIL_FACTOR + _DETAIL_GAIN * nearness, 1)
    strokes = tracing.trace_pixels(skeleton, strength, reach, faces)
    return [tracing.smooth_stroke(stroke) for stroke in strokes if len(stroke.points) >= _MIN_DETAIL_PIXELS]


def _mark_corridors(strokes: Sequence[PenStroke], size: tuple[int, ...]) -> Mask:
    corridors = np.zeros(size, np.uint8)
    for stroke in strokes:
        cv2.polylines(corridors, [np.round(stroke.points).astype(np.int32)], False, 1, 2 * _CORRIDOR + 1)
    marked: Mask = corridors > 0
    return marked
