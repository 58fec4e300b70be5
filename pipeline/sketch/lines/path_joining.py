"""Joining of paths end to end where their ends nearly meet and point at each other."""

from collections.abc import Sequence

import numpy as np

from pipeline.sketch.types import Array, Points
from pipeline.vision.types import FaceBox

_DIRECTION_POINTS = 7  # points at each end of a path that give its direction
_FACE_DISTANCE_FACTOR = 3.0  # factor on distances between ends in a face


def join_at_ends(paths: list[Points], reach: float, faces: Sequence[FaceBox]) -> list[Points]:
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
