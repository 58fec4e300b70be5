"""Timing of the pen along its strokes: slower in curves, fast between strokes, finished in exactly the given frames."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.sketch.types import Array, Floats, Points

_SPEED = 3.0  # units a second on a straight line; only ratios matter, as the path is scaled to its frames
_CURVE_RADIUS = 0.035  # units: at this curve radius the pen moves at half speed
_HOP_SECONDS, _HOP_ROOT_SECONDS = 0.03, 0.16  # seconds of a hop between strokes: minimum, and per square root of a unit
_MARKER_HOP_FACTOR = 0.35  # factor on these for a broad marker, which hardly leaves the board
_EASE = np.linspace(0, 1, 9)


@dataclass(frozen=True, slots=True)
class PenPath:
    """The pen over time: rising frame times, points in film pixels, and whether it draws up to each point (`down`)."""

    frames: Array
    points: Points
    down: Array

    def shift(self, frames: float) -> "PenPath":
        return PenPath(self.frames + frames, self.points, self.down)


def time_strokes(
    strokes: Sequence[Points], frames: int, unit: float, start: Points, lengths: Sequence[float] | None = None
) -> tuple[PenPath, list[Array]]:
    """Return the path from `start` through `strokes` in exactly `frames` frames, and the time of each stroke's points.

    `lengths`, where given, replace the strokes' own lengths and make the speed constant within each: a broad marker's
    time depends on the area it covers. `unit` is the film's reference length; all lengths are in pixels.
    """
    all_times, all_points, all_down, stroke_times = [np.zeros(1)], [start[None]], [np.zeros(1, bool)], []
    now = 0.0
    for number, stroke in enumerate(strokes):
        hop_times, hop_points = _build_hop(
            all_points[-1][-1], stroke[0], unit, 1.0 if lengths is None else _MARKER_HOP_FACTOR
        )
        steps = (
            _compute_durations(stroke, unit)
            if lengths is None
            else _split_duration(stroke, lengths[number] / (_SPEED * unit))
        )
        times = now + hop_times[-1] + np.concatenate([[0.0], np.cumsum(steps)])
        all_times += [now + hop_times, times]
        all_points += [hop_points, stroke]
        all_down += [np.zeros(len(hop_times), bool), np.arange(len(stroke)) > 0]
        stroke_times.append(times)
        now = float(times[-1])
    scale = frames / max(now, 1e-6)
    path = PenPath(np.concatenate(all_times) * scale, np.concatenate(all_points), np.concatenate(all_down))
    return path, [times_of_stroke * scale for times_of_stroke in stroke_times]


def _compute_durations(stroke: Points, unit: float) -> Array:
    """Seconds for each segment of a stroke, longer in curves."""
    segments = np.diff(stroke, axis=0)
    lengths = np.hypot(segments[:, 0], segments[:, 1])
    if len(segments) < 3:
        return lengths / (_SPEED * unit)
    angles = np.unwrap(np.arctan2(segments[:, 1], segments[:, 0]))
    turning = np.abs(np.gradient(angles)) / np.maximum(lengths, 1e-3)
    durations: Array = lengths / (_SPEED * unit) * np.minimum(1 + _CURVE_RADIUS * unit * turning, 4)
    return durations


def _split_duration(stroke: Points, seconds: float) -> Array:
    """Seconds for each segment of a stroke, all equal."""
    return np.full(len(stroke) - 1, seconds / max(1, len(stroke) - 1))


def _build_hop(start: Points, end: Points, unit: float, factor: float) -> tuple[Array, Points]:
    """Times and points of a pen-up move from one stroke to the next, eased at both ends."""
    distance = float(np.hypot(*(end - start)))
    seconds = factor * (_HOP_SECONDS + _HOP_ROOT_SECONDS * float(np.sqrt(distance / unit)))
    ease = (3 - 2 * _EASE) * _EASE**2
    line: Floats = (start + ease[:, None] * (end - start)).astype(np.float32)
    return seconds * _EASE, line


def append_exit(path: PenPath, end: Points, frame: float) -> PenPath:
    """Return the path with a move, the pen up, from its last point to `end`, where it is at `frame`."""
    ease = (3 - 2 * _EASE) * _EASE**2
    frames = path.frames[-1] + (frame - path.frames[-1]) * _EASE
    points: Points = (path.points[-1] + ease[:, None] * (end - path.points[-1])).astype(np.float32)
    return join_paths([path, PenPath(frames, points, np.zeros(len(frames), bool))])


def join_paths(paths: Sequence[PenPath]) -> PenPath:
    return PenPath(*(np.concatenate([getattr(path, name) for path in paths]) for name in ("frames", "points", "down")))


def resample(stroke: Points, step: float) -> Points:
    """Resample a polyline to one point every `step` pixels."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    positions = np.linspace(0, lengths[-1], max(2, round(lengths[-1] / step) + 1))
    line: Points = np.stack([np.interp(positions, lengths, axis) for axis in stroke.T], axis=1).astype(np.float32)
    return line
