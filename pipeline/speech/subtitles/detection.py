"""Detection of subtitle files by their first bytes, never by name or declared type: cheap, as nothing is parsed."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from pathlib import Path
from typing import Final

from pipeline.speech.subtitles.timestamps import match_timing_line

HEAD_BYTES: Final = 65_536  # bytes read
_SAMPLE_CHARACTERS: Final = 4096  # characters in which no control character may stand
_CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
_MARKS: Final = (
    re.compile(r"\AWEBVTT\s"),
    re.compile(r"^[ \t]*\[(?:script info|v4\+? styles|events)\]|^dialogue:[^\n]{0,40},", re.IGNORECASE | re.MULTILINE),
    re.compile(r'\A\s*\{[^{]{0,200}"words"\s*:\s*\['),  # WORDS.json
    re.compile(r'\A\s*\{.{0,60000}?(?:"tStartMs"\s*:\s*\d|"segments"\s*:\s*\[\s*\{)', re.DOTALL),  # YouTube, Whisper
    re.compile(r"^\[\d{1,3}:\d{2}\.\d{2,3}\]", re.MULTILINE),  # LRC
    re.compile(r"\A(?:\{\d{1,8}\}\{\d{1,8}\}|\[\d{1,8}\]\[\d{1,8}\])"),  # MicroDVD, MPL2
    re.compile(
        r"\A\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?<(?:sami|(?:\w{1,20}:)?tt|timedtext|transcript)[\s>]",
        re.IGNORECASE,
    ),  # SAMI, TTML, YouTube
)
# texts that may hold subtitles and are something else: programs, pages, letters, and what a word processor saves
_OTHER_TEXT: Final = re.compile(
    r"\s*(?:#!|<!doctype\s+html|<html[\s>]|<svg[\s>]|<\?php|\{\\rtf|BEGIN:V|%PDF|#EXTM3U|ffconcat\s|diff --git"
    r"|MIME-Version:|Return-Path:|Received: )",
    re.IGNORECASE,
)


def is_subtitle_file(path: Path) -> bool:
    """Whether a file is a text with the marks of subtitles, in whatever encoding."""
    with path.open("rb") as file:
        return is_subtitles(file.read(HEAD_BYTES))


def is_subtitles(head: bytes) -> bool:
    """Whether a file that begins with these bytes is one of subtitles; they may still turn out to be unreadable."""
    text = _decode_head(head)
    has_controls = _CONTROL_CHARACTERS.search(text[:_SAMPLE_CHARACTERS]) is not None
    if has_controls or is_other_text(text):
        return False
    return any(map(match_timing_line, text.splitlines())) or any(mark.search(text) for mark in _MARKS)


def is_other_text(text: str) -> bool:
    """Whether a text begins as a program, a page or a letter does."""
    return _OTHER_TEXT.match(text) is not None


def _decode_head(head: bytes) -> str:
    """Decode as far as the marks need it, which are ASCII: all encodings but UTF-16 agree on that."""
    if head.startswith((BOM_UTF32_LE, BOM_UTF32_BE)):
        encoding = "utf-32"
    elif head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"
    elif head[1:2] == b"\0":
        encoding = "utf-16-le"
    else:
        encoding = "utf-16-be" if head[:1] == b"\0" else "latin-1"
    text = head.removeprefix(BOM_UTF8).decode(encoding, errors="ignore")
    return text.replace("\r\n", "\n").replace("\r", "\n")
