"""Timing of the pen along its strokes: slower in curves, fast between strokes, finished in exactly the given frames."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.sketch.arrays import Array, Floats, Points

_SPEED = 3.0  # units a second on a straight line; only ratios matter, as the path is scaled to its frames
_CURVE = 0.035  # units: at this curve radius the pen moves at half speed
_AIR, _AIR_ROOT = 0.03, 0.16  # seconds of a hop between strokes: minimum, and per square root of a unit
_SKIM = 0.35  # factor on these for a broad marker, which hardly leaves the board
_EASE = np.linspace(0, 1, 9)


@dataclass(frozen=True, slots=True)
class Path:
    """The pen over time: rising frame times, points in film pixels, and whether it draws up to each point (`down`)."""

    at: Array
    points: Points
    down: Array

    def shifted(self, frames: float) -> "Path":
        return Path(self.at + frames, self.points, self.down)


def drawn(
    strokes: Sequence[Points], frames: int, unit: float, start: Points, lengths: Sequence[float] | None = None
) -> tuple[Path, list[Array]]:
    """Return the path from `start` through `strokes` in exactly `frames` frames, and the time of each stroke's points.

    `lengths`, where given, replace the strokes' own lengths and make the speed constant within each: a broad marker's
    time depends on the area it covers. `unit` is the film's reference length; all lengths are in pixels.
    """
    at, points, down, spans = [np.zeros(1)], [start[None]], [np.zeros(1, bool)], []
    now = 0.0
    for number, stroke in enumerate(strokes):
        hop_times, hop_points = _hop(points[-1][-1], stroke[0], unit, 1.0 if lengths is None else _SKIM)
        steps = _steps(stroke, unit) if lengths is None else _even_steps(stroke, lengths[number] / (_SPEED * unit))
        times = now + hop_times[-1] + np.concatenate([[0.0], np.cumsum(steps)])
        at += [now + hop_times, times]
        points += [hop_points, stroke]
        down += [np.zeros(len(hop_times), bool), np.arange(len(stroke)) > 0]
        spans.append(times)
        now = float(times[-1])
    scale = frames / max(now, 1e-6)
    path = Path(np.concatenate(at) * scale, np.concatenate(points), np.concatenate(down))
    return path, [span * scale for span in spans]


def _steps(stroke: Points, unit: float) -> Array:
    """Seconds for each segment of a stroke, longer in curves."""
    pieces = np.diff(stroke, axis=0)
    lengths = np.hypot(pieces[:, 0], pieces[:, 1])
    if len(pieces) < 3:
        return lengths / (_SPEED * unit)
    angles = np.unwrap(np.arctan2(pieces[:, 1], pieces[:, 0]))
    turning = np.abs(np.gradient(angles)) / np.maximum(lengths, 1e-3)
    found: Array = lengths / (_SPEED * unit) * np.minimum(1 + _CURVE * unit * turning, 4)
    return found


def _even_steps(stroke: Points, seconds: float) -> Array:
    """Seconds for each segment of a stroke, all equal."""
    return np.full(len(stroke) - 1, seconds / max(1, len(stroke) - 1))


def _hop(here: Points, there: Points, unit: float, haste: float) -> tuple[Array, Points]:
    """Times and points of a pen-up move from one stroke to the next, eased at both ends."""
    distance = float(np.hypot(*(there - here)))
    seconds = haste * (_AIR + _AIR_ROOT * float(np.sqrt(distance / unit)))
    ease = (3 - 2 * _EASE) * _EASE**2
    line: Floats = (here + ease[:, None] * (there - here)).astype(np.float32)
    return seconds * _EASE, line


def joined(paths: Sequence[Path]) -> Path:
    return Path(*(np.concatenate([getattr(path, name) for path in paths]) for name in ("at", "points", "down")))


def evenly(stroke: Points, step: float) -> Points:
    """Resample a polyline to one point every `step` pixels."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    places = np.linspace(0, lengths[-1], max(2, round(lengths[-1] / step) + 1))
    line: Points = np.stack([np.interp(places, lengths, axis) for axis in stroke.T], axis=1).astype(np.float32)
    return line
