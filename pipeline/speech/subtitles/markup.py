"""Markup in the text of subtitles: what is a tag of some format is removed, everything else is text."""

import html
import re
from typing import Final

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


def strip_tags(text: str) -> str:
    """Remove tags of all formats; line breaks become line feeds, entities their characters."""
    text = _BREAK_TAG.sub("\n", text)
    for pattern in (_FURIGANA, _HTML_TAG, _WEBVTT_TAG, _ASS_OVERRIDE, _BRACE_TAG, _MICRODVD_CODE):
        text = pattern.sub("", text)
    return html.unescape(text).replace("\\N", "\n").replace("\\h", " ")
