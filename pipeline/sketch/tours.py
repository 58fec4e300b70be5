"""Short open tours through strokes that may be drawn from either end: nearest neighbour, then 2-opt and or-opt."""

import numpy as np

from pipeline.sketch.arrays import Array, Floats, Points

LIFT = 0.02  # units: a longer hop is seen as lifting the pen
_LIFT_COST = 0.04  # units of travel
_ROUNDS = 4  # improvement passes at most


class Tour:
    """An open path through strokes from a given pen position; each step is a stroke and whether it is reversed."""

    def __init__(self, ends: Floats, pen: Points, unit: float) -> None:
        self._unit = unit
        self._pen = pen
        self._ends = ends
        self._order = np.arange(len(ends))
        self._flip = np.zeros(len(ends), dtype=np.int64)

    @property
    def steps(self) -> list[tuple[int, bool]]:
        return [(int(k), bool(self._flip[k])) for k in self._order]

    def turn(self) -> None:
        """Keep the order and enter each stroke by its nearer end."""
        pen = self._pen
        for stroke in self._order:
            end = int(self._gaps(pen)[stroke].argmin())
            self._flip[stroke] = end
            pen = self._ends[stroke, 1 - end]

    def improve(self) -> None:
        """Search a short path through all strokes."""
        self._nearest_neighbour()
        for _ in range(_ROUNDS):
            if not (self._turn_stretches() | self._move_strokes()):
                return

    def _cost(self, one: Points, other: Points) -> Floats:
        distance: Floats = np.hypot(*(np.asarray(one) - other).T)
        found: Array = distance + _LIFT_COST * self._unit * (distance > LIFT * self._unit)
        return found

    def _nearest_neighbour(self) -> None:
        left = np.ones(len(self._ends), dtype=bool)
        pen = self._pen
        for position in range(len(self._ends)):
            gap = self._gaps(pen)
            gap[~left] = np.inf
            stroke, end = divmod(int(gap.argmin()), 2)
            left[stroke] = False
            self._order[position], self._flip[stroke] = stroke, end
            pen = self._ends[stroke, 1 - end]

    def _gaps(self, pen: Points) -> Floats:
        away: Floats = np.hypot(self._ends[..., 0] - pen[0], self._ends[..., 1] - pen[1])
        return away

    def _entries(self) -> Floats:
        return self._ends[self._order, self._flip[self._order]]

    def _exits(self) -> Floats:
        return self._ends[self._order, 1 - self._flip[self._order]]

    def _turn_stretches(self) -> bool:
        """2-opt: for every start in turn, reverse the section whose reversal saves most."""
        better = False
        for start in range(len(self._order)):
            entries, exits = self._entries(), self._exits()
            before = self._pen if start == 0 else exits[start - 1]
            after = entries[start + 1 :]
            old, new = self._cost(entries[start], before), self._cost(exits[start:], before)
            saved = old - new
            saved[:-1] += self._cost(exits[start:-1], after) - self._cost(after, entries[start])
            end = int(saved.argmax())
            if saved[end] > 1e-3:
                stretch = self._order[start : start + end + 1][::-1].copy()
                self._order[start : start + end + 1] = stretch
                self._flip[stretch] ^= 1
                better = True
        return better

    def _move_strokes(self) -> bool:
        """Or-opt: move each stroke, in either direction, to where it costs least."""
        better = False
        for stroke in range(len(self._order)):
            at = int(np.flatnonzero(self._order == stroke)[0])
            rest = np.delete(self._order, at)
            if not len(rest):
                return False
            entries = self._ends[rest, self._flip[rest]]
            exits = np.vstack([self._pen[None], self._ends[rest, 1 - self._flip[rest]]])
            direct = np.append(self._cost(entries, exits[:-1]), 0)
            costs = np.array([self._inserted(stroke, flip, entries, exits) - direct for flip in (0, 1)])
            flip, place = divmod(int(costs.argmin()), len(direct))
            if costs[flip, place] < costs[self._flip[stroke], at] - 1e-3:
                self._order = np.insert(rest, place, stroke)
                self._flip[stroke] = flip
                better = True
        return better

    def _inserted(self, stroke: int, flip: int, entries: Floats, exits: Floats) -> Floats:
        """Cost of entering and leaving a stroke at every position of the path."""
        enter, leave = self._ends[stroke, flip], self._ends[stroke, 1 - flip]
        cost: Floats = self._cost(exits, enter) + np.append(self._cost(entries, leave), 0)
        return cost
