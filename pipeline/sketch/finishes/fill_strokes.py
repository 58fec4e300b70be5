"""Strokes that fill regions with a broad tool: slanted bands, region by region, large and near regions first."""

from dataclasses import dataclass

import cv2
import numpy as np
from skimage.measure import label

from pipeline.sketch.lines import regions
from pipeline.sketch.strokes.path_ordering import Tour
from pipeline.sketch.types import Array, Floats, Integers, Mask, Points

_WAVE_AMPLITUDE, _WAVE_LENGTH = 0.09, 4.6  # in widths: amplitude and length of the waves in a stroke's edge
_TIP_ROUNDNESS = 0.35  # in widths: how far the edges of the tool's tip lag behind its middle
_MIN_PIECE_AREA = 0.12  # in squared widths: smaller pieces are merged with a neighbour


@dataclass(frozen=True, slots=True)
class FillTool:
    """A tool: the width of its stroke in pixels, and the direction of strokes in degrees from the x axis.

    With a `hatch_angle` a stroke consists of hatch lines of that angle, laid one beside the other along it.
    """

    width: float
    slant: float
    hatch_angle: float | None = None

    @property
    def direction(self) -> Points:
        return _direction_of(self.slant)

    @property
    def normal(self) -> Points:
        return _direction_of(self.slant + 90)

    def measure_bands(self, areas: Integers) -> Floats:
        """Position of each pixel across the strokes in stroke widths; whole numbers lie between two strokes."""
        x, y = build_grid(areas.shape[1], areas.shape[0])
        along, across = (x * axis[0] + y * axis[1] for axis in (self.direction, self.normal))
        wave = np.sin(along * np.float32(2 * np.pi / (_WAVE_LENGTH * self.width)) + areas.astype(np.float32))
        bands: Floats = across / np.float32(self.width) + np.float32(_WAVE_AMPLITUDE) * wave
        return bands

    def skew_front(self, across: Floats) -> Floats:
        """How far behind its middle the front of a stroke is, in pixels, at a distance `across` from it."""
        if self.hatch_angle is None:
            tip = np.clip(across / np.float32(self.width / 2), -1, 1)
            lag: Floats = np.float32(self.width * _TIP_ROUNDNESS) * (1 - np.sqrt(1 - tip * tip))
            return lag
        return across * np.float32(-1 / np.tan(np.deg2rad(self.hatch_angle - self.slant)))


def _direction_of(degrees: float) -> Points:
    return np.array((np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))), np.float32)


@dataclass(frozen=True, slots=True)
class FillStrokes:
    """Strokes in drawing order.

    `stroke_index` holds the number of the stroke that covers each pixel; `ends` the two ends of each (n x 2 x 2, x and
    y), in pixels of the same grid, the first end drawn first; `areas` the number of pixels each covers.
    """

    stroke_index: Integers
    ends: Floats
    tool: FillTool
    areas: Floats

    def compute_times(self, stroke_times: Floats, size: tuple[int, int]) -> Floats:
        """Return the time the tool passes each pixel of a grid of `size` (width, height).

        `stroke_times` (n x 2) are the start and end of each stroke.
        """
        enlarged = cv2.resize(self.stroke_index.astype(np.uint16), size, interpolation=cv2.INTER_NEAREST)
        index = cv2.medianBlur(enlarged, 5).astype(np.int32)
        height, width = self.stroke_index.shape
        is_reversed = (self.ends[:, 1] - self.ends[:, 0]) @ self.tool.direction < 0
        position = self._measure_positions(index, (width / size[0], height / size[1]), is_reversed)
        low, high = _measure_extent(index, position, len(self.ends))
        start, duration = stroke_times[:, 0], stroke_times[:, 1] - stroke_times[:, 0]
        speed = duration / np.maximum(high - low, 1)
        offset = (start - low * speed).astype(np.float32)
        times: Floats = offset[index] + position * speed.astype(np.float32)[index]
        return times

    def _measure_positions(self, index: Integers, scale: tuple[float, float], is_reversed: Array) -> Floats:
        """How far along its stroke each pixel is, in pixels of the working copy, rising in the direction of drawing."""
        x, y = build_grid(index.shape[1], index.shape[0], scale)
        along, across = (x * axis[0] + y * axis[1] for axis in (self.tool.direction, self.tool.normal))
        middle = (self.ends @ self.tool.normal).mean(axis=1).astype(np.float32)
        lag = self.tool.skew_front(across - middle[index])
        sign = np.where(is_reversed, -1, 1).astype(np.float32)[index]
        if self.tool.hatch_angle is None:
            return np.asarray(sign * along + lag)
        return np.asarray(sign * (along + lag))


