"""Detection of subtitle files by their first bytes, never by name or declared type: cheap, as nothing is parsed."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Final

from pipeline.speech.subtitles.timestamps import TIMING

HEAD_BYTES: Final = 65_536  # bytes read
_SAMPLE_CHARACTERS: Final = 4096  # characters in which no control character may stand
_CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
_MARKS: Final = (
    re.compile(rf"^[ \t]*{TIMING}", re.MULTILINE),  # SubRip, WebVTT
    re.compile(r"\AWEBVTT\s"),
    re.compile(r"^[ \t]*\[(?:script info|v4\+? styles|events)\]|^dialogue:[^\n]{0,40},", re.IGNORECASE | re.MULTILINE),
    re.compile(r'\A\s*\{[^{]{0,200}"words"\s*:\s*\['),  # WORDS.json
    re.compile(r"\A(?:\{\d{1,8}\}\{\d{1,8}\}|\[\d{1,8}\]\[\d{1,8}\])"),  # MicroDVD, MPL2
    re.compile(r"\A\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:sami|tt)[\s>]", re.IGNORECASE),  # SAMI, TTML
)


def is_subtitle_file(path: Path) -> bool:
    """Whether a file is a text with the marks of subtitles, in whatever encoding."""
    with path.open("rb") as file:
        return is_subtitles(file.read(HEAD_BYTES))


def is_subtitles(head: bytes) -> bool:
    """Whether a file that begins with these bytes is one of subtitles; they may still turn out to be unreadable."""
    text = _decode_head(head)
    has_controls = _CONTROL_CHARACTERS.search(text[:_SAMPLE_CHARACTERS]) is not None
    return not has_controls and any(mark.search(text) for mark in _MARKS)


def _decode_head(head: bytes) -> str:
    """Decode as far as the marks need it, which are ASCII: all encodings but UTF-16 agree on that."""
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"
    elif head[1:2] == b"\0":
        encoding = "utf-16-le"
    else:
        encoding = "utf-16-be" if head[:1] == b"\0" else "latin-1"
    return head.removeprefix(BOM_UTF8).decode(encoding, errors="ignore")
