"""Rasterization of pen strokes: the luma of each pixel and the frame in which it appears.

Every line pixel takes the time of the nearest centre line point, so strokes grow lengthwise at their full width.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch.planes import WHITE_LUMA
from pipeline.sketch.types import Array, Floats, Image, Points

INK_LUMA = 34  # luma of a line
_LINE_WIDTH = 0.0043  # units: a line of medium strength
_MIN_LINE_WIDTH = 2.0  # pixels
_SUPERSAMPLING = 2
_SUBPIXEL_BITS = 3  # fractional bits of OpenCV's drawing coordinates
_TAPER_LENGTH = 0.018  # units over which a line narrows at each end
_SWELLING, _CURVE_SWELLING = 0.25, 0.15  # of the width: how much broader the middle is than the ends, and a curve
_BEND_RADIUS = 0.03  # units: radius of a full bend
_BEND_POINTS = 9  # points over which a bend is measured


@dataclass(frozen=True, slots=True)
class Reveal:
    """Pixels that change: flat indices into a plane sorted by frame, their values, and the offset of each frame.

    `starts[f]:starts[f + 1]` is the slice of frame f; `starts` has one entry more than there are frames.
    """

    pixels: Array
    values: Image
    starts: Array


def build_reveal(frames: Array, pixels: Array, values: Image, total: int) -> Reveal:
    """Sort pixels by the frame they change in; `frames` are clipped to 0 to `total` - 1."""
    frames = np.clip(frames, 0, total - 1).astype(np.uint16)
    order = np.argsort(frames, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(frames, minlength=total))])
    return Reveal(pixels[order].astype(np.int32), values[order], starts)


def rasterize_strokes(
    strokes: Sequence[Points],
    strengths: Sequence[Floats],
    size: tuple[int, int],
    unit: float,
    shares: Sequence[float] | None = None,
) -> Image:
    """Return the luma of a board of `size` (width, height) with all strokes; width grows with strength, ends taper.

    `shares` of the full ink and width, 0 to 1, make strokes lighter and thinner, such as those of the background.
    """
    scale = _SUPERSAMPLING
    board = np.full((size[1] * scale, size[0] * scale), WHITE_LUMA, np.uint8)
    shares = [1.0] * len(strokes) if shares is None else shares
    for index in np.argsort(shares, kind="stable"):  # the lightest first, so that none lies over a darker one
        stroke, share = strokes[index], float(shares[index])
        widths = scale * measure_widths(stroke, strengths[index], unit, share)
        luma = round(WHITE_LUMA + share * (INK_LUMA - WHITE_LUMA))
        _draw_polyline(board, (stroke + 0.5) * scale - 0.5, np.maximum(1, widths.round()).astype(int), luma)
    return cv2.resize(board, size, interpolation=cv2.INTER_AREA)


def measure_widths(stroke: Points, strength: Floats, unit: float, share: float = 1.0) -> Floats:
    """Width of the line at each point of a stroke, in film pixels; less with a smaller share of the full ink."""
    width = (0.5 + 0.5 * share) * _LINE_WIDTH * unit
    return np.maximum(width * _width_factors_for(stroke, strength, unit), _MIN_LINE_WIDTH)


def _width_factors_for(stroke: Points, strength: Floats, unit: float) -> Floats:
    """Width by strength; a stroke tapers at its ends, and swells in its middle and where the pen slows in a curve."""
    steps = np.diff(stroke, axis=0)
    distances = np.concatenate([[0.0], np.cumsum(np.hypot(*steps.T))])
    end_distances = np.minimum(distances, distances[-1] - distances) / (_TAPER_LENGTH * unit)
    taper = 0.35 + 0.65 * np.sqrt(np.minimum(end_distances, 1))
    middle = np.sin(np.pi * distances / max(float(distances[-1]), 1e-6))
    swelling = 1 - _SWELLING / 2 + _SWELLING * middle + _CURVE_SWELLING * _measure_bends(steps, unit)
    factors: Floats = (0.65 + 0.75 * np.minimum(strength, 1)) * taper * swelling
    return factors


def _measure_bends(steps: Points, unit: float) -> Floats:
    """How much a stroke bends at each point, 0 (straight) to 1."""
    if len(steps) < _BEND_POINTS:
        return np.zeros(len(steps) + 1, np.float32)
    angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    turning = np.abs(np.gradient(cv2.blur(angles[:, None], (1, _BEND_POINTS))[:, 0]))
    bends = np.minimum(turning / np.maximum(np.hypot(*steps.T), 1e-3) * _BEND_RADIUS * unit, 1)
    return np.append(bends, bends[-1]).astype(np.float32)


def _draw_polyline(board: Image, stroke: Points, widths: Array, luma: int) -> None:
    """Draw a polyline of varying width as one OpenCV polyline for each run of equal width."""
    vertices = np.round(stroke * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    changes = np.flatnonzero(np.diff(widths)) + 1
    for begin, end in zip([0, *changes], [*changes, len(widths)], strict=True):
        run_vertices = vertices[max(0, begin - 1) : end]
        cv2.polylines(board, [run_vertices], False, luma, int(widths[begin]), cv2.LINE_AA, _SUBPIXEL_BITS)


def assign_times(strokes: Sequence[Points], stroke_times: Sequence[Array], ink_mask: Array) -> Array:
    """Return the time of each pixel of `ink_mask`: that of the nearest centre line point."""
    height, width = ink_mask.shape
    line = np.full((height, width), np.inf, np.float32)
    columns, rows = np.round(np.concatenate(strokes)).astype(int).T
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    np.minimum.at(line, (rows[inside], columns[inside]), np.concatenate(stroke_times)[inside].astype(np.float32))
    centre = np.isfinite(line)
    _, labels = cv2.distanceTransformWithLabels(
        (~centre).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_label = np.zeros(int(labels.max()) + 1, np.float32)
    by_label[labels[centre]] = line[centre]
    pixel_times: Array = by_label[labels[ink_mask]]
    return pixel_times
