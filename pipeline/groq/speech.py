"""Transcription by Groq's Whisper API: the pieces of a recording, two at a time, merged into one transcript."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final

import structlog
from pydantic import ValidationError

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.transcript import UNKNOWN_LANGUAGE, Transcript, Word
from models.jobs.vocabulary import build_prompt
from models.languages import load_languages
from models.media.facts import SoundPiece
from pipeline.groq.client import GroqClient, GroqSession, PayloadTooLarge
from pipeline.speech import word_timing
from pipeline.speech.merging import PieceWords, merge_pieces
from pipeline.speech.normalization import normalize_words
from pipeline.speech.service import ServiceRequest
from pipeline.speech.whisper import response as whisper_response
from pipeline.speech.whisper.response import WhisperResponse

MODEL: Final = "whisper-large-v3-turbo"
CONCURRENCY: Final = 2  # requests at a time
MIN_BILLED_SECONDS: Final = 10.0  # seconds that Groq charges for any request
MIN_SPLIT_SECONDS: Final = 20.0  # seconds below which a piece is not made smaller
_MIN_PROMPT_WORDS: Final = 3  # of a prompt that Whisper can be said to have repeated

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SpeechTimeouts:
    """Seconds for a whole recording, and for one request: a part that is always there, and one for each second of
    sound. Groq takes a two-hundredth of the sound, this machine an eighth.
    """

    total: float = 30.0
    total_per_second: float = 0.25
    request: float = 20.0
    request_per_second: float = 0.1


@dataclass(frozen=True, slots=True)
class PieceResponse:
    """A piece, and what Whisper heard in it, with times of the recording."""

    piece: SoundPiece
    response: WhisperResponse

    @property
    def language(self) -> str | None:
        """The code of the spoken language; None where nothing is said."""
        return load_languages().find_code(self.response.language) if self.response.speech_segments else None


@dataclass(frozen=True, slots=True)
class GroqSpeech:
    """Speech service of one Groq account."""

    client: GroqClient
    timeouts: SpeechTimeouts = SpeechTimeouts()

    def transcribe(self, request: ServiceRequest) -> Transcript:
        """Transcribe a recording.

        Raises JobCancelled. Raises RequestRejected: NO_SPEECH, SPEECH_UNCLEAR. Raises ProcessingFailed:
        SPEECH_SERVICE_DOWN if Groq cannot be reached, is busy for longer than the recording's time, refuses the key or
        sends an unreadable response.
        """
        seconds = self.timeouts.total + self.timeouts.total_per_second * request.sound.seconds
        heard = self.client.run(
            lambda session: _RecordingTask(session, request, self.timeouts).transcribe_all(),
            seconds,
            request.is_cancelled,
        )
        return build_transcript(heard, request)


class _RecordingTask:
    """The requests for one recording."""

    def __init__(self, session: GroqSession, request: ServiceRequest, timeouts: SpeechTimeouts) -> None:
        self._session, self._request, self._timeouts = session, request, timeouts
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._heard_seconds = 0.0

    async def transcribe_all(self) -> list[PieceResponse]:
        """Hear the pieces in order until the language is known, then the rest two at a time."""
        remaining, heard = deque(self._request.pieces), list[PieceResponse]()
        language = self._find_hint()
        while remaining and language is None:
            heard += await self._transcribe(remaining.popleft(), None)
            language = next((each.language for each in heard if each.language), None)
        rest = await asyncio.gather(*(self._transcribe(piece, language) for piece in remaining))
        return [*heard, *chain.from_iterable(rest)]

    def _find_hint(self) -> str | None:
        return load_languages().find_code(self._request.language) if self._request.language else None

    async def _transcribe(self, piece: SoundPiece, language: str | None) -> list[PieceResponse]:
        """Hear a piece, or the smaller ones it is made of where it is too large."""
        try:
            async with self._slots:
                response = await self._fetch_response(piece, language)
        except PayloadTooLarge:
            smaller = await self._split(piece)
            return [heard for each in smaller for heard in await self._transcribe(each, language)]
        self._heard_seconds += piece.seconds
        self._request.report_progress(min(1.0, self._heard_seconds / max(self._request.sound.seconds, 0.01)))
        return [PieceResponse(piece, _shift_times(response, piece.start))]

    async def _split(self, piece: SoundPiece) -> Sequence[SoundPiece]:
        if piece.seconds < MIN_SPLIT_SECONDS:
            _log.warning("groq-request-failed", status=413)
            raise ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN)
        return await asyncio.to_thread(self._request.split, piece)

    async def _fetch_response(self, piece: SoundPiece, language: str | None) -> WhisperResponse:
        seconds = self._timeouts.request + self._timeouts.request_per_second * piece.seconds
        body = await self._session.request(partial(self._send, piece, language), seconds)
        self._request.record_seconds(max(MIN_BILLED_SECONDS, piece.seconds))  # charged, whatever the body is
        try:
            return WhisperResponse.model_validate_json(body)
        except ValidationError as error:
            _log.error("groq-response-invalid", problems=error.error_count())
            raise ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN) from error

    async def _send(self, piece: SoundPiece, language: str | None) -> bytes:
        hints = {"language": language, "prompt": build_prompt(self._request.vocabulary)}
        options: dict[str, Any] = {name: value for name, value in hints.items() if value}
        response = await self._session.sdk.audio.transcriptions.with_raw_response.create(
            model=MODEL,
            file=(piece.path.name, piece.path.read_bytes()),
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
            temperature=0.0,
            **options,
        )
        return await response.read()


def _shift_times(response: WhisperResponse, offset: float) -> WhisperResponse:
    """The response with times of the recording, in which its piece begins at `offset` seconds."""

    def shift(part: Any) -> Any:
        return part.model_copy(update={"start": part.start + offset, "end": part.end + offset})

    return response.model_copy(
        update={
            "segments": tuple(map(shift, response.segments or ())),
            "words": None if response.words is None else tuple(map(shift, response.words)),
        }
    )


def build_transcript(heard: Sequence[PieceResponse], request: ServiceRequest) -> Transcript:
    """One transcript of the heard pieces. Raises RequestRejected: NO_SPEECH, SPEECH_UNCLEAR."""
    pieces = [PieceResponse(each.piece, _mark_inventions(each.response, request)) for each in heard]
    language = _choose_language(pieces, request.language)
    merged = merge_pieces([_build_piece_words(each, language) for each in pieces])
    words = word_timing.order_words(merged, request.sound.seconds)
    if not words:
        raise RequestRejected(ErrorCode.NO_SPEECH)
    confidence = _compute_confidence(pieces)
    if confidence < whisper_response.MIN_CONFIDENCE:
        raise RequestRejected(ErrorCode.SPEECH_UNCLEAR)
    return Transcript(language=language, words=words, engine="groq", confidence=round(confidence, 3))


def _mark_inventions(response: WhisperResponse, request: ServiceRequest) -> WhisperResponse:
    """Mark what nobody said; also the vocabulary itself, which Whisper repeats where it hears nothing."""
    prompt = normalize_words(build_prompt(request.vocabulary))
    marked = whisper_response.mark_inventions(response, request.sound)
    if len(prompt) < _MIN_PROMPT_WORDS:
        return marked
    segments = [
        each.model_copy(update={"is_invented": each.is_invented or normalize_words(each.text) == prompt})
        for each in marked.segments or ()
    ]
    return marked.model_copy(update={"segments": tuple(segments)})


def _choose_language(pieces: Sequence[PieceResponse], requested: str | None) -> str:
    found = next((each.language for each in pieces if each.language), None)
    hint = load_languages().find_code(requested) if requested else None
    return found or hint or UNKNOWN_LANGUAGE


def _build_piece_words(heard: PieceResponse, language: str) -> PieceWords:
    has_spaces = language not in load_languages().spaceless
    words: tuple[Word, ...] = tuple(whisper_response.build_words(heard.response, has_spaces=has_spaces))
    return PieceWords(heard.piece.start, heard.piece.end, words)


def _compute_confidence(pieces: Sequence[PieceResponse]) -> float:
    """The confidence of all segments together."""
    segments = tuple(segment for each in pieces for segment in each.response.segments or ())
    return WhisperResponse(duration=0.0, text="", segments=segments).confidence
