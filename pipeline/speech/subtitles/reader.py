"""Reading of subtitle files uploaded by users."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError

from models.errors import ErrorCode, RequestRejected
from models.jobs.transcript import Transcript, Word
from models.languages import load_languages
from pipeline.speech.subtitles import detection, json_formats
from pipeline.speech.subtitles.cue_order import order_cues
from pipeline.speech.subtitles.cues import MAX_SECONDS, Cue
from pipeline.speech.subtitles.encoding import decode_text
from pipeline.speech.subtitles.formats import ass, lyrics, other_formats, srt, timed_text
from pipeline.speech.subtitles.speaker_names import mark_turns

MAX_BYTES: Final = 5_000_000
MAX_WORDS: Final = 60_000
_JSON_START: Final = re.compile(r"\s*\{\s*\"")  # MicroDVD begins with a brace as well
# marks of direction and of byte order, zero-width spaces, and control characters such as the end of a file of DOS
_INVISIBLE: Final = re.compile(r"[\ufeff\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\x00-\x08\x0e-\x1f\x7f]")
_REVERSED_LINE_END: Final = re.compile(r"\n\r(?!\n)")
_MAX_CUE_CHARACTERS: Final = 20_000  # characters; a page holds 3,000


def read(data: bytes, language: str = "und") -> Transcript:
    """Parse subtitles of any format or WORDS.json, told apart by content, not by file name.

    `language` is used if the file names none; "und" means unknown. Words of a line without times for each share its
    time in proportion to their characters. Raises RequestRejected: SUBTITLES_UNREADABLE.
    """
    if not data or len(data) > MAX_BYTES:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    language = load_languages().find_code(language) or "und"
    text = decode_text(data, language)
    try:
        json_transcript = _parse_json(text, language) if _JSON_START.match(text) else None
    except (ValueError, ValidationError, RecursionError) as error:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE) from error
    transcript = json_transcript or Transcript(language=language, words=_split_words(_parse_cues(text)))
    if not transcript.words or len(transcript.words) > MAX_WORDS:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    return transcript


def _parse_json(text: str, language: str) -> Transcript:
    content = json.loads(text)
    cues = json_formats.parse_cues(content)
    if cues is None or _is_words_json(content):
        return _parse_words_json(content, language)
    return Transcript(language=language, words=_split_words(cues))


def _parse_words_json(content: dict[str, Any], language: str) -> Transcript:
    """Parse WORDS.json; its times are kept exactly, its words only sorted by start."""
    words = [Word.model_validate(word) for word in content["words"]] if _is_words_json(content) else []
    if not all(_is_valid_word(word) for word in words):
        raise ValueError("a word without a place in time")
    language_name = content.get("language")
    code = load_languages().find_code(language_name) if isinstance(language_name, str) else None
    return Transcript(language=code or language, words=tuple(sorted(words, key=lambda word: word.start)))


def _is_words_json(content: dict[str, Any]) -> bool:
    return isinstance(content.get("words"), list) and len(content["words"]) <= MAX_WORDS


def _is_valid_word(word: Word) -> bool:
    return bool(word.text.strip()) and max(word.end, word.cue_end or 0.0) <= MAX_SECONDS


def _split_words(cues: Sequence[Cue]) -> tuple[Word, ...]:
    if len(cues) > MAX_WORDS or any(len(cue.text) > _MAX_CUE_CHARACTERS for cue in cues):
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    found: list[Word] = []
    for number, cue in enumerate(mark_turns(order_cues(cues))):
        found += cue.split_words(number)
        if len(found) > MAX_WORDS:
            raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    return (*(word.model_copy(update={"is_speaker_change": False}) for word in found[:1]), *found[1:])


def _parse_cues(text: str) -> Sequence[Cue]:
    text = _INVISIBLE.sub("", text)
    if detection.is_other_text(text):
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    if timed_text.is_timed_text(text):
        return timed_text.parse_cues(text)
    lines = [line.rstrip("\r") for line in _REVERSED_LINE_END.sub("\n", text.replace("\r\n", "\n")).splitlines()]
    if ass.is_ass(lines):
        return ass.parse_cues(lines)
    if srt.is_srt(lines):
        return srt.parse_cues(lines)
    return lyrics.parse_cues(lines) if lyrics.is_lrc(lines) else other_formats.parse_cues("\n".join(lines))
