"""Signed distances to the shapes that hands and tools are made of, along rays that are parallel to the z axis.

Lengths are millimetres: x to the right, y down, z from the board towards the viewer. The distances are those of Inigo
Quilez, "Distance functions". A shape is only measured in the window of pixels that it, or its joint with another, can
cover.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.sketch.types import Array

Window = tuple[slice, slice]


@dataclass(frozen=True, slots=True)
class Grid:
    """Pixels of a view: coordinates of the first pixel's centre, millimetres a pixel, number of rows and columns."""

    left: float
    top: float
    pitch: float
    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.columns

    @property
    def x(self) -> Array:
        """X of each column, as one row."""
        return (self.left + self.pitch * np.arange(self.columns, dtype=np.float32))[None, :]

    @property
    def y(self) -> Array:
        """Y of each row, as one column."""
        return (self.top + self.pitch * np.arange(self.rows, dtype=np.float32))[:, None]

    def crop(self, window: Window) -> "Grid":
        """The pixels in a window."""
        rows, columns = window
        left, top = self.left + self.pitch * columns.start, self.top + self.pitch * rows.start
        return Grid(left, top, self.pitch, rows.stop - rows.start, columns.stop - columns.start)

    def find_window(self, low: Array, high: Array) -> Window:
        """Rows and columns of the pixels between two corners (x, y)."""
        corner = np.array((self.left, self.top))
        size = np.array((self.columns, self.rows))
        first = np.clip(np.floor((low - corner) / self.pitch), 0, size).astype(int)
        last = np.clip(np.ceil((high - corner) / self.pitch) + 1, first, size).astype(int)
        return slice(int(first[1]), int(last[1])), slice(int(first[0]), int(last[0]))


class MeasuredShape(Protocol):
    """A shape in its window of a grid. Heights are z of the points in the window."""

    window: Window
    blend: float

    def find_ceiling(self) -> Array:
        """A height at each pixel that is above the shape; minus infinity where it is not."""
        ...

    def measure(self, height: Array) -> Array:
        """Signed distance of each point."""
        ...

    def measure_gradient(self, height: Array) -> tuple[Array, Array]:
        """Signed distance of each point, and its gradient (3 x rows x columns)."""
        ...


class Shape(Protocol):
    """A shape that can be measured; `margin` is how far around it that is wanted."""

    def open_on(self, grid: Grid, margin: float) -> MeasuredShape: ...


@dataclass(frozen=True, slots=True)
class Body:
    """Shapes that flow into each other; `blend` is the width in which they flow into the bodies before."""

    shapes: tuple[Shape, ...]
    blend: float


@dataclass(frozen=True, slots=True)
class Cone:
    """Round cone: the balls around two points, and all between; `blend` is the width of its joints within a body."""

    start: Array
    end: Array
    start_radius: float
    end_radius: float
    blend: float

    def open_on(self, grid: Grid, margin: float) -> MeasuredShape:
        return _MeasuredCone(self, grid, margin)


@dataclass(frozen=True, slots=True)
class Block:
    """Box with rounded edges: its centre, three perpendicular axes (rows), half lengths along them, and rounding."""

    centre: Array
    axes: Array
    half_lengths: Array
    rounding: float
    blend: float

    def open_on(self, grid: Grid, margin: float) -> MeasuredShape:
        return _MeasuredBlock(self, grid, margin)


