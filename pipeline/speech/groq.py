"""Transcription by Groq's Whisper API; runs in the worker, as it needs the network and the API key."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import groq
import httpx
import structlog
from pydantic import ValidationError

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.transcript import Transcript, Word
from models.languages import load_languages
from models.media.facts import SoundInfo
from pipeline.speech import word_timing
from pipeline.speech.whisper import response as whisper_response

MODEL: Final = "whisper-large-v3-turbo"
TIMEOUT: Final = 180.0  # seconds; an hour of sound takes about 20
MAX_RETRIES: Final = 3  # the SDK waits as Retry-After says, or 0.5 s doubling up to 8 s

_log = structlog.get_logger(__name__)


class GroqEngine:
    """Client of one Groq account; `http_client` replaces the SDK's own connections."""

    def __init__(
        self,
        api_key: str,
        base_url: str | None = None,
        timeout: float = TIMEOUT,
        *,
        retries: int = MAX_RETRIES,
        http_client: httpx.Client | None = None,
    ) -> None:
        self._client = groq.Groq(
            api_key=api_key, base_url=base_url or None, timeout=timeout, max_retries=retries, http_client=http_client
        )

    def transcribe(self, audio: Path, language: str | None, sound: SoundInfo) -> Transcript:
        """Transcribe an audio file of up to 25 MB; `language` is a language code, None to let Whisper detect it.

        `sound` tells where it is too quiet for speech.

        Raises RequestRejected: NO_SPEECH, SPEECH_UNCLEAR. Raises ProcessingFailed: SPEECH_SERVICE_DOWN if Groq
        cannot be reached, is busy for longer than the retries, refuses the key or sends an unreadable response.
        """
        hint = load_languages().find_code(language) if language else None
        response = whisper_response.mark_inventions(self._fetch_response(audio, hint), sound)
        language_code = load_languages().find_code(response.language) or hint or "und"
        words = word_timing.order_words(_build_words(response, language_code), response.seconds)
        if not words:
            raise RequestRejected(ErrorCode.NO_SPEECH)
        if response.confidence < whisper_response.MIN_CONFIDENCE:
            raise RequestRejected(ErrorCode.SPEECH_UNCLEAR)
        return Transcript(language=language_code, words=words, engine="groq", confidence=round(response.confidence, 3))

    def close(self) -> None:
        self._client.close()

    def _fetch_response(self, audio: Path, hint: str | None) -> whisper_response.WhisperResponse:
        try:
            return whisper_response.WhisperResponse.model_validate_json(self._send_request(audio, hint))
        except ValidationError as error:
            _log.error("groq-response-invalid", problems=error.error_count())
            raise ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN) from error
        except groq.APIStatusError as error:
            _log_failure(error.status_code)
            raise ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN) from error
        except groq.GroqError as error:  # no connection, or timeout
            _log.warning("groq-unreachable", error=type(error).__name__)
            raise ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN) from error

    def _send_request(self, audio: Path, hint: str | None) -> bytes:
        options: dict[str, Any] = {"language": hint} if hint else {}
        response = self._client.audio.transcriptions.with_raw_response.create(
            model=MODEL,
            file=(audio.name, audio.read_bytes()),
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
            temperature=0.0,
            **options,
        )
        return response.read()


def _build_words(response: whisper_response.WhisperResponse, language: str) -> Sequence[Word]:
    return whisper_response.build_words(response, has_spaces=language not in load_languages().spaceless)


def _log_failure(status: int) -> None:
    """Log an error for what the operator must fix (key, account), a warning for what is temporary."""
    if status in {401, 402, 403}:
        _log.error("groq-key-rejected", status=status)
    else:
        _log.warning("groq-request-failed", status=status)
