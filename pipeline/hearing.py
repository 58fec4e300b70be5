"""From a video to the words said in it: through the speech service, or with the model on this machine."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog

from models.errors import Failed
from models.films import CaptionOptions
from models.words import Transcript
from pipeline.speech.choice import choose, fallback

log = structlog.get_logger(__name__)

SERVICE_PRICE = 12  # millionths of a US dollar for a second heard (whisper-large-v3-turbo: 0.04 an hour)


class SpeechService(Protocol):
    """A service that hears; the one importer of its SDK is its adapter."""

    def transcribe(self, audio: Path, language: str | None) -> Transcript: ...


Run = Callable[[str, dict[str, object]], Any]
"""Runs a task in the job's child: its dotted name and its arguments."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard, for how many seconds of a provider's time, and what that cost (millionths of a US dollar)."""

    transcript: Transcript
    provider_seconds: float = 0.0
    provider_cost: int = 0


class Hearing:
    """Chooses who hears, and falls back to this machine where it can help."""

    def __init__(self, service: SpeechService | None) -> None:
        self._service = service

    def hear(self, media: Path, options: CaptionOptions, folder: Path, run: Run) -> Heard:
        """Raises Refused (NO_AUDIO, NO_SPEECH, SPEECH_UNCLEAR, LANGUAGE_NOT_HEARD) or Failed(SPEECH_SERVICE_DOWN)."""
        engine = choose(options.engine, options.language, has_groq=self._service is not None)
        sound, small = folder / "sound.wav", folder / "sound.ogg"
        asked: dict[str, object] = {"media": media, "wav": sound, "upload": small if engine == "groq" else None}
        seconds = float(run("pipeline.speech.preparation:prepare", asked))
        if engine == "groq" and self._service is not None:
            try:
                return self._ask(self._service, small, options.language, seconds)
            except Failed as error:
                if fallback(options.engine, options.language, error) is None:
                    raise
                log.warning("speech-service-down", falls_back_to="local")
        return Heard(run("pipeline.speech.local:transcribe", {"wav": sound}))

    @staticmethod
    def _ask(service: SpeechService, sound: Path, language: str, seconds: float) -> Heard:
        transcript = service.transcribe(sound, None if language == "auto" else language)
        return Heard(transcript, seconds, round(seconds * SERVICE_PRICE))


def speech_service(api_key: str | None, base_url: str) -> SpeechService | None:
    """The speech service, where a key is set.

    Its adapter is loaded by name, here and only then: a process that also talks to people must not load an SDK it
    has no key for.
    """
    if not api_key:
        return None
    adapter = importlib.import_module("pipeline.speech.groq")
    service: SpeechService = adapter.GroqEngine(api_key, base_url or None)
    return service
