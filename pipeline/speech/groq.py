"""Transcription by Groq's Whisper API; runs in the worker, as it needs the network and the API key."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import groq
import httpx
import structlog
from pydantic import ValidationError

from models.errors import Code, Failed, Refused
from models.languages import languages
from models.words import Transcript, Word
from pipeline.speech import timeline, whisper

MODEL: Final = "whisper-large-v3-turbo"
TIMEOUT: Final = 180.0  # seconds; an hour of sound takes about 20
RETRIES: Final = 3  # the SDK waits as Retry-After says, or 0.5 s doubling up to 8 s

_log = structlog.get_logger(__name__)


class GroqEngine:
    """Client of one Groq account; `http_client` replaces the SDK's own connections."""

    def __init__(
        self,
        api_key: str,
        base_url: str | None = None,
        timeout: float = TIMEOUT,
        *,
        retries: int = RETRIES,
        http_client: httpx.Client | None = None,
    ) -> None:
        self._client = groq.Groq(
            api_key=api_key, base_url=base_url or None, timeout=timeout, max_retries=retries, http_client=http_client
        )

    def transcribe(self, audio: Path, language: str | None) -> Transcript:
        """Transcribe an audio file of up to 25 MB; `language` is a language code, None to let Whisper detect it.

        Raises Refused: NO_SPEECH, SPEECH_UNCLEAR. Raises Failed: SPEECH_SERVICE_DOWN if Groq cannot be reached, is
        busy for longer than the retries, refuses the key or sends an unreadable response.
        """
        hint = languages().code(language) if language else None
        reply = self._reply(audio, hint)
        spoken = languages().code(reply.language) or hint or "und"
        words = timeline.ordered(_words(reply, spoken), reply.seconds)
        if not words:
            raise Refused(Code.NO_SPEECH)
        if reply.confidence < whisper.LEAST:
            raise Refused(Code.SPEECH_UNCLEAR)
        return Transcript(language=spoken, words=words, engine="groq", confidence=round(reply.confidence, 3))

    def close(self) -> None:
        self._client.close()

    def _reply(self, audio: Path, hint: str | None) -> whisper.Reply:
        try:
            return whisper.Reply.model_validate_json(self._ask(audio, hint))
        except ValidationError as error:
            _log.error("groq_answer_unreadable", problems=error.error_count())
            raise Failed(Code.SPEECH_SERVICE_DOWN) from error
        except groq.APIStatusError as error:
            _tell(error.status_code)
            raise Failed(Code.SPEECH_SERVICE_DOWN) from error
        except groq.GroqError as error:  # no connection, or timeout
            _log.warning("groq_unreachable", error=type(error).__name__)
            raise Failed(Code.SPEECH_SERVICE_DOWN) from error

    def _ask(self, audio: Path, hint: str | None) -> bytes:
        options: dict[str, Any] = {"language": hint} if hint else {}
        answer = self._client.audio.transcriptions.with_raw_response.create(
            model=MODEL,
            file=(audio.name, audio.read_bytes()),
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
            temperature=0.0,
            **options,
        )
        return answer.read()


def _words(reply: whisper.Reply, language: str) -> Sequence[Word]:
    return whisper.words(reply, spaced=language not in languages().spaceless)


def _tell(status: int) -> None:
    """Log an error for what the operator must fix (key, account), a warning for what is temporary."""
    if status in {401, 402, 403}:
        _log.error("groq_key_refused", status=status)
    else:
        _log.warning("groq_failed", status=status)
