"""Text that a chat model wrote, made fit to be shown: it repeats what strangers said, and marks it up."""

import re
from typing import Final

from models.display_names import sanitize_display_name

_MAX_RAW_CHARACTERS: Final = 2000  # characters that are looked at; what the longest texts hold is far less
_EMPHASIS: Final = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~{1,2}|`{1,3})(?=\S)([^*_~`]+)(?<=\S)\1(?!\w)")
_HTML_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,100}>")
_LINK: Final = re.compile(r"!?\[([^\[\]]{1,200})\]\([^()\s]{0,500}\)")
_LIST_MARKER: Final = re.compile(r"^(?:(?:[-–—*•>]|#{1,6}|\d{1,2}[.)])\s+)+")


def clean_answer_text(text: str, max_characters: int) -> str:
    """One line of plain text without markup and without characters that are not printed, at most so long; a cut is
    marked with an ellipsis. Empty where nothing is left."""
    plain = _LINK.sub(r"\1", _HTML_TAG.sub("", sanitize_display_name(text[:_MAX_RAW_CHARACTERS])))
    without_marks = _LIST_MARKER.sub("", _EMPHASIS.sub(r"\2", plain)).strip()
    return shorten_text(without_marks, max_characters) if any(map(str.isalnum, without_marks)) else ""


def shorten_text(text: str, max_characters: int) -> str:
    """Cut a text after a word, or within it where it is a long one."""
    if len(text) <= max_characters:
        return text
    cut = text[: max_characters - 1]
    last_space = cut.rfind(" ")
    return (cut[:last_space] if last_space > max_characters // 2 else cut).rstrip(" ,;:.") + "…"
