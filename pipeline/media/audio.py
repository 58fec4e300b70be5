"""Audio extraction for the speech engines: mono WAV for the local model, small Ogg Opus for the speech service."""

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

import av
import numpy as np
from av import Packet
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from models.errors import ErrorCode, RequestRejected
from models.limits import load_limits
from pipeline.media.demux import PACKET_ERRORS, open_media
from pipeline.media.streams.joins import read_packets
from pipeline.media.streams.selection import choose_audio

SAMPLE_RATE: Final = 16_000  # samples per second, as speech models require
BIT_RATE: Final = 32_000  # of Opus: an hour is 14.4 MB, and Groq's free tier accepts 25
_MAX_DRIFT: Final = 0.05  # seconds that audio may be off its timestamp before it is moved
_BLOCK_SAMPLES: Final = SAMPLE_RATE  # samples of silence written, or of audio encoded, at once
_MAX_DAMAGED_PACKETS: Final = 1000  # packets
_STEREO: Final = 2  # channels
_ENERGY_DECAY: Final = 0.97  # per block of some 20 ms: a second or so decides which mix is heard
_INVERTED_RATIO: Final = 4.0  # of the energies of difference and sum, which music seldom reaches


def extract(media: Path, out: Path, *, rate: int = SAMPLE_RATE) -> float:
    """Write the audio stream that a film would have to `out` as mono 16-bit WAV; returns its seconds.

    Second 0 is the start of the file's earliest stream: where the audio begins later or has gaps, silence is written.
    Raises `RequestRejected`: that of `open_media`, NO_AUDIO, AUDIO_NOT_SUPPORTED, BROKEN_FILE if nothing can be
    decoded, TOO_LONG.
    """
    with open_media(media) as container:
        stream = choose_audio(container)
        if stream is None:
            raise RequestRejected(ErrorCode.NO_AUDIO)
        written = _write_wav(container, stream, out, rate)
    if not written:
        raise RequestRejected(ErrorCode.BROKEN_FILE)
    return written / rate


