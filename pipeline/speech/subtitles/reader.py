"""Reading of subtitle files uploaded by users."""

import json
import re
from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from models.errors import ErrorCode, RequestRejected
from models.jobs.transcript import Transcript, Word
from models.languages import load_languages
from pipeline.speech.subtitles import ass, other_formats, srt
from pipeline.speech.subtitles.cue_order import order_cues
from pipeline.speech.subtitles.cues import MAX_SECONDS, Cue
from pipeline.speech.subtitles.encoding import decode_text

MAX_BYTES: Final = 5_000_000
MAX_WORDS: Final = 60_000
_JSON_START: Final = re.compile(r"\s*\{\s*\"")  # MicroDVD begins with a brace as well
_MAX_CUE_CHARACTERS: Final = 20_000  # characters; a page holds 3,000


def read(data: bytes, language: str = "und") -> Transcript:
    """Parse subtitles or WORDS.json, told apart by content, not by file name.

    `language` is used if the file names none; "und" means unknown. Words of a line without times for each share its
    time in proportion to their characters. Raises RequestRejected: SUBTITLES_UNREADABLE.
    """
    if not data or len(data) > MAX_BYTES:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    language = load_languages().find_code(language) or "und"
    text = decode_text(data, language)
    try:
        json_transcript = _parse_words_json(text, language) if _JSON_START.match(text) else None
    except (ValueError, ValidationError, RecursionError) as error:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE) from error
    transcript = json_transcript or Transcript(language=language, words=_parse_words(text))
    if not transcript.words or len(transcript.words) > MAX_WORDS:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    return transcript


def _parse_words_json(text: str, language: str) -> Transcript | None:
    """Parse WORDS.json; its times are kept exactly, its words only sorted by start. None if it is no JSON object."""
    content = json.loads(text)
    words = [Word.model_validate(word) for word in content["words"]] if _is_words_json(content) else []
    if not all(_is_valid_word(word) for word in words):
        raise ValueError("a word without a place in time")
    language_name = content.get("language")
    code = load_languages().find_code(language_name) if isinstance(language_name, str) else None
    return Transcript(language=code or language, words=tuple(sorted(words, key=lambda word: word.start)))


def _is_words_json(content: object) -> bool:
    return isinstance(content, dict) and isinstance(content.get("words"), list) and len(content["words"]) <= MAX_WORDS


def _is_valid_word(word: Word) -> bool:
    return bool(word.text.strip()) and word.end <= MAX_SECONDS


def _parse_words(text: str) -> tuple[Word, ...]:
    cues = _parse_cues(text)
    if len(cues) > MAX_WORDS or any(len(cue.text) > _MAX_CUE_CHARACTERS for cue in cues):
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    found: list[Word] = []
    for cue in order_cues(cues):
        found += cue.split_words()
        if len(found) > MAX_WORDS:
            raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    return tuple(found)


def _parse_cues(text: str) -> Sequence[Cue]:
    lines = [line.rstrip("\r") for line in text.replace("\r\n", "\n").splitlines()]
    if ass.is_ass(lines):
        return ass.parse_cues(lines)
    return srt.parse_cues(lines) if srt.is_srt(lines) else other_formats.parse_cues(text)
