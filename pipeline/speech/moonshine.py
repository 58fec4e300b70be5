"""Transcription of a few seconds of English by the tiny model bundled in the moonshine-voice wheel."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

from pipeline.speech.audio_reader import SAMPLE_RATE, Samples

_MAX_THREADS: Final = 2
_MODEL_OPTIONS: Final = {"return_audio_data": "false"}
_REPEATED_MARKS: Final = re.compile(r"([,;:?!])\1+")


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """Speech between two pauses; seconds from the first sample."""

    text: str
    start: float
    end: float


def is_available() -> bool:
    """Whether the model is installed: its wheel exists for Linux on x86-64 only."""
    return find_spec("moonshine_voice") is not None


class MoonshineModel:
    """The loaded model: 200 MB, about 0.1 s of CPU time for each second of audio."""

    def __init__(self) -> None:
        with _limit_cores():
            self._model = _load_model()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._model.close()

    def transcribe(self, samples: Samples) -> tuple[SpokenLine, ...]:
        """Transcribe at most half a minute into lines, split at pauses by the model's own voice activity detector."""
        transcript = self._model.transcribe_without_streaming((samples / 32768.0).tolist(), SAMPLE_RATE)
        seconds = len(samples) / SAMPLE_RATE
        lines = (
            SpokenLine(
                _clean_text(line.text), min(line.start_time, seconds), min(line.start_time + line.duration, seconds)
            )
            for line in transcript.lines
        )
        return tuple(line for line in lines if any(map(str.isalnum, line.text)))


def change_speed(samples: Samples, speed: float) -> Samples:
    """Resample by linear interpolation to play `speed` times as fast, with the pitch raised as much."""
    positions = np.arange(int(len(samples) / speed)) * speed
    resampled: Samples = np.interp(positions, np.arange(len(samples)), samples).astype(np.int16)
    return resampled


def _load_model() -> Any:
    from moonshine_voice.moonshine_api import ModelArch
    from moonshine_voice.transcriber import Transcriber
    from moonshine_voice.utils import get_model_path

    return Transcriber(str(get_model_path("tiny-en")), ModelArch.TINY, options=_MODEL_OPTIONS)


def _clean_text(text: str) -> str:
    return _REPEATED_MARKS.sub(r"\1", text.strip())


@contextmanager
def _limit_cores() -> Iterator[None]:
    """Restrict CPU affinity to two cores: the model starts a thread per available core and has no setting for it."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    affinity = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(affinity)[:_MAX_THREADS])
    try:
        yield
    finally:
        os.sched_setaffinity(0, affinity)
