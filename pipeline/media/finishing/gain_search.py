"""Search of the gain at which a sound, limited as it is, has a loudness."""

from collections.abc import Callable
from typing import Final

_TOLERANCE: Final = 0.1  # LU
_MAX_STEPS: Final = 12
_LEAST_SLOPE: Final = 0.1  # dB of loudness for a dB of gain: the limiter takes the rest away again
_MAX_STEP: Final = 12.0  # dB


def find_gain(measure: Callable[[float], float], target: float, start: float, highest: float) -> float:
    """The gain in dB, at most `highest`, at which `measure` returns `target` LUFS; the nearest one found if none does.

    Loudness grows with gain, by less than it. The search begins at `start`.
    """
    gain, loudness = start, measure(start)
    best = (abs(loudness - target), gain)
    slope = 1.0
    for _ in range(_MAX_STEPS):
        if best[0] <= _TOLERANCE:
            break
        step = max(-_MAX_STEP, min(_MAX_STEP, (target - loudness) / slope))
        tried = min(highest, gain + step)
        if tried == gain:
            break
        found = measure(tried)
        slope = min(1.0, max(_LEAST_SLOPE, (found - loudness) / (tried - gain)))
        gain, loudness = tried, found
        best = min(best, (abs(loudness - target), gain))
    return best[1]
