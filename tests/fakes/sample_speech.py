"""Real speech, from the recordings inside the moonshine-voice wheel, and generated sounds without speech."""

import wave
from collections.abc import Callable, Mapping
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

RATE = 16_000
TWO_CITIES = "two_cities.wav"  # 44.4 s: "It was the best of times", first word at 1.17 s
BECKETT = "beckett.wav"  # 10.0 s: "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better."
BECKETT_WORDS = ("ever", "tried", "ever", "failed", "no", "matter", "try", "again", "fail", "again", "fail", "better")


def recording_path_of(name: str = TWO_CITIES) -> Path:
    """A recording of a person who speaks English."""
    spec = find_spec("moonshine_voice")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "assets" / name


def read_samples(name: str = TWO_CITIES, start: float = 0.0, seconds: float | None = None, rate: int = RATE) -> Samples:
    """A section of that recording, mono."""
    resampler = av.AudioResampler("s16", "mono", rate)
    with av.open(str(recording_path_of(name))) as container:
        frames = [resampled for frame in container.decode(audio=0) for resampled in resampler.resample(frame)]
    frames += resampler.resample(None)
    whole = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])
    return whole[round(start * rate) : None if seconds is None else round((start + seconds) * rate)]


def create_silence(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros(round(seconds * rate), np.int16)


def create_noise(seconds: float, rate: int = RATE, level: float = 0.05) -> Samples:
    """White noise; `level` is its RMS of full scale."""
    values = np.random.default_rng(7).standard_normal(round(seconds * rate))
    return np.clip(values * level * 32767, -32768, 32767).astype(np.int16)


def create_music(seconds: float, rate: int = RATE) -> Samples:
    """Chords of decaying harmonics with a drum on every beat."""
    random = np.random.default_rng(3)
    values = np.zeros(round(seconds * rate))
    beat = round(0.3 * rate)
    for at in range(0, len(values), beat):
        time = np.arange(min(2 * beat, len(values) - at)) / rate
        for note in random.choice([0, 2, 4, 5, 7, 9, 11, 12], 3):
            tones = (np.sin(2 * np.pi * 220 * 2 ** (note / 12) * k * time) / k for k in range(1, 6))
            values[at : at + len(time)] += sum(tones) * np.exp(-3 * time)
        values[at : at + len(time)] += 2 * random.standard_normal(len(time)) * np.exp(-80 * time)
    return (values / np.abs(values).max() * 12_000).astype(np.int16)


def write_wav(path: Path, audio: Samples, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        file.writeframes(audio.astype("<i2").tobytes())
    return path


def write_spoken_video(
    path: Path,
    *,
    seconds: float = 6.0,
    size: tuple[int, int] = (320, 180),
    fps: int = 25,
    name: str = TWO_CITIES,
    start: float = 0.0,
) -> Path:
    """An MP4 of moving stripes in which somebody speaks English: H.264 and AAC."""
    return write_video(path, read_samples(name, start, seconds, 48_000), seconds=seconds, size=size, fps=fps)


def write_video(
    path: Path,
    audio: Samples | None,
    *,
    seconds: float = 6.0,
    size: tuple[int, int] = (320, 180),
    fps: int = 25,
    rate: int = 48_000,
    options: Mapping[str, str] | None = None,
) -> Path:
    """An MP4 of moving stripes with that sound, mono at `rate`, or none; `options` are those of x264."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("libx264", rate=fps, options=dict(options or {"preset": "ultrafast"}))
        pictures.width, pictures.height = size
        pictures.pix_fmt = "yuv420p"
        speech = container.add_stream("aac", rate=rate, layout="mono") if audio is not None else None
        picture = _stripe_renderer_for(size)
        packets = [packet for index in range(round(seconds * fps)) for packet in pictures.encode(picture(index))]
        packets += pictures.encode(None)
        if speech is not None and audio is not None:
            packets += _encode_audio(speech, audio, rate)
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            container.mux(packet)
    return path


def _stripe_renderer_for(size: tuple[int, int]) -> Callable[[int], av.VideoFrame]:
    """A function from frame number to a frame of moving slanted stripes with changing colours."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.uint16)
    base = (x + y // 2).astype(np.uint8)

    def render_frame(index: int) -> av.VideoFrame:
        luma = base + np.uint8(3 * index % 256)
        chroma = np.full((height // 2, width), 96 + index % 64, np.uint8)
        return av.VideoFrame.from_ndarray(np.concatenate([luma, chroma]), format="yuv420p")

    return render_frame


def _encode_audio(stream: Any, audio: Samples, rate: int) -> list[Any]:
    packets = []
    for offset in range(0, len(audio), 1024):
        block = np.ascontiguousarray(audio[offset : offset + 1024][None, :])
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, offset, Fraction(1, rate)
        packets += stream.encode(frame)
    return packets + stream.encode(None)
