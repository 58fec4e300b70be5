"""Stroke planning for a broad marker: slanted strokes, region by region, large and near regions first."""

from dataclasses import dataclass

import cv2
import numpy as np
from skimage.measure import label

from pipeline.sketch.lines import regions
from pipeline.sketch.strokes.path_ordering import Tour
from pipeline.sketch.types import Array, Floats, Image, Integers, Points

_SLANT = np.deg2rad(-38.0)  # direction of the strokes: up to the right
_DIRECTION = np.array((np.cos(_SLANT), np.sin(_SLANT)), dtype=np.float32)
_NORMAL = np.array((-np.sin(_SLANT), np.cos(_SLANT)), dtype=np.float32)
_WAVE_AMPLITUDE, _WAVE_LENGTH = 0.13, 2.6  # in widths: amplitude and length of the waves in a stroke's edge
_TIP_ROUNDNESS = 0.35  # in widths: how far the edges of the marker's tip lag behind its middle
_MIN_PIECE_AREA = 0.12  # in squared widths: smaller pieces are merged with a neighbour


@dataclass(frozen=True, slots=True)
class MarkerFill:
    """Marker strokes in drawing order.

    `stroke_index` holds the number of the stroke that covers each pixel; `strokes` their two ends (n x 2 x 2, x and
    y), in pixels of the same grid, the first end drawn first; `areas` the number of pixels each covers.
    """

    stroke_index: Integers
    strokes: Floats
    width: float
    areas: Floats

    def compute_times(self, stroke_times: Floats, size: tuple[int, int]) -> Floats:
        """Return the time the marker passes each pixel of a grid of `size` (width, height).

        `stroke_times` (n x 2) are the start and end of each stroke.
        """
        stroke_index = cv2.resize(self.stroke_index.astype(np.uint16), size, interpolation=cv2.INTER_NEAREST).astype(
            np.int32
        )
        x, y = _build_grid(
            size[0], size[1], (self.stroke_index.shape[1] / size[0], self.stroke_index.shape[0] / size[1])
        )
        along, across = x * _DIRECTION[0] + y * _DIRECTION[1], x * _NORMAL[0] + y * _NORMAL[1]
        middle = (self.strokes @ _NORMAL).mean(axis=1).astype(np.float32)
        tip = np.clip((across - middle[stroke_index]) / (self.width / 2), -1, 1)
        lag = self.width * _TIP_ROUNDNESS * (1 - np.sqrt(1 - tip * tip))
        low, high = _measure_extent(self.stroke_index)
        is_reversed = (self.strokes[:, 1] - self.strokes[:, 0]) @ _DIRECTION < 0
        offset = np.where(is_reversed, high, -low).astype(np.float32)
        travel = (high - low + self.width * _TIP_ROUNDNESS).astype(np.float32)
        share = (
            np.where(is_reversed, -1, 1).astype(np.float32)[stroke_index] * along + offset[stroke_index] + lag
        ) / travel[stroke_index]
        start, duration = (
            stroke_times[:, 0].astype(np.float32),
            (stroke_times[:, 1] - stroke_times[:, 0]).astype(np.float32),
        )
        times: Floats = start[stroke_index] + np.clip(share, 0, 1) * duration[stroke_index]
        return times


def _measure_extent(stroke_index: Integers) -> tuple[Floats, Floats]:
    """Lowest and highest position of each run along the stroke direction."""
    x, y = _build_grid(stroke_index.shape[1], stroke_index.shape[0])
    along = (x * _DIRECTION[0] + y * _DIRECTION[1]).ravel()
    count = int(stroke_index.max()) + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, stroke_index.ravel(), along)
    np.maximum.at(high, stroke_index.ravel(), along)
    return low, high + 1


