"""Reading of subtitle files uploaded by users, and writing of transcripts as subtitle files."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pydantic import ValidationError

from models.errors import ErrorCode, RequestRejected
from models.jobs.transcript import Transcript, Word
from models.languages import load_languages
from pipeline.speech import exports, subtitle_parser

MAX_BYTES: Final = 5_000_000
MAX_WORDS: Final = 60_000
_MAX_CUE_CHARACTERS: Final = 20_000  # characters; a page holds 3,000

EXPORTERS: Final[dict[str, Callable[[Transcript], str]]] = {
    ".json": exports.to_words_json,
    ".srt": exports.to_srt,
    ".vtt": exports.to_vtt,
    ".ass": exports.to_ass,
    ".txt": exports.to_txt,
}


def read(data: bytes, language: str = "und") -> Transcript:
    """Parse SRT, WebVTT, ASS or WORDS.json, detected by content, not by file name.

    `language` is used if the file names none; "und" means unknown. Words of a line without times for each share its
    time in proportion to their characters. Raises RequestRejected: SUBTITLES_UNREADABLE.
    """
    text = _decode_text(data)
    language = load_languages().find_code(language) or "und"
    try:
        json_transcript = _parse_words_json(text, language) if text.lstrip().startswith("{") else None
    except (ValueError, ValidationError, RecursionError) as error:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE) from error
    transcript = json_transcript or Transcript(language=language, words=_parse_words(text))
    if not transcript.words or len(transcript.words) > MAX_WORDS:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    return transcript


def write(transcript: Transcript, suffix: str) -> str:
    """Return the transcript in the format of a suffix: .json, .srt, .vtt, .ass or .txt. Raises KeyError for another."""
    return EXPORTERS[suffix.lower()](transcript)


def _decode_text(data: bytes) -> str:
    """Decode by the byte order mark, else as UTF-8, else as Windows-1252, which old subtitles use."""
    if not data or len(data) > MAX_BYTES:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    has_utf16_bom = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if has_utf16_bom else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)


def _parse_words_json(text: str, language: str) -> Transcript:
    """Parse WORDS.json; its times are kept exactly, its words only sorted by start."""
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
    return bool(word.text.strip()) and word.end <= subtitle_parser.MAX_SECONDS


def _parse_words(text: str) -> tuple[Word, ...]:
    found: list[Word] = []
    for cue in sorted(_parse_cues(text.splitlines()), key=lambda cue: cue.start):
        if sum(len(part.text) for part in cue.parts) > _MAX_CUE_CHARACTERS or len(found) > MAX_WORDS:
            raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
        found += cue.split_words()
    return tuple(found)


def _parse_cues(lines: Sequence[str]) -> Iterator[subtitle_parser.Cue]:
    if any(line.strip().lower() in {"[script info]", "[events]"} for line in lines):
        return subtitle_parser.parse_ass_cues(lines)
    return subtitle_parser.parse_srt_cues(lines)