def _measure_extent(index: Integers, position: Floats, count: int) -> tuple[Floats, Floats]:
    """Lowest and highest position in each stroke."""
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, index.ravel(), position.ravel())
    np.maximum.at(high, index.ravel(), position.ravel())
    is_seen = np.isfinite(low)
    return np.where(is_seen, low, 0), np.where(is_seen, high, 1)


@dataclass(frozen=True, slots=True)
class FillPriority:
    """Which regions are filled before others: those of an earlier rank, and of one rank the faces last.

    Faces are the regions from the label `first_face` on; `ranks` holds the rank of each label.
    """

    first_face: int | None = None
    ranks: Array | None = None

    def choose_next(self, remaining: set[int]) -> set[int]:
        """The regions that may be filled next."""
        if self.ranks is not None:
            rank = min(int(self.ranks[area]) for area in remaining)
            remaining = {area for area in remaining if self.ranks[area] == rank}
        return {area for area in remaining if self.first_face is None or area < self.first_face} or remaining


def plan_strokes(
    areas: Integers, mask: Mask, tool: FillTool, pen: Points, priority: FillPriority = FillPriority()
) -> FillStrokes:
    """Plan the strokes of a tool over the masked pixels of labelled regions, from `pen` on."""
    grown = max(1, round(tool.width / 5))
    wide_mask = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=grown) > 0
    if not wide_mask.any():
        return FillStrokes(np.zeros(mask.shape, np.int32), np.zeros((0, 2, 2), np.float32), tool, np.zeros(0))
    runs = _cut_into_runs(areas, wide_mask, tool)
    run_area = np.zeros(int(runs.max()) + 1, np.int32)
    run_area[runs[wide_mask]] = areas[wide_mask]
    ends = _find_ends(runs, wide_mask, tool)
    sizes = np.bincount(runs[wide_mask], minlength=len(run_area))
    order, flipped = _order_strokes(ends, run_area, sizes, (pen, tool.width), priority)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    oriented = np.where(flipped[:, None, None], ends[:, ::-1], ends)
    ranked = rank[runs]
    return FillStrokes(ranked, oriented[order], tool, np.bincount(ranked.ravel(), minlength=len(order)))


def build_grid(width: int, height: int, scale: tuple[float, float] = (1.0, 1.0)) -> tuple[Floats, Floats]:
    x = (np.arange(width, dtype=np.float32) * np.float32(scale[0]))[None, :]
    y = (np.arange(height, dtype=np.float32) * np.float32(scale[1]))[:, None]
    return x, y


def _cut_into_runs(areas: Integers, wide_mask: Mask, tool: FillTool) -> Integers:
    """Cut every region into bands as broad as the tool; too small pieces are merged with a neighbour."""
    band = np.floor(tool.measure_bands(areas)).astype(np.int32)
    band -= band.min()
    pieces = label(np.where(wide_mask, areas * (band.max() + 1) + band, -1), connectivity=1, background=-1)  # type: ignore[no-untyped-call]
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    is_large = sizes >= min(_MIN_PIECE_AREA * tool.width**2, sizes.max())
    return regions.spread_labels(pieces, is_large[pieces])


def _find_ends(runs: Integers, wide_mask: Mask, tool: FillTool) -> Floats:
    """Both ends of each run's centre line, slightly inset."""
    rows, columns = np.nonzero(wide_mask)
    run_numbers = runs[rows, columns]
    count = int(runs.max()) + 1
    along, across = (columns * axis[0] + rows * axis[1] for axis in (tool.direction, tool.normal))
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, run_numbers, along)
    np.maximum.at(high, run_numbers, along)
    middle = np.bincount(run_numbers, across, minlength=count) / np.bincount(run_numbers, minlength=count)
    inset = np.minimum(tool.width, high - low) / 4
    sides = [end[:, None] * tool.direction + middle[:, None] * tool.normal for end in (low + inset, high - inset)]
    ends: Floats = np.stack(sides, axis=1).astype(np.float32)
    return ends


def _order_strokes(
    strokes: Floats, run_area: Integers, sizes: Array, start: tuple[Points, float], priority: FillPriority
) -> tuple[Array, Array]:
    """Order the strokes and decide which are reversed: large and near regions first, a short tour within each.

    `start` is the position of the pen and the width of a stroke.
    """
    position, width = start
    middles = strokes.mean(axis=1)
    is_flipped = np.zeros(len(strokes), bool)
    order: list[int] = []
    remaining = {int(area) for area in np.unique(run_area)}
    while remaining:
        candidates = priority.choose_next(remaining)
        area = max(candidates, key=lambda a: _score_area(middles[run_area == a], sizes[run_area == a], position, width))
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
