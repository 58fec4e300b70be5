"""Sphere tracing of smoothly joined bodies from above (J. C. Hart, "Sphere tracing", 1996), with the polynomial smooth
minimum of Inigo Quilez as their joint. Lengths are millimetres.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.sketch.hands.distance_field import Body, Grid, MeasuredShape, Window, merge_windows, shift_window
from pipeline.sketch.types import Array, Mask

_FAR = np.float32(1e3)
_STEPS = 16
_NEAR, _SHORTEST_STEP = 0.2, 2.8  # a ray that is not this near the surface goes at least that far
_HIT = 0.4
_FLOOR = -12.0  # height below which nothing is looked for


@dataclass(frozen=True, slots=True)
class Surface:
    """What is seen: whether there is anything, its height, unit normal (3 x rows x columns) and the body's number."""

    hit: Mask
    height: Array
    normal: Array
    body: Array


@dataclass(frozen=True, slots=True)
class _OpenBody:
    """A body on a grid, in the window around all its shapes."""

    shapes: tuple[MeasuredShape, ...]
    blend: float
    window: Window

    @classmethod
    def from_body(cls, body: Body, grid: Grid) -> "_OpenBody":
        shapes = tuple(shape.open_on(grid, getattr(shape, "blend", 0) / 2 + body.blend / 2) for shape in body.shapes)
        return cls(shapes, body.blend, merge_windows([shape.window for shape in shapes]))


def trace(bodies: Sequence[Body], grid: Grid) -> Surface:
    """Find what is seen of bodies from above."""
    opened = [_OpenBody.from_body(body, grid) for body in bodies]
    height = np.full(grid.shape, -_FAR, np.float32)
    for shape in (shape for body in opened for shape in body.shapes):
        height[shape.window] = np.maximum(height[shape.window], shape.find_ceiling())
    for _ in range(_STEPS):
        distance = _measure(opened, height)
        height -= np.where(distance > _NEAR, np.maximum(distance, _SHORTEST_STEP), distance)
        np.maximum(height, -_FAR, out=height)
    distance, normal, body = _measure_gradient(opened, height)
    hit = (np.abs(distance) < _HIT) & (height > _FLOOR)
    return Surface(hit, height, normal, body)


def _measure(bodies: Sequence[_OpenBody], height: Array) -> Array:
    total = np.full_like(height, _FAR)
    for body in bodies:
        own = np.full_like(height[body.window], _FAR)
        for shape in body.shapes:
            local = shift_window(shape.window, body.window)
            own[local] = _find_smooth_minimum(own[local], shape.measure(height[shape.window]), shape.blend)
        total[body.window] = _find_smooth_minimum(total[body.window], own, body.blend)
    return total


def _measure_gradient(bodies: Sequence[_OpenBody], height: Array) -> tuple[Array, Array, Array]:
    """Distance at each pixel, the unit gradient of it, and the number of the nearest body."""
    total, nearest = np.full_like(height, _FAR), np.full(height.shape, -1, np.int8)
    normal = np.zeros((3, *height.shape), np.float32)
    for number, body in enumerate(bodies):
        own, gradient = _measure_body(body, height)
        nearest[body.window][own < total[body.window]] = number
        total[body.window], share = _join(total[body.window], own, body.blend)
        normal[:, *body.window] += share * (gradient - normal[:, *body.window])
    return total, normal / np.maximum(np.sqrt((normal**2).sum(axis=0)), 1e-6), nearest


def _measure_body(body: _OpenBody, height: Array) -> tuple[Array, Array]:
    own = np.full_like(height[body.window], _FAR)
    gradient = np.zeros((3, *own.shape), np.float32)
    for shape in body.shapes:
        local = shift_window(shape.window, body.window)
        distance, part = shape.measure_gradient(height[shape.window])
        own[local], share = _join(own[local], distance, shape.blend)
        gradient[:, *local] += share * (part - gradient[:, *local])
    return own, gradient


def _find_smooth_minimum(first: Array, second: Array, blend: float) -> Array:
    closeness = np.maximum(np.float32(blend) - np.abs(first - second), 0)
    minimum: Array = np.minimum(first, second) - closeness * closeness * np.float32(0.25 / blend)
    return minimum


def _join(first: Array, second: Array, blend: float) -> tuple[Array, Array]:
    """The smooth minimum of two distances, and the share of the second in it."""
    share = np.clip(0.5 + (first - second) * np.float32(0.5 / blend), 0, 1)
    return first + share * (second - first) - np.float32(blend) * share * (1 - share), share
