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

from pipeline.speech.sound import RATE, Samples

_THREADS: Final = 2
_OPTIONS: Final = {"return_audio_data": "false"}
_DOUBLED: Final = re.compile(r"([,;:?!])\1+")


@dataclass(frozen=True, slots=True)
class Line:
    """Speech between two pauses; seconds from the first sample."""

    text: str
    start: float
    end: float


def available() -> bool:
    """Whether the model is installed: its wheel exists for Linux on x86-64 only."""
    return find_spec("moonshine_voice") is not None


class Ear:
    """The loaded model: 200 MB, about 0.1 s of CPU time for each second of audio."""

    def __init__(self) -> None:
        with _few_cores():
            self._model = _loaded()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._model.close()

    def hear(self, samples: Samples) -> tuple[Line, ...]:
        """Transcribe at most half a minute into lines, split at pauses by the model's own voice activity detector."""
        heard = self._model.transcribe_without_streaming((samples / 32768.0).tolist(), RATE)
        seconds = len(samples) / RATE
        lines = (
            Line(_clean(line.text), min(line.start_time, seconds), min(line.start_time + line.duration, seconds))
            for line in heard.lines
        )
        return tuple(line for line in lines if any(map(str.isalnum, line.text)))


def played(samples: Samples, speed: float) -> Samples:
    """Resample by linear interpolation to play `speed` times as fast, with the pitch raised as much."""
    places = np.arange(int(len(samples) / speed)) * speed
    faster: Samples = np.interp(places, np.arange(len(samples)), samples).astype(np.int16)
    return faster


def _loaded() -> Any:
    from moonshine_voice.moonshine_api import ModelArch
    from moonshine_voice.transcriber import Transcriber
    from moonshine_voice.utils import get_model_path

    return Transcriber(str(get_model_path("tiny-en")), ModelArch.TINY, options=_OPTIONS)


def _clean(text: str) -> str:
    return _DOUBLED.sub(r"\1", text.strip())


@contextmanager
def _few_cores() -> Iterator[None]:
    """Restrict CPU affinity to two cores: the model starts a thread per available core and has no setting for it."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:_THREADS])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
