"""Transcription of a media file's speech, by the speech service or by the local model."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog

from models.errors import ProcessingFailed
from models.jobs.options import SpeechOptions
from models.jobs.transcript import Transcript
from models.media.facts import SoundInfo
from models.settings import Settings
from pipeline.speech.engine_choice import can_fall_back, choose_engine
from pipeline.speech.whisper import weights

log = structlog.get_logger(__name__)

SERVICE_MICROUSD_PER_SECOND = 12  # millionths of a US dollar per second of audio (whisper-large-v3-turbo: 0.04 an hour)


class SpeechService(Protocol):
    """A speech-to-text service; only its adapter imports its SDK."""

    def transcribe(self, audio: Path, language: str | None, sound: SoundInfo) -> Transcript: ...


RunTask = Callable[[str, dict[str, object]], Any]
"""Runs a task (`module:function`) with its arguments in the job's sandboxed child."""


@dataclass(frozen=True, slots=True)
class TranscriptionResult:
    """A transcript, the seconds of audio a provider was sent, and their cost in millionths of a US dollar."""

    transcript: Transcript
    provider_seconds: float = 0.0
    provider_cost: int = 0


class Transcriber:
    """Chooses the speech engine, and falls back from the service to the local model."""

    def __init__(self, service: SpeechService | None) -> None:
        self._service = service

    def transcribe(self, media: Path, options: SpeechOptions, folder: Path, run_task: RunTask) -> TranscriptionResult:
        """Transcribe the speech of a media file.

        Raises RequestRejected (NO_AUDIO, NO_SPEECH, SPEECH_UNCLEAR, LANGUAGE_UNCLEAR, LANGUAGE_NOT_HEARD) or
        ProcessingFailed(SPEECH_SERVICE_DOWN).
        """
        engine = choose_engine(options.engine, options.language, has_groq=self._service is not None)
        wav, compressed = folder / "sound.wav", folder / "sound.ogg"
        arguments: dict[str, object] = {"media": media, "wav": wav, "upload": compressed if engine == "groq" else None}
        sound: SoundInfo = run_task("pipeline.speech.preparation:prepare", arguments)
        if engine == "groq" and self._service is not None:
            try:
                return self._call_service(self._service, compressed, options.language, sound)
            except ProcessingFailed as error:
                if not can_fall_back(options.engine, error):
                    raise
                log.warning("speech-service-unavailable", fallback="local")
        return TranscriptionResult(
            run_task("pipeline.speech.local:transcribe", self._list_local_arguments(wav, options))
        )

    @staticmethod
    def _list_local_arguments(wav: Path, options: SpeechOptions) -> dict[str, object]:
        return {"wav": wav, "language": options.language, "own_language": options.own_language}

    @staticmethod
    def _call_service(service: SpeechService, audio: Path, language: str, sound: SoundInfo) -> TranscriptionResult:
        transcript = service.transcribe(audio, None if language == "auto" else language, sound)
        return TranscriptionResult(transcript, sound.seconds, round(sound.seconds * SERVICE_MICROUSD_PER_SECOND))


def create_speech_service(api_key: str | None, base_url: str) -> SpeechService | None:
    """The speech service, None without an API key.

    Its adapter is imported by name and only with a key: a process that also serves a chat must not load an SDK it has
    no key for.
    """
    if not api_key:
        return None
    adapter = importlib.import_module("pipeline.speech.groq")
    service: SpeechService = adapter.GroqEngine(api_key, base_url or None)
    return service


def create_transcriber(settings: Settings) -> Transcriber:
    """The transcriber of a process, with the speech service if the settings have a key for it.

    The local model's weights are joined where the installation has not done it.
    """
    try:
        weights.install()
    except (OSError, weights.WeightsUnusable) as error:
        log.error("whisper-weights-unusable", error=str(error))  # noqa: TRY400 - the traceback adds nothing
    key = settings.groq_api_key.get_secret_value() if settings.groq_api_key else None
    return Transcriber(create_speech_service(key, settings.groq_base_url))
