"""Markup in the text of subtitles: what is a tag of some format is removed, everything else is text."""

import html
import re
from typing import Final

from models.captions.placement import Anchor
from pipeline.speech.subtitles.cues import CuePlacement

_ATTRIBUTE: Final = r"\s+[\w:-]+\s*=\s*(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'|[^\s<>\"']{1,200})"
_HTML_NAMES: Final = "b|i|u|s|em|strong|font|span|div|p|tt|small|big|sub|sup|strike|del|ins|center|a|ruby|rb|rp"
_HTML_TAG: Final = re.compile(rf"</?(?:{_HTML_NAMES})(?:{_ATTRIBUTE}){{0,20}}\s*/?>", re.IGNORECASE)
_WEBVTT_TAG: Final = re.compile(
    r"</?(?:b|i|u|ruby|c|v|lang)(?:\.[\w.-]{1,100})?>|<(?:c|v|lang)(?:\.[\w.-]{1,100})?\s[^<>]{0,200}>"
)
_FURIGANA: Final = re.compile(r"<rt\b[^<>]{0,100}>[^<]{0,200}(?:</rt>|(?=</ruby>))", re.IGNORECASE)  # said already
_BREAK_TAG: Final = re.compile(r"<br\s*/?>|</p>|\[br\]", re.IGNORECASE)
_BRACE_TAG: Final = re.compile(r"\{/?[biuBIU]\}")  # of SubRip's first versions
_ASS_OVERRIDE: Final = re.compile(r"\{\\[^{}]{0,200}\}")
_MICRODVD_CODE: Final = re.compile(r"\{[ycfshopYCFSHOP]:[^{}]{0,100}\}")
_POINT_TAG: Final = re.compile(r"\\(?:pos|move|org)\s*\(")
_ALIGNMENT_TAG: Final = re.compile(r"\\an?(\d{1,2})(?!\d)")
_NUMPAD_TAG: Final = re.compile(r"\\an(\d)(?!\d)")
_LEGACY_TAG: Final = re.compile(r"\\a(\d{1,2})(?!\d)")
_LINE_SETTING: Final = re.compile(r"(?:^|\s)line:(\d{1,3})(?:\.\d{1,6})?(%?)")
_TOP_LINES: Final = 6  # of the about twenty that WebVTT counts from the top
_TOP_PERCENT, _MIDDLE_PERCENT = 33, 66


def strip_tags(text: str) -> str:
    """Remove tags of all formats; line breaks become line feeds, entities their characters."""
    text = _BREAK_TAG.sub("\n", text)
    for pattern in (_FURIGANA, _HTML_TAG, _WEBVTT_TAG, _ASS_OVERRIDE, _BRACE_TAG, _MICRODVD_CODE):
        text = pattern.sub("", text)
    return html.unescape(text).replace("\\N", "\n").replace("\\h", " ")


def find_placement(overrides: str) -> CuePlacement | None:
    """Where the override tags of ASS place a cue; None if they do not say."""
    if _POINT_TAG.search(overrides):
        return CuePlacement.POINT
    found = _ALIGNMENT_TAG.search(overrides)
    return get_placement(int(found.group(1))) if found else None


def find_anchor(overrides: str) -> Anchor | None:
    """The edge of the picture that the alignment tag of ASS or of the older SSA names; None if there is none."""
    if found := _NUMPAD_TAG.search(overrides):
        return get_anchor(int(found.group(1)))
    if found := _LEGACY_TAG.search(overrides):
        return get_legacy_anchor(int(found.group(1)))
    return None


def get_anchor(alignment: int) -> Anchor | None:
    """The edge of an alignment as on a numeric keypad; None for the bottom, which is where captions stand anyway."""
    if 4 <= alignment <= 6:
        return "middle"
    return "top" if 7 <= alignment <= 9 else None


def get_legacy_anchor(alignment: int) -> Anchor | None:
    """The edge of an alignment of SSA."""
    if 9 <= alignment <= 11:
        return "middle"
    return "top" if 5 <= alignment <= 7 else None


def find_line_anchor(settings: str) -> Anchor | None:
    """The edge that the line setting of a WebVTT cue is nearest to; None for the bottom."""
    found = _LINE_SETTING.search(settings)
    if found is None:
        return None
    line = int(found.group(1))
    if not found.group(2):
        return "top" if line < _TOP_LINES else None
    if line < _TOP_PERCENT:
        return "top"
    return "middle" if line < _MIDDLE_PERCENT else None


def get_placement(alignment: int) -> CuePlacement:
    """CuePlacement of an alignment; 1 to 3 are the bottom of the picture, in ASS and in the older SSA alike."""
    return CuePlacement.DIALOGUE if alignment <= 3 else CuePlacement.OTHER_EDGE
