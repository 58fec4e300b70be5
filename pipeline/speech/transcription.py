"""Transcription of a media file's speech, by the speech service or by the local model."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from models.errors import ProcessingFailed
from models.jobs.options import SpeechOptions
from models.jobs.transcript import Transcript
from models.media.facts import SOUND_NAME, SoundInfo, SoundPiece
from models.provider_prices import load_provider_prices
from models.settings import Settings
from pipeline.sandbox.client import ignore, return_false
from pipeline.speech.engine_choice import AUTO, can_fall_back, choose_engine
from pipeline.speech.service import ServiceRequest, SpeechService
from pipeline.speech.whisper import weights
from pipeline.speech.word_timing import mark_speaker_changes

log = structlog.get_logger(__name__)

RunTask = Callable[[str, dict[str, object]], Any]
"""Runs a task (`module:function`) with its arguments in the job's sandboxed child."""


@dataclass(frozen=True, slots=True)
class TranscriptionJob:
    """The job that a recording is transcribed for: its folder, and how tasks are run, progress and use are reported,
    and its cancellation is noticed.

    `record_speech` is called with the engine, the seconds it heard, and their cost in millionths of a US dollar,
    whatever the outcome.
    """

    folder: Path
    run_task: RunTask
    is_cancelled: Callable[[], bool] = return_false
    report_progress: Callable[[float], None] = ignore
    record_speech: Callable[[str, float, int], None] = ignore


class Transcriber:
    """Chooses the speech engine, and falls back from the service to the local model."""

    def __init__(self, service: SpeechService | None) -> None:
        self._service = service

    def transcribe(self, media: Path, options: SpeechOptions, job: TranscriptionJob) -> Transcript:
        """Transcribe the speech of a media file.

        Raises RequestRejected (NO_AUDIO, NO_SPEECH, SPEECH_UNCLEAR, LANGUAGE_UNCLEAR, LANGUAGE_NOT_HEARD),
        ProcessingFailed(SPEECH_SERVICE_DOWN) or JobCancelled.
        """
        engine = choose_engine(options.engine, options.language, has_groq=self._service is not None)
        wav = job.folder / SOUND_NAME
        sound: SoundInfo = job.run_task("pipeline.speech.preparation:prepare", {"media": media, "wav": wav})
        transcript = self._transcribe_sound(engine, wav, sound, options, job)
        words = mark_speaker_changes(transcript.words, sound.speaker_turns)
        return transcript.model_copy(update={"words": words})

    def _transcribe_sound(
        self, engine: str, wav: Path, sound: SoundInfo, options: SpeechOptions, job: TranscriptionJob
    ) -> Transcript:
        if engine == "groq" and self._service is not None:
            try:
                heard = self._service.transcribe(_build_service_request(wav, sound, options, job))
                return _correct_times(heard, wav, job)
            except ProcessingFailed as error:
                if not can_fall_back(options.engine, error):
                    raise
                log.warning("speech-service-unavailable", fallback="local")
        arguments = {
            "wav": wav,
            "language": options.language,
            "own_language": options.own_language,
            "vocabulary": options.vocabulary,
        }
        transcript: Transcript = job.run_task("pipeline.speech.local:transcribe", arguments)
        job.record_speech("local", sound.seconds, 0)
        return transcript


def _correct_times(transcript: Transcript, wav: Path, job: TranscriptionJob) -> Transcript:
    """The transcript with times by the sound; as it is where that fails, since it is paid for."""
    try:
        corrected: Transcript = job.run_task(
            "pipeline.speech.time_correction:correct", {"wav": wav, "transcript": transcript}
        )
    except ProcessingFailed as error:
        log.warning("word-times-uncorrected", code=error.code)
        return transcript
    return corrected


def _build_service_request(
    wav: Path, sound: SoundInfo, options: SpeechOptions, job: TranscriptionJob
) -> ServiceRequest:
    place: dict[str, object] = {"wav": wav, "folder": job.folder}

    def split(piece: SoundPiece) -> Sequence[SoundPiece]:
        arguments = {**place, "start": piece.start, "end": piece.end}
        smaller: Sequence[SoundPiece] = job.run_task("pipeline.speech.upload:split_piece", arguments)
        return smaller

    def record_seconds(seconds: float) -> None:
        job.record_speech("groq", seconds, load_provider_prices().compute_speech_cost(seconds))

    return ServiceRequest(
        pieces=job.run_task("pipeline.speech.upload:write_pieces", place),
        sound=sound,
        language=None if options.language == AUTO else options.language,
        vocabulary=options.vocabulary,
        split=split,
        is_cancelled=job.is_cancelled,
        report_progress=job.report_progress,
        record_seconds=record_seconds,
    )


def create_speech_service(api_key: str | None, base_url: str) -> SpeechService | None:
    """The speech service, None without an API key.

    Its adapter is imported by name and only with a key: a process that also serves a chat must not load an SDK it has
    no key for.
    """
    if not api_key:
        return None
    client = importlib.import_module("pipeline.groq.client").GroqClient(api_key, base_url or None)
    service: SpeechService = importlib.import_module("pipeline.groq.speech").GroqSpeech(client)
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
