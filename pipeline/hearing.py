"""Transcription of a media file's speech, by the speech service or by the local model."""

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

SERVICE_PRICE = 12  # millionths of a US dollar per second of audio (whisper-large-v3-turbo: 0.04 an hour)


class SpeechService(Protocol):
    """A speech-to-text service; only its adapter imports its SDK."""

    def transcribe(self, audio: Path, language: str | None) -> Transcript: ...


Run = Callable[[str, dict[str, object]], Any]
"""Runs a task (`module:function`) with its arguments in the job's sandboxed child."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A transcript, the seconds of audio a provider was sent, and their cost in millionths of a US dollar."""

    transcript: Transcript
    provider_seconds: float = 0.0
    provider_cost: int = 0


class Hearing:
    """Chooses the speech engine, and falls back from the service to the local model where that is possible."""

    def __init__(self, service: SpeechService | None) -> None:
        self._service = service

    def hear(self, media: Path, options: CaptionOptions, folder: Path, run: Run) -> Heard:
        """Transcribe the speech of a media file.

        Raises RequestRejected (NO_AUDIO, NO_SPEECH, SPEECH_UNCLEAR, LANGUAGE_NOT_HEARD) or
        ProcessingFailed(SPEECH_SERVICE_DOWN).
        """
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
    """The speech service, None without an API key.

    Its adapter is imported by name and only with a key: a process that also serves a chat must not load an SDK it has
    no key for.
    """
    if not api_key:
        return None
    adapter = importlib.import_module("pipeline.speech.groq")
    service: SpeechService = adapter.GroqEngine(api_key, base_url or None)
    return service
