"""Short open tours through strokes that may be drawn from either end: nearest neighbour, then 2-opt and or-opt."""

import numpy as np

from pipeline.sketch.types import Array, Floats, Points

LIFT_DISTANCE = 0.02  # units: a longer hop is seen as lifting the pen
_LIFT_COST = 0.04  # units of travel
_MAX_PASSES = 4  # improvement passes at most


class Tour:
    """An open path through strokes from a given pen position; each step is a stroke and whether it is reversed."""

    def __init__(self, ends: Floats, pen: Points, unit: float) -> None:
        self._unit = unit
        self._pen = pen
        self._ends = ends
        self._order = np.arange(len(ends))
        self._is_flipped = np.zeros(len(ends), dtype=np.int64)

    @property
    def steps(self) -> list[tuple[int, bool]]:
        return [(int(k), bool(self._is_flipped[k])) for k in self._order]

    def orient_strokes(self) -> None:
        """Keep the order and enter each stroke by its nearer end."""
        pen = self._pen
        for stroke in self._order:
            end = int(self._distances_from(pen)[stroke].argmin())
            self._is_flipped[stroke] = end
            pen = self._ends[stroke, 1 - end]

    def improve_order(self) -> None:
        """Search a short path through all strokes."""
        self._apply_nearest_neighbour()
        for _ in range(_MAX_PASSES):
            if not (self._apply_two_opt() | self._apply_or_opt()):
                return

    def _measure_cost(self, one: Points, other: Points) -> Floats:
        distance: Floats = np.hypot(*(np.asarray(one) - other).T)
        cost: Array = distance + _LIFT_COST * self._unit * (distance > LIFT_DISTANCE * self._unit)
        return cost

    def _apply_nearest_neighbour(self) -> None:
        is_remaining = np.ones(len(self._ends), dtype=bool)
        pen = self._pen
        for position in range(len(self._ends)):
            gap = self._distances_from(pen)
            gap[~is_remaining] = np.inf
            stroke, end = divmod(int(gap.argmin()), 2)
            is_remaining[stroke] = False
            self._order[position], self._is_flipped[stroke] = stroke, end
            pen = self._ends[stroke, 1 - end]

    def _distances_from(self, pen: Points) -> Floats:
        distances: Floats = np.hypot(self._ends[..., 0] - pen[0], self._ends[..., 1] - pen[1])
        return distances

    def _get_entries(self) -> Floats:
        return self._ends[self._order, self._is_flipped[self._order]]

    def _get_exits(self) -> Floats:
        return self._ends[self._order, 1 - self._is_flipped[self._order]]

    def _apply_two_opt(self) -> bool:
        """2-opt: for every start in turn, reverse the section whose reversal saves most."""
        is_improved = False
        for start in range(len(self._order)):
            entries, exits = self._get_entries(), self._get_exits()
            before = self._pen if start == 0 else exits[start - 1]
            after = entries[start + 1 :]
            old, new = self._measure_cost(entries[start], before), self._measure_cost(exits[start:], before)
            saved = old - new
            saved[:-1] += self._measure_cost(exits[start:-1], after) - self._measure_cost(after, entries[start])
            end = int(saved.argmax())
            if saved[end] > 1e-3:
                stretch = self._order[start : start + end + 1][::-1].copy()
                self._order[start : start + end + 1] = stretch
                self._is_flipped[stretch] ^= 1
                is_improved = True
        return is_improved

    def _apply_or_opt(self) -> bool:
        """Or-opt: move each stroke, in either direction, to where it costs least."""
        is_improved = False
        for stroke in range(len(self._order)):
            index = int(np.flatnonzero(self._order == stroke)[0])
            other_strokes = np.delete(self._order, index)
            if not len(other_strokes):
                return False
            entries = self._ends[other_strokes, self._is_flipped[other_strokes]]
            exits = np.vstack([self._pen[None], self._ends[other_strokes, 1 - self._is_flipped[other_strokes]]])
            direct = np.append(self._measure_cost(entries, exits[:-1]), 0)
            costs = np.array([self._insertion_cost_of(stroke, flip, entries, exits) - direct for flip in (0, 1)])
            flip, position = divmod(int(costs.argmin()), len(direct))
            if costs[flip, position] < costs[self._is_flipped[stroke], index] - 1e-3:
                self._order = np.insert(other_strokes, position, stroke)
                self._is_flipped[stroke] = flip
                is_improved = True
        return is_improved

    def _insertion_cost_of(self, stroke: int, flip: int, entries: Floats, exits: Floats) -> Floats:
        """Cost of entering and leaving a stroke at every position of the path."""
        enter, leave = self._ends[stroke, flip], self._ends[stroke, 1 - flip]
        cost: Floats = self._measure_cost(exits, enter) + np.append(self._measure_cost(entries, leave), 0)
        return cost
