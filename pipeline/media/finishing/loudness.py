"""Sound brought to the loudness that platforms play: gain, and a limiter where peaks would be too high."""

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
_MAX_PASSES: Final = 5
_PEAK_STEP: Final = 0.2  # dB by which the limiter is set lower than what was too much
_CODING_MARGIN: Final = 0.7  # dB that AAC may add to a peak
_MIN_BIT_RATE: Final = 48_000
_OVERSAMPLED_RATE: Final = 192_000  # samples a second at which the limiter sees true peaks


@dataclass(frozen=True, slots=True)
class _Correction:
    """Gain in dB, and the peak in dBTP that the limiter allows; None where no peak reaches it."""

    gain: float
    ceiling: float | None


def adjust_loudness(film: Path, out: Path) -> Path | None:
    """Write the sound of a film at -14 LUFS to `out`, an MP4 of sound alone on the film's time line, at most -1 dBTP.

    None if it stays as it is: without sound, silent, shorter than a second, or loud enough already. A limiter takes
    away loudness, and coding adds to peaks: the result is measured, and made again where it misses.
    """
    levels = measure_levels(film)
    if levels is None or levels.seconds < _SHORTEST or levels.loudness <= _QUIETEST or _is_reached(levels):
        return None
    gain, ceiling = TARGET_LOUDNESS - levels.loudness, MAX_PEAK - _CODING_MARGIN
    for _ in range(_MAX_PASSES):
        is_limited = levels.peak + gain > ceiling
        _write_sound(film, out, _Correction(gain, ceiling if is_limited else None))
        result = measure_levels(out) or levels
        if _is_reached(result):
            break
        if result.peak > MAX_PEAK:
            ceiling -= result.peak - MAX_PEAK + _PEAK_STEP
        else:
            gain += TARGET_LOUDNESS - result.loudness
    return out


def _is_reached(levels: SoundLevels) -> bool:
    return abs(levels.loudness - TARGET_LOUDNESS) <= _TOLERANCE and levels.peak <= MAX_PEAK


def _write_sound(film: Path, out: Path, correction: _Correction) -> None:
    with open_media(film, "mp4") as container, av.open(str(out), "w", format="mp4") as output:
        source = container.streams.audio[0]
        stream = add_aac_stream(source, output)
        stream.bit_rate = _choose_bit_rate(source)
        graph: Graph | None = None
        for frame in chain(decode_sound(container, source), [None]):
            if frame is not None and graph is None:
                graph = build_filters(frame, *_list_filters(stream, correction))
            for corrected in filter_frames(graph, frame) if graph else ():
                output.mux(stream.encode(corrected))
        output.mux(stream.encode(None))


def _choose_bit_rate(source: AudioStream) -> int:
    """Bits per second: no more than the sound has, so that a film that fits a limit still does."""
    return max(_MIN_BIT_RATE, min(BIT_RATE, source.bit_rate or BIT_RATE))


def _list_filters(target: AudioStream, correction: _Correction) -> list[tuple[str, str]]:
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
    if correction.ceiling is None:
        return filters
    limit = 10 ** (correction.ceiling / 20)
    limiter = ("alimiter", f"limit={limit}:attack=3:release=80:level=false:latency=true")
    return [*filters, ("aresample", str(_OVERSAMPLED_RATE)), limiter, form]
