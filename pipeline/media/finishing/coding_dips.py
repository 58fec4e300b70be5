"""Short dips of a sound where coding it would make a peak too high."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from av import AudioFrame
from numpy.typing import NDArray

_STEP: Final = 0.005  # seconds between two gains; between them it is a straight line
_REACH: Final = 2  # steps before and after a peak that are turned down with it
_DEEPEST: Final = 18.0  # dB

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """True peaks in dBTP of short pieces of a sound, by the times at which they begin, in seconds."""

    times: Floats
    levels: Floats

    @property
    def highest(self) -> float:
        return float(self.levels.max(initial=-np.inf))


class CodingDips:
    """By how much a sound is turned down at each time, in dB; at first by nothing."""

    def __init__(self, depths: Floats) -> None:
        self._depths = depths

    @classmethod
    def for_sound(cls, seconds: float) -> "CodingDips":
        return cls(np.zeros(round(seconds / _STEP) + 1))

    def extend(self, peaks: Peaks, limit: float) -> "CodingDips":
        """Dips that are deeper where peaks are higher than `limit`, by what they are."""
        excess = np.zeros_like(self._depths)
        places = np.clip(np.rint(peaks.times / _STEP).astype(int), 0, len(excess) - 1)
        np.maximum.at(excess, places, np.maximum(peaks.levels - limit, 0))
        padded = np.pad(excess, _REACH)
        widened = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH + 1).max(axis=1)
        return CodingDips(np.minimum(self._depths + widened, _DEEPEST))

    def apply(self, frame: AudioFrame) -> AudioFrame:
        """The frame, in planar floats, turned down where there are dips."""
        if frame.pts is None or frame.time_base is None:
            return frame
        start, count = float(frame.pts * frame.time_base), frame.samples
        times = (start + np.arange(count) / frame.sample_rate) / _STEP
        depths = np.interp(times, np.arange(len(self._depths)), self._depths)
        if not depths.any():
            return frame
        samples = (frame.to_ndarray() * 10 ** (-depths / 20)).astype(np.float32)
        result = AudioFrame.from_ndarray(samples, "fltp", frame.layout.name)
        result.sample_rate, result.pts, result.time_base = frame.sample_rate, frame.pts, frame.time_base
        return result
