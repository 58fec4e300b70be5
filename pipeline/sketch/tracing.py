"""Tracing of a one pixel wide skeleton into strokes: straight through crossings, joined where ends nearly meet."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch.arrays import Array, Floats, Mask, Points
from pipeline.sketch.faces import Box

_MEMORY = 6  # last pixels of a walk that give its direction
_END = 7  # points at each end of a stroke that give its direction
_MOST = 1500  # walks kept, the longest first: only noise has more
_FACE_DISTANCE = 3.0  # factor on distances between ends in a face
_SMOOTHING = 1.6  # pixels along the stroke, sigma


@dataclass(frozen=True, slots=True)
class Stroke:
    """One line drawn without lifting the pen: its points in pixels and the line strength at each (0 to 1)."""

    points: Points
    strength: Floats

    @property
    def length(self) -> float:
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())


def strokes(skeleton: Mask, strength: Floats, reach: float, faces: Sequence[Box] = ()) -> list[Stroke]:
    """Trace a skeleton; ends within `reach` pixels that point at each other are joined, in faces only nearer ends."""
    walks = sorted((walk for walk in _walks(skeleton) if len(walk) > 2), key=len, reverse=True)
    joined = _joined([np.array(walk, dtype=np.float32) for walk in walks[:_MOST]], reach, faces)
    return [_stroke(path, strength) for path in joined]


def _stroke(path: Points, strength: Floats) -> Stroke:
    columns, rows = path.astype(int).T
    return Stroke(_smooth(path), _smooth(strength[rows, columns][:, None])[:, 0])


def _smooth(values: Floats) -> Floats:
    """Gaussian smoothing along the first axis; a closed curve stays closed, an open one keeps its ends."""
    if len(values) < 5:
        return values
    padded = np.pad(values, ((6, 6), (0, 0)), mode="reflect", reflect_type="odd") if len(values) > 6 else values
    smooth = cv2.GaussianBlur(padded, (1, 11), 0, sigmaY=_SMOOTHING, borderType=cv2.BORDER_REPLICATE)
    smooth = smooth.reshape(padded.shape)
    return smooth[6:-6] if len(values) > 6 else smooth


# --- walking ---------------------------------------------------------------------------------------------------------


def _walks(skeleton: Mask) -> list[list[tuple[int, int]]]:
    """Visit every pixel of the skeleton once, as walks of (x, y): from free ends first, then from remaining pixels."""
    padded = np.pad(skeleton, 1)
    stride = padded.shape[1]
    around = cv2.filter2D(padded.astype(np.uint8), cv2.CV_8U, np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT) - 1
    pixels = np.flatnonzero(padded)
    ends = pixels[around.ravel()[pixels] <= 1]
    free = set(pixels.tolist())
    walks = []
    for start in (*ends.tolist(), *pixels.tolist()):
        if start in free:
            walk = _walk(start, free, stride)
            back = _walk(start, free, stride, came=walk[1] if len(walk) > 1 else None)
            walks.append([*reversed(back[1:]), *walk])
    return [[(at % stride - 1, at // stride - 1) for at in walk] for walk in walks]


def _walk(start: int, free: set[int], stride: int, came: int | None = None) -> list[int]:
    """Follow free pixels from `start`, always the straightest one; `previous` is the pixel the walk moves away from."""
    steps = (1, -1, stride, -stride, stride + 1, stride - 1, -stride + 1, -stride - 1)
    free.discard(start)
    walk = [start]
    while True:
        ways = [walk[-1] + step for step in steps if walk[-1] + step in free]
        if not ways:
            return walk
        behind = walk[max(0, len(walk) - _MEMORY)] if len(walk) > 1 else came
        here = ways[0] if len(ways) == 1 or behind is None else _straightest(behind, walk[-1], ways, stride)
        free.discard(here)
        walk.append(here)


def _straightest(behind: int, at: int, ways: list[int], stride: int) -> int:
    x, y = at % stride - behind % stride, at // stride - behind // stride

    def along(way: int) -> float:
        dx, dy = way % stride - at % stride, way // stride - at // stride
        return (x * dx + y * dy) / float(np.hypot(dx, dy))

    return max(ways, key=along)


# --- joining ---------------------------------------------------------------------------------------------------------


def _joined(paths: list[Points], reach: float, faces: Sequence[Box]) -> list[Points]:
    """Join paths end to end, nearest and straightest pairs first."""
    if not paths:
        return []
    chains = _Chains(len(paths))
    for one, other in _pairs(paths, reach, faces):
        chains.join(one, other)
    return [_follow(order, paths) for order in chains.orders()]


def _pairs(paths: list[Points], reach: float, faces: Sequence[Box]) -> list[tuple[int, int]]:
    """Pairs of ends worth joining, best first. End 2k is the first point of path k, 2k + 1 its last."""
    points = np.array([point for path in paths for point in (path[0], path[-1])])
    out = np.array([_outward(end) for path in paths for end in (path, path[::-1])])
    faced = np.array([any(face.holds(point) for face in faces) for point in points])
    one, other = _neighbours(points, reach)
    gap = points[other] - points[one]
    distance = np.hypot(gap[:, 0], gap[:, 1])
    bend = -(out[one] * out[other]).sum(1)
    ahead = (out[one] * gap).sum(1) / np.maximum(distance, 1)
    distance = np.where(faced[one], _FACE_DISTANCE, 1) * distance
    cost = distance / reach + 0.7 * (1 - bend)
    good = ((bend > 0.6) & (ahead > 0.3)) | ((distance < reach / 3) & (bend > -0.2))
    ranked = np.flatnonzero(good & (distance < reach))
    ranked = ranked[np.argsort(cost[ranked], kind="stable")]
    return [(int(one[k]), int(other[k])) for k in ranked]


def _neighbours(points: Points, reach: float) -> tuple[Array, Array]:
    """Return the indices of all pairs of points within `reach` pixels, by a sweep from left to right."""
    order = np.argsort(points[:, 0], kind="stable")
    swept = points[order]
    ones, others = [np.zeros(0, int)], [np.zeros(0, int)]
    for step in range(1, len(points)):
        gap = swept[step:] - swept[:-step]
        if not (gap[:, 0] < reach).any():
            break
        near = np.hypot(gap[:, 0], gap[:, 1]) < reach
        ones.append(order[:-step][near])
        others.append(order[step:][near])
    return np.concatenate(ones), np.concatenate(others)


def _outward(path: Points) -> Points:
    """Unit vector that points out of a path at its first point."""
    vector = path[0] - path[min(_END, len(path) - 1)]
    unit: Points = vector / max(float(np.hypot(*vector)), 1e-6)
    return unit


class _Chains:
    """Disjoint chains of paths linked end to end; an end has at most one partner, and no chain is closed."""

    def __init__(self, count: int) -> None:
        self._partner: dict[int, int] = {}
        self._root = list(range(count))

    def join(self, one: int, other: int) -> None:
        first, second = self._find(one // 2), self._find(other // 2)
        if first != second and one not in self._partner and other not in self._partner:
            self._partner[one], self._partner[other] = other, one
            self._root[first] = second

    def orders(self) -> list[list[int]]:
        """Return each chain as the list of ends at which its paths are entered."""
        seen: set[int] = set()
        chains = []
        for end in range(2 * len(self._root)):
            if end // 2 not in seen and end not in self._partner:
                chains.append(self._chain(end))
                seen.update(entered // 2 for entered in chains[-1])
        return chains

    def _chain(self, end: int) -> list[int]:
        order = [end]
        while (order[-1] ^ 1) in self._partner:
            order.append(self._partner[order[-1] ^ 1])
        return order

    def _find(self, node: int) -> int:
        while self._root[node] != node:
            self._root[node] = self._root[self._root[node]]
            node = self._root[node]
        return node


def _follow(order: list[int], paths: list[Points]) -> Points:
    return np.concatenate([paths[end // 2] if end % 2 == 0 else paths[end // 2][::-1] for end in order])
