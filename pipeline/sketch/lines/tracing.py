"""Tracing of a one pixel wide skeleton into strokes: straight through crossings, joined where ends nearly meet."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch.types import Array, Floats, Mask, Points
from pipeline.vision.types import FaceBox

_DIRECTION_PIXELS = 6  # last pixels of a walk that give its direction
_DIRECTION_POINTS = 7  # points at each end of a stroke that give its direction
_MAX_WALKS = 1500  # walks kept, the longest first: only noise has more
_FACE_DISTANCE_FACTOR = 3.0  # factor on distances between ends in a face
_SMOOTHING_SIGMA = 1.6  # pixels along the stroke, sigma


@dataclass(frozen=True, slots=True)
class PenStroke:
    """One line drawn without lifting the pen: its points in pixels and the line strength at each (0 to 1)."""

    points: Points
    strength: Floats

    @property
    def length(self) -> float:
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())


def trace_strokes(skeleton: Mask, strength: Floats, reach: float, faces: Sequence[FaceBox] = ()) -> list[PenStroke]:
    """Trace a skeleton; ends within `reach` pixels that point at each other are joined, in faces only nearer ends."""
    walks = sorted((walk for walk in _trace_walks(skeleton) if len(walk) > 2), key=len, reverse=True)
    joined = _join_walks([np.array(walk, dtype=np.float32) for walk in walks[:_MAX_WALKS]], reach, faces)
    return [_build_stroke(path, strength) for path in joined]


def _build_stroke(path: Points, strength: Floats) -> PenStroke:
    columns, rows = path.astype(int).T
    return PenStroke(_smooth_values(path), _smooth_values(strength[rows, columns][:, None])[:, 0])


def _smooth_values(values: Floats) -> Floats:
    """Gaussian smoothing along the first axis; a closed curve stays closed, an open one keeps its ends."""
    if len(values) < 5:
        return values
    padded = np.pad(values, ((6, 6), (0, 0)), mode="reflect", reflect_type="odd") if len(values) > 6 else values
    smoothed = cv2.GaussianBlur(padded, (1, 11), 0, sigmaY=_SMOOTHING_SIGMA, borderType=cv2.BORDER_REPLICATE)
    smoothed = smoothed.reshape(padded.shape)
    return smoothed[6:-6] if len(values) > 6 else smoothed


# --- walking ---------------------------------------------------------------------------------------------------------


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
        return (x * dx + y * dy) / float(np.hypot(dx, dy))

    return max(candidates, key=compute_alignment)


# --- joining ---------------------------------------------------------------------------------------------------------


def _join_walks(paths: list[Points], reach: float, faces: Sequence[FaceBox]) -> list[Points]:
    """Join paths end to end, nearest and straightest pairs first."""
    if not paths:
        return []
    chains = _ChainSet(len(paths))
    for one, other in _rank_pairs(paths, reach, faces):
        chains.join(one, other)
    return [_concatenate_paths(order, paths) for order in chains.list_orders()]


def _rank_pairs(paths: list[Points], reach: float, faces: Sequence[FaceBox]) -> list[tuple[int, int]]:
    """Pairs of ends worth joining, best first. End 2k is the first point of path k, 2k + 1 its last."""
    points = np.array([point for path in paths for point in (path[0], path[-1])])
    directions = np.array([_outward_direction_of(end) for path in paths for end in (path, path[::-1])])
    is_in_face = np.array([any(face.has_point(point) for face in faces) for point in points])
    one, other = _find_neighbours(points, reach)
    gap = points[other] - points[one]
    distance = np.hypot(gap[:, 0], gap[:, 1])
    bend = -(directions[one] * directions[other]).sum(1)
    ahead = (directions[one] * gap).sum(1) / np.maximum(distance, 1)
    distance = np.where(is_in_face[one], _FACE_DISTANCE_FACTOR, 1) * distance
    cost = distance / reach + 0.7 * (1 - bend)
    is_joinable = ((bend > 0.6) & (ahead > 0.3)) | ((distance < reach / 3) & (bend > -0.2))
    ranked = np.flatnonzero(is_joinable & (distance < reach))
    ranked = ranked[np.argsort(cost[ranked], kind="stable")]
    return [(int(one[k]), int(other[k])) for k in ranked]


def _find_neighbours(points: Points, reach: float) -> tuple[Array, Array]:
    """Return the indices of all pairs of points within `reach` pixels, by a sweep from left to right."""
    order = np.argsort(points[:, 0], kind="stable")
    sorted_points = points[order]
    ones, others = [np.zeros(0, int)], [np.zeros(0, int)]
    for step in range(1, len(points)):
        gap = sorted_points[step:] - sorted_points[:-step]
        if not (gap[:, 0] < reach).any():
            break
        is_near = np.hypot(gap[:, 0], gap[:, 1]) < reach
        ones.append(order[:-step][is_near])
        others.append(order[step:][is_near])
    return np.concatenate(ones), np.concatenate(others)


def _outward_direction_of(path: Points) -> Points:
    """Unit vector that points out of a path at its first point."""
    vector = path[0] - path[min(_DIRECTION_POINTS, len(path) - 1)]
    unit: Points = vector / max(float(np.hypot(*vector)), 1e-6)
    return unit


class _ChainSet:
    """Disjoint chains of paths linked end to end; an end has at most one partner, and no chain is closed."""

    def __init__(self, count: int) -> None:
        self._partner: dict[int, int] = {}
        self._root = list(range(count))

    def join(self, one: int, other: int) -> None:
        first, second = self._find_root(one // 2), self._find_root(other // 2)
        if first != second and one not in self._partner and other not in self._partner:
            self._partner[one], self._partner[other] = other, one
            self._root[first] = second

    def list_orders(self) -> list[list[int]]:
        """Return each chain as the list of ends at which its paths are entered."""
        seen: set[int] = set()
        chains = []
        for end in range(2 * len(self._root)):
            if end // 2 not in seen and end not in self._partner:
                chains.append(self._follow_chain(end))
                seen.update(entered // 2 for entered in chains[-1])
        return chains

    def _follow_chain(self, end: int) -> list[int]:
        order = [end]
        while (order[-1] ^ 1) in self._partner:
            order.append(self._partner[order[-1] ^ 1])
        return order

    def _find_root(self, node: int) -> int:
        while self._root[node] != node:
            self._root[node] = self._root[self._root[node]]
            node = self._root[node]
        return node


def _concatenate_paths(order: list[int], paths: list[Points]) -> Points:
    return np.concatenate([paths[end // 2] if end % 2 == 0 else paths[end // 2][::-1] for end in order])
