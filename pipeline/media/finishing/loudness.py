"""Sound brought to the loudness that platforms play, its peaks within what they can play."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import av
from av import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph

from pipeline.media.demux import open_media
from pipeline.media.finishing.coding_dips import CodingDips
from pipeline.media.finishing.dynamics import Dynamics, Filters, list_filters
from pipeline.media.finishing.gain_search import find_gain
from pipeline.media.finishing.sound_levels import (
    LOUDNESS_METER,
    SILENCE,
    SoundLevels,
    build_filters,
    decode_sound,
    filter_frames,
    measure_levels,
    read_loudness,
)
from pipeline.media.soundtrack import BIT_RATE, add_aac_stream, choose_form

TARGET_LOUDNESS: Final = -14.0  # LUFS
MAX_PEAK: Final = -1.0  # dBTP
_TOLERANCE: Final = 0.3  # LU
_QUIETEST: Final = -50.0  # LUFS: less is silence or hum, which is not made louder
_SHORTEST: Final = 1.0  # seconds that can be measured
_MAX_PASSES: Final = 12
_PEAK_MARGIN: Final = 0.25  # dB under the highest peak that is aimed at: what AAC adds differs from pass to pass
_CEILING: Final = -2.0  # dBTP of the limiter: AAC adds about 1 dB to most peaks
_MAX_GAIN: Final = 36.0  # dB beyond that which would do without limits
_SLOPES: Final = (0.3, 1.0)  # dB of loudness for a dB of gain, at least and at most
_SPARE_SHARE: Final = 0.7  # of the bytes to spare that are taken: AAC keeps to its rate within a tenth


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What is done to a sound, and how loud the film's is with it."""

    gain: float
    dips: CodingDips
    result: SoundLevels


def adjust_loudness(film: Path, out: Path, spare_bytes: int | None = None) -> Path | None:
    """Write the sound of a film at -14 LUFS to `out`, an MP4 of sound alone on the film's time line, at most -1 dBTP.

    None if it stays as it is: without sound, silent, shorter than a second, or loud enough already. The sound has 128
    kb/s, or as many as the film's and `spare_bytes` allow. Coding changes the loudness, and adds to peaks, which are
    turned down by themselves: the result is measured, made again where it misses, and the best of all is taken.
    """
    levels = measure_levels(film)
    if levels is None or levels.seconds < _SHORTEST or levels.loudness <= _QUIETEST or _is_reached(levels):
        return None
    bit_rate = _choose_bit_rate(film, spare_bytes, levels.seconds)
    gain, dips = _choose_gain(film, levels), CodingDips.for_sound(levels.seconds)
    attempts = list[_Attempt]()
    for _ in range(_MAX_PASSES):
        result = _write_sound(film, out, _choose_dynamics(levels, gain), dips, bit_rate)
        attempts.append(_Attempt(gain, dips, result))
        if _is_reached(result):
            return out
        gain += (TARGET_LOUDNESS - result.loudness) / _compute_slope(attempts)
        dips = dips.extend(result.peaks, MAX_PEAK - len(attempts) * _PEAK_MARGIN)
    best = min(attempts, key=_compute_error)
    if best is not attempts[-1]:
        _write_sound(film, out, _choose_dynamics(levels, best.gain), best.dips, bit_rate)
    return out


def _is_reached(levels: SoundLevels) -> bool:
    return abs(levels.loudness - TARGET_LOUDNESS) <= _TOLERANCE and levels.peak <= MAX_PEAK


def _choose_gain(film: Path, levels: SoundLevels) -> float:
    """The gain in dB that makes the sound as loud as it shall be, before it is coded."""
    gain = TARGET_LOUDNESS - levels.loudness
    if _choose_dynamics(levels, gain).ceiling is None:
        return gain

    def measure(tried: float) -> float:
        return _measure_filtered(film, _choose_dynamics(levels, tried))

    return find_gain(measure, TARGET_LOUDNESS, gain, gain + _MAX_GAIN)


def _choose_dynamics(levels: SoundLevels, gain: float) -> Dynamics:
    return Dynamics(gain, None if levels.peak + gain <= _CEILING else _CEILING)


def _compute_slope(attempts: Sequence[_Attempt]) -> float:
    """How much louder, in dB, a dB of gain made the sound between the last two attempts."""
    if len(attempts) < 2:
        return 1.0
    before, last = attempts[-2:]
    gain = last.gain - before.gain
    slope = (last.result.loudness - before.result.loudness) / gain if gain else 1.0
    return min(_SLOPES[1], max(_SLOPES[0], slope))


def _compute_error(attempt: _Attempt) -> tuple[float, float]:
    """How bad a result is: a peak that is too high first, then its distance from the loudness."""
    return max(0.0, attempt.result.peak - MAX_PEAK), abs(attempt.result.loudness - TARGET_LOUDNESS)


def _measure_filtered(film: Path, dynamics: Dynamics) -> float:
    """LUFS of a film's sound before it is coded."""
    loudness = TARGET_LOUDNESS
    with open_media(film, "mp4") as container:
        source = container.streams.audio[0]
        filters = list_filters(dynamics, *choose_form(source))
        for frame in _filter_sound(container, source, [*filters, LOUDNESS_METER]):
            loudness = read_loudness(frame, loudness)
    return loudness


def _write_sound(film: Path, out: Path, dynamics: Dynamics, dips: CodingDips, bit_rate: int) -> SoundLevels:
    """Write the sound with what is done to it, and measure it."""
    with open_media(film, "mp4") as container, av.open(str(out), "w", format="mp4") as output:
        source = container.streams.audio[0]
        stream = add_aac_stream(source, output)
        stream.bit_rate = bit_rate
        for frame in _filter_sound(container, source, list_filters(dynamics, *choose_form(source))):
            output.mux(stream.encode(dips.apply(frame)))
        output.mux(stream.encode(None))
    return measure_levels(out) or SILENCE


def _filter_sound(container: InputContainer, source: AudioStream, filters: Filters) -> Iterator[AudioFrame]:
    graph: Graph | None = None
    for frame in chain(decode_sound(container, source), [None]):
        if frame is not None and graph is None:
            graph = build_filters(frame, *filters)
        yield from filter_frames(graph, frame) if graph else ()


def _choose_bit_rate(film: Path, spare_bytes: int | None, seconds: float) -> int:
    """Bits per second: at a low rate peaks differ by 3 dB from pass to pass, so that 128 kb/s are taken unless a size
    limit leaves fewer.
    """
    if spare_bytes is None:
        return BIT_RATE
    with open_media(film, "mp4") as container:
        rate = container.streams.audio[0].bit_rate or BIT_RATE
    return min(BIT_RATE, rate + round(_SPARE_SHARE * max(0, spare_bytes) * 8 / seconds))
