"""Windowed reader of a WAV file: mono, 16 bits, 16 kHz, as written by `pipeline.media.audio.extract`."""

import wave
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
Levels = NDArray[np.float32]

SAMPLE_RATE: Final = 16_000  # samples a second
LEVEL_SECONDS: Final = 0.01  # seconds per level
_FULL_SCALE: Final = 32768.0
_BLOCK_SAMPLES: Final = 10 * SAMPLE_RATE


class WavReader:
    """Reader of one WAV file. Raises ValueError for another rate, sample width or number of channels."""

    def __init__(self, path: Path) -> None:
        self._file = wave.open(str(path), "rb")  # noqa: SIM115 - closed by the `with` around the Recording
        wav_format = (self._file.getnchannels(), self._file.getsampwidth(), self._file.getframerate())
        if wav_format != (1, 2, SAMPLE_RATE):
            self._file.close()
            raise ValueError(f"channels, bytes, rate are {wav_format}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def seconds(self) -> float:
        return self._file.getnframes() / SAMPLE_RATE

    def read_samples(self, start: float = 0.0, end: float | None = None) -> Samples:
        """Read the samples between two times in seconds; fewer if the recording ends before."""
        total = self._file.getnframes()
        first = min(total, max(0, round(start * SAMPLE_RATE)))
        last = total if end is None else min(total, max(first, round(end * SAMPLE_RATE)))
        self._file.setpos(first)
        return np.frombuffer(self._file.readframes(last - first), dtype="<i2").astype(np.int16, copy=False)

    def read_levels(self) -> Levels:
        """Compute the root mean square of each 10 ms, 0 to 1; an hour is 1.4 MB."""
        return np.concatenate([np.zeros(0, np.float32), *self._read_level_blocks()])

    def _read_level_blocks(self) -> Iterator[Levels]:
        self._file.setpos(0)
        while block := self._file.readframes(_BLOCK_SAMPLES):
            yield compute_levels(np.frombuffer(block, dtype="<i2"))


def to_floats(samples: Samples) -> NDArray[np.float32]:
    """Samples as speech models take them, -1 to 1."""
    floats: NDArray[np.float32] = samples.astype(np.float32) / np.float32(_FULL_SCALE)
    return floats


def compute_levels(samples: Samples) -> Levels:
    """Compute the root mean square of each whole 10 ms of the samples, 0 to 1."""
    step = round(LEVEL_SECONDS * SAMPLE_RATE)
    frames = samples[: len(samples) // step * step].reshape(-1, step).astype(np.float32) / np.float32(_FULL_SCALE)
    result: Levels = np.sqrt((frames * frames).mean(axis=1, dtype=np.float32))
    return result
