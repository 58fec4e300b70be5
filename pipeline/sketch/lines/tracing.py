"""Tracing of a one pixel wide skeleton into strokes: straight through crossings, joined where ends nearly meet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from math import hypot

import cv2
import numpy as np

from pipeline.sketch.lines import curve_smoothing, path_joining
from pipeline.sketch.types import Floats, Mask, Points
from pipeline.vision.types import FaceBox

_DIRECTION_PIXELS = 6  # last pixels of a walk that give its direction
_MAX_WALKS = 1500  # walks kept, the longest first: only noise has more


class DrawingLayer(IntEnum):
    """What a stroke belongs to; the layers before the background are never left out."""

    FACE = 0
    SUBJECT = 1
    BACKGROUND = 2


@dataclass(frozen=True, slots=True)
class PenStroke:
    """One line drawn without lifting the pen: its points in pixels and the line strength at each (0 to 1)."""

    points: Points
    strength: Floats
    layer: DrawingLayer = DrawingLayer.SUBJECT

    @property
    def length(self) -> float:
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())

    def reverse(self) -> "PenStroke":
        return replace(self, points=self.points[::-1], strength=self.strength[::-1])

    def cut(self, part: slice) -> "PenStroke":
        """Return a part of the stroke, by its points."""
        return replace(self, points=self.points[part], strength=self.strength[part])


def trace_strokes(skeleton: Mask, strength: Floats, reach: float, faces: Sequence[FaceBox] = ()) -> list[PenStroke]:
    """Trace a skeleton into smooth strokes.

    Ends within `reach` pixels that point at each other are joined, in faces only nearer ends.
    """
    return [smooth_stroke(stroke) for stroke in trace_pixels(skeleton, strength, reach, faces)]


def trace_pixels(skeleton: Mask, strength: Floats, reach: float, faces: Sequence[FaceBox] = ()) -> list[PenStroke]:
    """Trace a skeleton as `trace_strokes` does, into strokes from pixel to pixel."""
    walks = sorted((walk for walk in _trace_walks(skeleton) if len(walk) > 2), key=len, reverse=True)
    paths = [np.array(walk, dtype=np.float32) for walk in walks[:_MAX_WALKS]]
    return [_build_stroke(path, strength) for path in path_joining.join_at_ends(paths, reach, faces)]


def smooth_stroke(stroke: PenStroke) -> PenStroke:
    """Return a stroke as a hand draws it."""
    return replace(
        stroke,
        points=curve_smoothing.smooth_path(stroke.points),
        strength=curve_smoothing.smooth_values(stroke.strength),
    )


def _build_stroke(path: Points, strength: Floats) -> PenStroke:
    columns, rows = path.astype(int).T
    return PenStroke(path, strength[rows, columns])


def _trace_walks(skeleton: Mask) -> list[list[tuple[int, int]]]:
    """Visit every pixel of the skeleton once, as walks of (x, y): from free ends first, then from remaining pixels."""
    padded = np.pad(skeleton, 1)
    stride = padded.shape[1]
    neighbour_counts = (
        cv2.filter2D(padded.astype(np.uint8), cv2.CV_8U, np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT) - 1
    )
    pixels = np.flatnonzero(padded)
    ends = pixels[neighbour_counts.ravel()[pixels] <= 1]
    free = set(pixels.tolist())
    walks = []
    for start in (*ends.tolist(), *pixels.tolist()):
        if start in free:
            walk = _walk_from(start, free, stride)
            backward_walk = _walk_from(start, free, stride, previous=walk[1] if len(walk) > 1 else None)
            walks.append([*reversed(backward_walk[1:]), *walk])
    return [[(pixel % stride - 1, pixel // stride - 1) for pixel in walk] for walk in walks]


def _walk_from(start: int, free: set[int], stride: int, previous: int | None = None) -> list[int]:
    """Follow free pixels from `start`, always the straightest one; `previous` is the pixel the walk moves away from."""
    steps = (1, -1, stride, -stride, stride + 1, stride - 1, -stride + 1, -stride - 1)
    free.discard(start)
    walk = [start]
    while True:
        candidates = [walk[-1] + step for step in steps if walk[-1] + step in free]
        if not candidates:
            return walk
        origin = walk[max(0, len(walk) - _DIRECTION_PIXELS)] if len(walk) > 1 else previous
        next_pixel = (
            candidates[0]
            if len(candidates) == 1 or origin is None
            else _choose_straightest(origin, walk[-1], candidates, stride)
        )
        free.discard(next_pixel)
        walk.append(next_pixel)


def _choose_straightest(origin: int, pixel: int, candidates: list[int], stride: int) -> int:
    x, y = pixel % stride - origin % stride, pixel // stride - origin // stride

    def compute_alignment(candidate: int) -> float:
        dx, dy = candidate % stride - pixel % stride, candidate // stride - pixel // stride
        return (x * dx + y * dy) / hypot(dx, dy)

    return max(candidates, key=compute_alignment)
