"""Transcription on this machine: text by Whisper, word times corrected by the sound. Runs in the sandbox."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.transcript import Transcript, Word
from models.languages import load_languages
from pipeline.progress import ProgressCallback
from pipeline.speech import segmentation, time_correction, voice_activity
from pipeline.speech.audio_reader import LEVEL_SECONDS, Levels, WavReader
from pipeline.speech.engine_choice import AUTO
from pipeline.speech.preparation import measure_sound
from pipeline.speech.whisper import language_detection, weights
from pipeline.speech.whisper.hearing import THREADS, PieceHearing, map_in_threads
from pipeline.speech.whisper.model import HeardPiece, WhisperModel
from pipeline.speech.whisper.response import WhisperResponse, build_words, mark_inventions

MIN_CONFIDENCE: Final = 0.52  # mean probability of a token, below which a transcription is refused (docs/speech.md)
_STAGE: Final = "listening"
_SILENCE_LEVEL: Final = 10 ** (-70 / 20)  # RMS relative to full scale, below which a piece is skipped

Piece = segmentation.PieceSpan


def transcribe(
    wav: Path,
    progress: ProgressCallback,
    *,
    language: str = AUTO,
    own_language: str | None = None,
    vocabulary: Sequence[str] = (),
) -> Transcript:
    """Transcribe a mono 16 kHz WAV file; `own_language` is expected more than others where `language` is "auto".
    `vocabulary` are names that may be spoken.

    Raises RequestRejected: NO_SPEECH if there are no words, LANGUAGE_UNCLEAR if no language is probable enough,
    SPEECH_UNCLEAR if the confidence is too low to charge the user. Raises ProcessingFailed: SPEECH_SERVICE_DOWN if the
    model is not installed.
    """
    if not weights.is_whisper_installed():
        raise ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN)
    with WavReader(wav) as recording:
        levels = recording.read_levels()
        pieces = list(_list_voiced_pieces(recording, levels))
        if not pieces:
            raise RequestRejected(ErrorCode.NO_SPEECH)
        hearing, heard = _transcribe_pieces(recording, pieces, language, own_language, vocabulary, progress)
        heard = hearing.transcribe_doubtful_again(pieces, heard)
        response = mark_inventions(_join_pieces(heard, hearing.language, recording.seconds), measure_sound(levels))
        words = _build_timed_words(response, recording, levels)
    if not words:
        raise RequestRejected(ErrorCode.NO_SPEECH)
    if response.confidence < MIN_CONFIDENCE:
        raise RequestRejected(ErrorCode.SPEECH_UNCLEAR)
    return Transcript(language=hearing.language, words=words, engine="local", confidence=round(response.confidence, 3))


def _list_voiced_pieces(recording: WavReader, levels: Levels) -> Iterator[Piece]:
    for start, end in segmentation.split_at_pauses(levels):
        is_loud = levels[round(start / LEVEL_SECONDS) : round(end / LEVEL_SECONDS)].max(initial=0) >= _SILENCE_LEVEL
        if is_loud and voice_activity.has_voice(recording.read_samples(start, end)):
            yield start, end


def _transcribe_pieces(
    recording: WavReader,
    pieces: Sequence[Piece],
    language: str,
    own_language: str | None,
    vocabulary: Sequence[str],
    progress: ProgressCallback,
) -> tuple[PieceHearing, list[HeardPiece]]:
    """What is said in the pieces, and how they were heard. The model is dropped: there is no memory for two."""
    model = WhisperModel(THREADS)
    spoken = load_languages().find_code(language) or _detect_language(model, recording, pieces, own_language)
    hearing, heard = PieceHearing(recording, spoken, vocabulary), []
    for piece, (_, end) in zip(hearing.transcribe_pieces(model, pieces), pieces, strict=True):
        heard.append(piece)
        progress(_STAGE, end / recording.seconds)
    progress(_STAGE, 1.0)
    return hearing, heard


def _detect_language(
    model: WhisperModel, recording: WavReader, pieces: Sequence[Piece], own_language: str | None
) -> str:
    """The language of a recording, from pieces spread over it. Raises RequestRejected(LANGUAGE_UNCLEAR)."""
    sounds = (recording.read_samples(start, end) for start, end in language_detection.choose_pieces(pieces))
    found = language_detection.choose_language(
        list(map_in_threads(model.detect_languages, sounds)),
        own_language,
        load_languages().expected,
        load_languages().unlikely,
    )
    if found is None:
        raise RequestRejected(ErrorCode.LANGUAGE_UNCLEAR)
    return found


def _join_pieces(heard: Sequence[HeardPiece], language: str, seconds: float) -> WhisperResponse:
    return WhisperResponse(
        language=language,
        duration=seconds,
        text="",
        segments=tuple(segment for piece in heard for segment in piece.segments),
        words=tuple(token for piece in heard for token in piece.tokens),
    )


def _build_timed_words(response: WhisperResponse, recording: WavReader, levels: Levels) -> tuple[Word, ...]:
    has_spaces = response.language not in load_languages().spaceless
    words = build_words(response, has_spaces=has_spaces)
    return time_correction.correct_words(words, response.language, recording, levels)
