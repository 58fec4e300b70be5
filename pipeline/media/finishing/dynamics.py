"""Filters that make sound louder than its peaks allow: gain, a soft clipper, and a limiter behind it."""

from dataclasses import dataclass
from typing import Final

_LIMITED_RANGE: Final = 6.0  # dB that the limiter may take away; what is above is clipped, so that nothing is ducked
_OVERSAMPLED_RATE: Final = 192_000  # samples a second at which true peaks are seen, and clipping folds nothing back
_TIMES: Final = "attack=3:release=50"  # milliseconds

Filters = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Dynamics:
    """Gain in dB, and the highest true peak in dBTP; None where no peak reaches it."""

    gain: float
    ceiling: float | None


def list_filters(dynamics: Dynamics, sample_rate: int, layout: str) -> Filters:
    """Filters that keep the time of each sample: gaps become silence, also one before the first sample, and the
    limiter's delay is taken back.

    A limiter alone turns down what is beside a clap as well. Peaks that would do that are too short for their clipping
    to be heard: it is soft, and at a multiple of the sample rate.
    """
    form = ("aformat", f"sample_fmts=fltp:sample_rates={sample_rate}:channel_layouts={layout}")
    start = [("aresample", "async=1:min_hard_comp=0.05:first_pts=0"), form]
    if dynamics.ceiling is None:
        return [*start, _add_gain(dynamics.gain)]
    threshold = dynamics.ceiling + _LIMITED_RANGE  # of the clipper, which has it at full scale
    limit = 10 ** (-_LIMITED_RANGE / 20)
    return [
        *start,
        _add_gain(dynamics.gain - threshold),
        ("aresample", str(_OVERSAMPLED_RATE)),
        ("asoftclip", "type=quintic"),
        ("alimiter", f"limit={limit}:{_TIMES}:level=false:latency=true"),
        _add_gain(threshold),
        form,
    ]


def _add_gain(decibels: float) -> tuple[str, str]:
    return "volume", f"{decibels}dB:precision=float"