def _write_wav(container: InputContainer, stream: AudioStream, out: Path, rate: int) -> int:
    """Decode the stream into a WAV file; returns the number of samples written."""
    with wave.open(str(out), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        track = _TimedWavWriter(file, rate)
        for start, samples in _MonoConverter(rate).convert(
            _decode_frames(container, stream), _start_time_of(container)
        ):
            track.write(start, samples)
    return track.written


def compress(wav: Path, out: Path, start: float = 0.0, end: float | None = None) -> Path:
    """Encode a WAV file, or its part between two times in seconds, as Ogg Opus at 32 kbit/s, for upload; returns `out`.
    Silence takes next to no bytes."""
    with wave.open(str(wav), "rb") as file, av.open(str(out), "w", format="ogg") as container:
        rate = file.getframerate()
        stream = container.add_stream("libopus", rate=rate, options={"application": "voip", "vbr": "on"})
        stream.bit_rate = BIT_RATE
        stream.layout = "mono"
        written = 0
        for block in _read_blocks(file, round(start * rate), None if end is None else round(end * rate)):
            frame = AudioFrame.from_ndarray(np.frombuffer(block, "<i2")[None, :], format="s16", layout="mono")
            frame.sample_rate = rate
            frame.pts = written
            written += frame.samples
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out


def _read_blocks(file: wave.Wave_read, first: int, last: int | None) -> Iterator[bytes]:
    """Yield the samples from `first` until `last` in blocks."""
    total = file.getnframes()
    position, end = min(first, total), total if last is None else min(last, total)
    file.setpos(position)
    while position < end:
        yield file.readframes(min(_BLOCK_SAMPLES, end - position))
        position += _BLOCK_SAMPLES


def _start_time_of(container: InputContainer) -> float:
    """The container's start time in seconds."""
    return (container.start_time or 0) / av.time_base


def _decode_frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Yield the decoded frames; damaged packets are skipped, as players do, up to a thousand.

    The video's packets are read too, as where recordings were joined both must be moved alike.
    """
    damaged = 0
    for packet in read_packets(container, [stream, *container.streams.video]):
        if packet.stream is not stream:
            continue
        try:
            yield from (frame for frame in cast("Packet[AudioStream]", packet).decode() if frame.samples)
        except PACKET_ERRORS as error:
            damaged += 1
            if damaged > _MAX_DAMAGED_PACKETS:
                raise RequestRejected(ErrorCode.BROKEN_FILE) from error


class _MonoConverter:
    """Converts frames, whose format may change midway, to mono 16-bit samples with the time of the first one."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._downmix = _StereoDownmix()
        self._source_format: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None

    def convert(self, frames: Iterator[AudioFrame], origin: float) -> Iterator[tuple[float | None, NDArray[np.int16]]]:
        for frame in frames:
            source_format = (frame.format.name, frame.layout.name, frame.sample_rate)
            if source_format != self._source_format:
                yield from self._flush()
                self._source_format = source_format
                layout = "stereo" if frame.layout.nb_channels == _STEREO else "mono"
                self._resampler = AudioResampler("s16", layout, self._rate)
            start = None if frame.time is None else frame.time - origin
            frame.pts = None  # else the resampler would fill and squeeze; `_TimedWavWriter` keeps the time
            yield start, self._resample(frame)
        yield from self._flush()

    def _flush(self) -> Iterator[tuple[float | None, NDArray[np.int16]]]:
        if self._resampler is not None:
            yield None, self._resample(None)

    def _resample(self, frame: AudioFrame | None) -> NDArray[np.int16]:
        assert self._resampler is not None  # noqa: S101 - for the type checker
        blocks = [self._downmix.merge_channels(block) for block in self._resampler.resample(frame)]
        return np.concatenate([np.zeros(0, np.int16), *blocks])


class _StereoDownmix:
    """Mixes stereo to mono; where one channel is the other one upside down, their difference instead of their sum."""

    def __init__(self) -> None:
        self._sum_energy = self._difference_energy = 0.0

    def merge_channels(self, block: AudioFrame) -> NDArray[np.int16]:
        """Interleaved 16-bit samples of one or two channels as one channel."""
        samples = cast("NDArray[np.int16]", block.to_ndarray().reshape(-1))
        if block.layout.nb_channels != _STEREO:
            return samples
        channels = samples.reshape(-1, _STEREO).astype(np.float32)
        total, difference = (channels[:, 0] + channels[:, 1]) / 2, (channels[:, 0] - channels[:, 1]) / 2
        self._sum_energy = self._sum_energy * _ENERGY_DECAY + float(total @ total)
        self._difference_energy = self._difference_energy * _ENERGY_DECAY + float(difference @ difference)
        is_inverted = self._difference_energy > _INVERTED_RATIO * self._sum_energy
        return np.rint(difference if is_inverted else total).astype(np.int16)


class _TimedWavWriter:
    """Writes samples at their timestamps: gaps are filled with silence, overlapping samples are dropped."""

    def __init__(self, file: wave.Wave_write, rate: int) -> None:
        self._file = file
        self._rate = rate
        self._max_samples = round(load_limits().audio.max_seconds * rate)
        self.written = 0

    def write(self, start: float | None, samples: NDArray[np.int16]) -> None:
        gap = 0 if start is None else round(start * self._rate) - self.written
        if gap > _MAX_DRIFT * self._rate:
            self._check_length(gap)
            self._write_silence(gap)
        elif gap < -_MAX_DRIFT * self._rate:
            samples = samples[-gap:]
        self._check_length(len(samples))
        self._write_samples(samples.tobytes(), len(samples))

    def _write_silence(self, count: int) -> None:
        while count > 0:
            block = min(count, _BLOCK_SAMPLES)
            self._write_samples(bytes(2 * block), block)
            count -= block

    def _check_length(self, count: int) -> None:
        if self.written + count > self._max_samples + self._rate:
            raise RequestRejected(ErrorCode.TOO_LONG, limit=round(load_limits().audio.max_seconds))

    def _write_samples(self, data: bytes, count: int) -> None:
        self._file.writeframesraw(data)
        self.written += count