class _MeasuredCone:
    def __init__(self, cone: Cone, grid: Grid, margin: float) -> None:
        ends = np.array([cone.start, cone.end], np.float64)
        radii = np.array([[cone.start_radius], [cone.end_radius]]) + margin
        self.window = grid.find_window((ends - radii)[:, :2].min(axis=0), (ends + radii)[:, :2].max(axis=0))
        self.blend = cone.blend
        self._start, self._axis = (vector.astype(np.float32) for vector in (ends[0], ends[1] - ends[0]))
        self._square_length = np.float32(max(float(self._axis @ self._axis), 1e-6))
        self._radius, self._growth = np.float32(cone.start_radius), np.float32(cone.end_radius - cone.start_radius)
        self._bulge = np.float32(margin / 3)
        self._x = grid.x[:, self.window[1]] - self._start[0]
        self._y = grid.y[self.window[0]] - self._start[1]
        self._flat_dot = self._x * self._axis[0] + self._y * self._axis[1]
        self._flat_square = self._x**2 + self._y**2

    def find_ceiling(self) -> Array:
        flat_length = np.float32(max(float(self._axis[:2] @ self._axis[:2]), 1e-3))
        share = np.clip(self._flat_dot / flat_length, 0, 1)
        square = self._flat_square - share * (2 * self._flat_dot - share * flat_length)
        radius = self._radius + np.maximum(self._growth, share * self._growth) + self._bulge
        steepness = np.sqrt(self._square_length / flat_length)
        top = self._start[2] + share * self._axis[2] + steepness * np.sqrt(np.maximum(radius**2 - square, 0))
        ceiling = np.minimum(top, max(self._start[2], self._start[2] + self._axis[2]) + radius)
        covered: Array = np.where(square < radius**2, ceiling, -np.inf)
        return covered

    def measure(self, height: Array) -> Array:
        share, radial = self._place_on_axis(height)
        distance: Array = radial - (self._radius + share * self._growth)
        return distance

    def measure_gradient(self, height: Array) -> tuple[Array, Array]:
        share, radial = self._place_on_axis(height)
        offsets = (self._x, self._y, height - self._start[2])
        parts = [(offset - share * axis) / radial for offset, axis in zip(offsets, self._axis, strict=True)]
        return radial - (self._radius + share * self._growth), np.stack(parts)

    def _place_on_axis(self, height: Array) -> tuple[Array, Array]:
        """Share of each point along the axis, 0 to 1, and its distance from the axis."""
        rise = height - self._start[2]
        dot = self._flat_dot + rise * self._axis[2]
        share = np.clip(dot / self._square_length, 0, 1)
        square = self._flat_square + rise * rise - share * (2 * dot - share * self._square_length)
        return share, np.sqrt(np.maximum(square, np.float32(1e-6)))


class _MeasuredBlock:
    def __init__(self, block: Block, grid: Grid, margin: float) -> None:
        reach = np.abs(block.axes.T) @ block.half_lengths + block.rounding + margin
        self.window = grid.find_window((block.centre - reach)[:2], (block.centre + reach)[:2])
        self.blend = block.blend
        self._block = block
        self._ceiling = float(block.centre[2] + reach[2])
        self._x = grid.x[:, self.window[1]] - np.float32(block.centre[0])
        self._y = grid.y[self.window[0]] - np.float32(block.centre[1])

    def find_ceiling(self) -> Array:
        return np.full(np.broadcast_shapes(self._x.shape, self._y.shape), self._ceiling, np.float32)

    def measure(self, height: Array) -> Array:
        excess = np.abs(self._place_on_axes(height)) - self._block.half_lengths.astype(np.float32)[:, None, None]
        outside = np.sqrt((np.maximum(excess, 0) ** 2).sum(axis=0))
        distance: Array = outside + np.minimum(excess.max(axis=0), 0) - np.float32(self._block.rounding)
        return distance

    def measure_gradient(self, height: Array) -> tuple[Array, Array]:
        local = self._place_on_axes(height)
        outward = np.sign(local) * np.maximum(np.abs(local) - self._block.half_lengths[:, None, None], 1e-4)
        outward /= np.sqrt((outward**2).sum(axis=0))
        return self.measure(height), np.tensordot(self._block.axes.T, outward, 1).astype(np.float32)

    def _place_on_axes(self, height: Array) -> Array:
        """Coordinates of each point along the block's axes."""
        rise = height - np.float32(self._block.centre[2])
        axes = self._block.axes.astype(np.float32)
        return np.stack([axis[0] * self._x + axis[1] * self._y + axis[2] * rise for axis in axes])


def merge_windows(windows: Sequence[Window]) -> Window:
    """The smallest window around windows."""
    return (
        slice(min(rows.start for rows, _ in windows), max(rows.stop for rows, _ in windows)),
        slice(min(columns.start for _, columns in windows), max(columns.stop for _, columns in windows)),
    )


def shift_window(window: Window, outer: Window) -> Window:
    """A window relative to another that contains it."""
    rows, columns = (
        slice(inner.start - out.start, inner.stop - out.start) for inner, out in zip(window, outer, strict=True)
    )
    return rows, columns
