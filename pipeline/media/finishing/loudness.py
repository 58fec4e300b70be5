"""Sound brought to the loudness that platforms play: gain, and a limiter where peaks would be too high."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import av
from av.audio.stream import AudioStream
from av.filter import Graph

from pipeline.media.demux import open_media
from pipeline.media.finishing.sound_levels import (
    SoundLevels,
    build_filters,
    decode_sound,
    filter_frames,
    measure_levels,
)
from pipeline.media.soundtrack import BIT_RATE, add_aac_stream

TARGET_LOUDNESS: Final = -14.0  # LUFS
MAX_PEAK: Final = -1.0  # dBTP
_TOLERANCE: Final = 0.3  # LU
_QUIETEST: Final = -50.0  # LUFS: less is silence or hum, which is not made louder
_SHORTEST: Final = 1.0  # seconds that can be measured
_MAX_PASSES: Final = 10
_PEAK_MARGIN: Final = 0.25  # dB under the highest peak that is aimed at: what AAC adds differs from pass to pass
_LEAST_SLOPE: Final = 0.4  # dB of loudness for a dB of gain: the limiter takes the rest away again
_CEILING_STEP: Final = 0.7  # of what the peak is off
_CODING_MARGIN: Final = 0.7  # dB that AAC may add to a peak
_LOWEST_CEILING: Final = -9.0  # dBTP
_MIN_BIT_RATE: Final = 48_000
_OVERSAMPLED_RATE: Final = 192_000  # samples a second at which the limiter sees true peaks


@dataclass(frozen=True, slots=True)
class _Correction:
    """Gain in dB, and the peak in dBTP that the limiter allows."""

    gain: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A correction, and how loud the sound is with it."""

    correction: _Correction
    result: SoundLevels


def adjust_loudness(film: Path, out: Path, spare_bytes: int | None = None) -> Path | None:
    """Write the sound of a film at -14 LUFS to `out`, an MP4 of sound alone on the film's time line, at most -1 dBTP.

    None if it stays as it is: without sound, silent, shorter than a second, or loud enough already. The sound has 128
    kb/s, or as many as the film's and `spare_bytes` allow. A limiter takes away loudness, and coding adds to peaks: the
    result is measured, made again where it misses, and the best of all is taken.
    """
    levels = measure_levels(film)
    if levels is None or levels.seconds < _SHORTEST or levels.loudness <= _QUIETEST or _is_reached(levels):
        return None
    spare_rate = None if spare_bytes is None else round(max(0, spare_bytes) * 8 / levels.seconds)
    correction = _Correction(TARGET_LOUDNESS - levels.loudness, MAX_PEAK - _CODING_MARGIN)
    attempts = list[_Attempt]()
    for _ in range(_MAX_PASSES):
        _write_sound(film, out, correction, levels, spare_rate)
        attempts.append(_Attempt(correction, measure_levels(out) or levels))
        if _is_reached(attempts[-1].result):
            return out
        correction = _improve_correction(attempts)
    best = min(attempts, key=_compute_error)
    if best is not attempts[-1]:
        _write_sound(film, out, best.correction, levels, spare_rate)
    return out


def _is_reached(levels: SoundLevels) -> bool:
    return abs(levels.loudness - TARGET_LOUDNESS) <= _TOLERANCE and levels.peak <= MAX_PEAK


def _improve_correction(attempts: Sequence[_Attempt]) -> _Correction:
    """The gain and the ceiling, each changed by what the last result was off; the ceiling goes up again as it went
    down.
    """
    last = attempts[-1]
    gain = last.correction.gain + (TARGET_LOUDNESS - last.result.loudness) / _compute_slope(attempts)
    ceiling = last.correction.ceiling + _CEILING_STEP * (MAX_PEAK - _PEAK_MARGIN - last.result.peak)
    return _Correction(gain, min(MAX_PEAK, max(_LOWEST_CEILING, ceiling)))


def _compute_slope(attempts: Sequence[_Attempt]) -> float:
    """How much louder, in dB, a dB of gain made the sound between the last two attempts."""
    if len(attempts) < 2:
        return 1.0
    before, last = attempts[-2:]
    gain = last.correction.gain - before.correction.gain
    slope = (last.result.loudness - before.result.loudness) / gain if gain else 1.0
    return min(1.0, max(_LEAST_SLOPE, slope))


def _compute_error(attempt: _Attempt) -> tuple[float, float]:
    """How bad a result is: a peak that is too high first, then its distance from the loudness."""
    return max(0.0, attempt.result.peak - MAX_PEAK), abs(attempt.result.loudness - TARGET_LOUDNESS)


def _write_sound(film: Path, out: Path, correction: _Correction, levels: SoundLevels, spare_rate: int | None) -> None:
    is_limited = levels.peak + correction.gain > correction.ceiling
    with open_media(film, "mp4") as container, av.open(str(out), "w", format="mp4") as output:
        source = container.streams.audio[0]
        stream = add_aac_stream(source, output)
        stream.bit_rate = _choose_bit_rate(source, spare_rate)
        graph: Graph | None = None
        for frame in chain(decode_sound(container, source), [None]):
            if frame is not None and graph is None:
                graph = build_filters(frame, *_list_filters(stream, correction, is_limited=is_limited))
            for corrected in filter_frames(graph, frame) if graph else ():
                output.mux(stream.encode(corrected))
        output.mux(stream.encode(None))


def _choose_bit_rate(source: AudioStream, spare_rate: int | None) -> int:
    """Bits per second: at a low rate peaks differ by 3 dB from pass to pass, so that 128 kb/s are taken unless a size
    limit leaves fewer.
    """
    if spare_rate is None:
        return BIT_RATE
    return max(_MIN_BIT_RATE, min(BIT_RATE, (source.bit_rate or BIT_RATE) + spare_rate))


def _list_filters(target: AudioStream, correction: _Correction, *, is_limited: bool) -> list[tuple[str, str]]:
    """Filters that keep the time of each sample: gaps become silence, also one before the first sample, and the
    limiter's delay is taken back.
    """
    context = target.codec_context
    form = ("aformat", f"sample_fmts=fltp:sample_rates={context.sample_rate}:channel_layouts={context.layout.name}")
    filters = [
        ("aresample", "async=1:min_hard_comp=0.05:first_pts=0"),
        form,
        ("volume", f"{correction.gain}dB:precision=float"),
    ]
    if not is_limited:
        return filters
    limit = 10 ** (correction.ceiling / 20)
    limiter = ("alimiter", f"limit={limit}:attack=3:release=80:level=false:latency=true")
    return [*filters, ("aresample", str(_OVERSAMPLED_RATE)), limiter, form]