def plan_strokes(picture: Image, mask: Array, width: float, pen: Points) -> MarkerFill:
    """Plan the strokes of a marker `width` pixels broad over the masked pixels of an RGB picture, from `pen` on."""
    wide_mask = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(1, round(width / 5))) > 0
    if not wide_mask.any():
        return MarkerFill(
            np.zeros(mask.shape, np.int32), np.zeros((0, 2, 2), np.float32), width, np.zeros(0, np.float32)
        )
    areas = regions.find_regions(picture)
    runs = _cut_into_runs(areas, wide_mask, width)
    run_area = np.zeros(int(runs.max()) + 1, np.int32)
    run_area[runs[wide_mask]] = areas[wide_mask]
    strokes = _find_ends(runs, wide_mask, width)
    order, flipped = _order_strokes(
        strokes, run_area, np.bincount(runs[wide_mask], minlength=len(run_area)), pen, width
    )
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    oriented = np.where(flipped[:, None, None], strokes[:, ::-1], strokes)
    ranked = rank[runs]
    return MarkerFill(ranked, oriented[order], width, np.bincount(ranked.ravel(), minlength=len(order)))


def _build_grid(width: int, height: int, scale: tuple[float, float] = (1.0, 1.0)) -> tuple[Floats, Floats]:
    x = (np.arange(width, dtype=np.float32) * np.float32(scale[0]))[None, :]
    y = (np.arange(height, dtype=np.float32) * np.float32(scale[1]))[:, None]
    return x, y


def _cut_into_runs(areas: Integers, wide_mask: Array, width: float) -> Integers:
    """Cut every region into bands as broad as the marker; too small pieces are merged with a neighbour."""
    x, y = _build_grid(areas.shape[1], areas.shape[0])
    along, across = x * _DIRECTION[0] + y * _DIRECTION[1], x * _NORMAL[0] + y * _NORMAL[1]
    across = across + _WAVE_AMPLITUDE * width * np.sin(along * np.float32(2 * np.pi / (_WAVE_LENGTH * width)) + areas)
    band = np.floor((across - across.min()) / width).astype(np.int32)
    pieces = label(np.where(wide_mask, areas * (band.max() + 1) + band, -1), connectivity=1, background=-1)  # type: ignore[no-untyped-call]
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    is_large = sizes >= min(_MIN_PIECE_AREA * width * width, sizes.max())
    return regions.spread_labels(pieces, is_large[pieces])


def _find_ends(runs: Integers, wide_mask: Array, width: float) -> Floats:
    """Both ends of each run's centre line, slightly inset."""
    rows, columns = np.nonzero(wide_mask)
    run_numbers = runs[rows, columns]
    count = int(runs.max()) + 1
    along, across = columns * _DIRECTION[0] + rows * _DIRECTION[1], columns * _NORMAL[0] + rows * _NORMAL[1]
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, run_numbers, along)
    np.maximum.at(high, run_numbers, along)
    middle = np.bincount(run_numbers, across, minlength=count) / np.bincount(run_numbers, minlength=count)
    inset = np.minimum(width, high - low) / 4
    sides = [end[:, None] * _DIRECTION + middle[:, None] * _NORMAL for end in (low + inset, high - inset)]
    ends: Floats = np.stack(sides, axis=1).astype(np.float32)
    return ends


def _order_strokes(strokes: Floats, run_area: Integers, sizes: Array, pen: Points, width: float) -> tuple[Array, Array]:
    """Order the strokes and decide which are reversed: large and near regions first, a short tour within each."""
    middles = strokes.mean(axis=1)
    is_flipped = np.zeros(len(strokes), bool)
    order: list[int] = []
    remaining = {int(area) for area in np.unique(run_area)}
    position = pen
    while remaining:
        area = max(remaining, key=lambda a: _score_area(middles[run_area == a], sizes[run_area == a], position, width))
        members = np.flatnonzero(run_area == area)
        tour = Tour(strokes[members], position, 10 * width)
        tour.improve_order()
        for step, is_turned in tour.steps:
            order.append(int(members[step]))
            is_flipped[order[-1]] = is_turned
        position = strokes[order[-1], 0 if is_flipped[order[-1]] else 1]
        remaining.discard(area)
    return np.array(order), is_flipped


def _score_area(middles: Floats, sizes: Array, pen: Points, width: float) -> float:
    distance = np.hypot(*(middles - pen).T).min() / width
    return float(np.sqrt(sizes.sum()) / width / (1 + 0.35 * distance))
