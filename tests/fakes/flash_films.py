"""Films in which a flash and a tone begin at the same time, again and again: what shows whether both stay together."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 48_000
SIZE = (160, 120)
FLASH_SECONDS = 0.2
_DARK, _BRIGHT = 40, 200
_LEVEL = 0.5  # of full scale
_THRESHOLD = 0.05


def write_flashes(
    path: Path,
    frame_times: Sequence[Fraction],
    flashes: Sequence[Fraction],
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    time_base: Fraction = Fraction(1, 90_000),
    audio_codec: str = "aac",
) -> Path:
    """A film with frames at these seconds, dark but for the flashes, and silence but for tones."""
    with av.open(str(path), "w") as container:
        rate = Fraction(len(frame_times) - 1) / (frame_times[-1] - frame_times[0])
        video = container.add_stream(codec, rate=rate.limit_denominator(1001), options=options or {})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        video.codec_context.time_base = time_base
        audio = container.add_stream(audio_codec, rate=RATE, layout="mono")
        packets: list[av.Packet] = []
        for time in frame_times:
            level = _BRIGHT if any(start <= time < start + FLASH_SECONDS for start in flashes) else _DARK
            frame = av.VideoFrame.from_ndarray(np.full((SIZE[1] * 3 // 2, SIZE[0]), level, np.uint8), format="yuv420p")
            frame.planes[1].update(bytes([128]) * frame.planes[1].buffer_size)
            frame.planes[2].update(bytes([128]) * frame.planes[2].buffer_size)
            frame.pts, frame.time_base = round(time / time_base), time_base
            packets += video.encode(frame)
        packets += [*video.encode(None), *_encode_tones(audio, frame_times[-1], flashes)]
        for packet in sorted(packets, key=lambda each: each.dts * each.time_base):
            container.mux(packet)
    return path


def _encode_tones(audio: av.AudioStream, end: Fraction, flashes: Sequence[Fraction]) -> Iterator[av.Packet]:
    time = np.arange(round(end * RATE)) / RATE
    is_loud = np.zeros(len(time), bool)
    for start in flashes:
        is_loud[round(start * RATE) : round((float(start) + FLASH_SECONDS) * RATE)] = True
    sound = np.where(is_loud, _LEVEL * np.sin(2 * np.pi * 1000 * time), 0) * 32767
    for first in range(0, len(sound), 1024):
        block = sound[first : first + 1024].astype(np.int16)[None, :]
        frame = av.AudioFrame.from_ndarray(block, "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
        yield from audio.encode(frame)
    yield from audio.encode(None)


def find_flashes(path: Path) -> list[float]:
    """When the picture gets bright."""
    with av.open(str(path)) as container:
        frames = [(float(frame.time), _middle_of(frame) > (_DARK + _BRIGHT) / 2) for frame in container.decode(video=0)]
    return [
        time
        for (time, is_bright), (_, was_bright) in zip(frames, [(0.0, False), *frames], strict=False)
        if is_bright and not was_bright
    ]


def find_tones(path: Path) -> list[float]:
    """When the sound gets loud after at least 50 ms of quiet."""
    sound, start = read_sound(path)
    loud = np.flatnonzero(np.abs(sound) > _THRESHOLD) / RATE
    return [float(time) + start for time, before in zip(loud, [-1.0, *loud], strict=False) if time - before > 0.05]


def read_sound(path: Path) -> tuple[np.ndarray, float]:
    """The samples of a film, and the time of the first one."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    first = next(frame for frame in frames if frame.pts is not None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]), float(first.time)


def _middle_of(frame: av.VideoFrame) -> float:
    """The level of the picture's upper part, where no caption is."""
    return float(frame.to_ndarray(format="gray")[: SIZE[1] // 4].mean())
