"""Reading of subtitle files uploaded by users, and writing of transcripts as subtitle files."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from pydantic import ValidationError

from models.errors import Code, Refused
from models.languages import languages
from models.words import Transcript, Word
from pipeline.speech import cues, exports

MAX_BYTES: Final = 5_000_000
MAX_WORDS: Final = 60_000
_LONGEST_CUE: Final = 20_000  # characters; a page holds 3,000

FORMATS: Final[dict[str, Callable[[Transcript], str]]] = {
    ".json": exports.words_json,
    ".srt": exports.srt,
    ".vtt": exports.vtt,
    ".ass": exports.ass,
    ".txt": exports.txt,
}


def read(data: bytes, language: str = "und") -> Transcript:
    """Parse SRT, WebVTT, ASS or WORDS.json, detected by content, not by file name.

    `language` is used if the file names none; "und" means unknown. Words of a line without times for each share its
    time in proportion to their characters. Raises Refused: SUBTITLES_UNREADABLE.
    """
    text = _decoded(data)
    language = languages().code(language) or "und"
    try:
        given = _given(text, language) if text.lstrip().startswith("{") else None
    except (ValueError, ValidationError, RecursionError) as error:
        raise Refused(Code.SUBTITLES_UNREADABLE) from error
    found = given or Transcript(language=language, words=_words(text))
    if not found.words or len(found.words) > MAX_WORDS:
        raise Refused(Code.SUBTITLES_UNREADABLE)
    return found


def write(transcript: Transcript, suffix: str) -> str:
    """Return the transcript in the format of a suffix: .json, .srt, .vtt, .ass or .txt. Raises KeyError for another."""
    return FORMATS[suffix.lower()](transcript)


def _decoded(data: bytes) -> str:
    """Decode by the byte order mark, else as UTF-8, else as Windows-1252, which old subtitles use."""
    if not data or len(data) > MAX_BYTES:
        raise Refused(Code.SUBTITLES_UNREADABLE)
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused(Code.SUBTITLES_UNREADABLE)


def _given(text: str, language: str) -> Transcript:
    """Parse WORDS.json; its times are kept exactly, its words only sorted by start."""
    content = json.loads(text)
    words = [Word.model_validate(word) for word in content["words"]] if _is_words(content) else []
    if not all(_shows(word) for word in words):
        raise ValueError("a word without a place in time")
    named = content.get("language")
    code = languages().code(named) if isinstance(named, str) else None
    return Transcript(language=code or language, words=tuple(sorted(words, key=lambda word: word.start)))


def _is_words(content: object) -> bool:
    return isinstance(content, dict) and isinstance(content.get("words"), list) and len(content["words"]) <= MAX_WORDS


def _shows(word: Word) -> bool:
    return bool(word.text.strip()) and word.end <= cues.LATEST


def _words(text: str) -> tuple[Word, ...]:
    found: list[Word] = []
    for cue in sorted(_cues(text.splitlines()), key=lambda cue: cue.start):
        if sum(len(part.text) for part in cue.parts) > _LONGEST_CUE or len(found) > MAX_WORDS:
            raise Refused(Code.SUBTITLES_UNREADABLE)
        found += cue.words()
    return tuple(found)


def _cues(lines: Sequence[str]) -> Iterator[cues.Cue]:
    if any(line.strip().lower() in {"[script info]", "[events]"} for line in lines):
        return cues.dialogues(lines)
    return cues.timed(lines)
