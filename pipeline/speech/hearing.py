"""What is said in a few seconds of English: the tiny model that the moonshine-voice wheel brings along."""

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
    """A stretch of speech between two pauses; seconds from the first sample."""

    text: str
    start: float
    end: float


def available() -> bool:
    """Whether the model is installed: its wheel exists for Linux on x86-64 only."""
    return find_spec("moonshine_voice") is not None


class Ear:
    """The loaded model: 200 MB, about 0.1 s of processor for each second heard."""

    def __init__(self) -> None:
        with _few_cores():
            self._model = _loaded()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._model.close()

    def hear(self, samples: Samples) -> tuple[Line, ...]:
        """The lines heard, with their pauses found by the model's own voice detector; at most half a minute at once."""
        heard = self._model.transcribe_without_streaming((samples / 32768.0).tolist(), RATE)
        seconds = len(samples) / RATE
        lines = (
            Line(_clean(line.text), min(line.start_time, seconds), min(line.start_time + line.duration, seconds))
            for line in heard.lines
        )
        return tuple(line for line in lines if any(map(str.isalnum, line.text)))


def played(samples: Samples, speed: float) -> Samples:
    """The samples played `speed` times as fast, and as much higher, by linear interpolation."""
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
    """The model starts a thread for each core it may use, and has no setting for it: let it see two."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:_THREADS])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
