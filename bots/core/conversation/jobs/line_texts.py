"""Texts of lines in what users write back: "3: the new text", several at once, or corrected lines without numbers."""

import difflib
import re
from collections.abc import Mapping, Sequence

MAX_LINE_CHARACTERS = 500
_COLON = re.compile(r"\s*\d{1,4}\s*[:：]")
_NUMBERED = re.compile(r"\s*(\d{1,4})\s*(?:[:：]|[.)](?=\s|$))(.*)", re.DOTALL)
_UNMARKED = re.compile(r"\s*(\d{1,4})\s+[-–—]?\s*(\S.*)")
_TURN = re.compile(r"\s*[-–—] ")  # of another speaker
_KEYCAP = re.compile("(?<=[0-9])\ufe0f?\u20e3")  # what makes an emoji of a digit
_REMOVALS = frozenset({"-", "–", "—"})
_LEAST_SIMILARITY = 0.6  # of a corrected line without a number


def is_numbered(text: str) -> bool:
    """Whether a text begins with the number of a line and a colon."""
    return _COLON.match(next(filter(str.strip, _KEYCAP.sub("", text).splitlines()), "")) is not None


def parse_numbered(text: str) -> dict[int, str] | None:
    """Texts by the numbers before them, "" for a line to be removed; None if the first line has no number.

    A line without a number goes on with the text of the one before it; with a dash it is another speaker's, and stays a
    line of its own.
    """
    texts: dict[int, str] = {}
    number = None
    for line in filter(str.strip, _KEYCAP.sub("", text).splitlines()):
        if match := _NUMBERED.fullmatch(line):
            number = int(match.group(1))
            texts[number] = match.group(2).strip()
        elif number is None:
            return None
        else:
            separator = "\n" if _TURN.match(line) else " "
            texts[number] = f"{texts[number]}{separator}{line.strip()}".strip()
    return {number: "" if text in _REMOVALS else text for number, text in texts.items()} or None


def parse_written(text: str, lines: Sequence[str]) -> dict[int, str] | None:
    """What an answer to these lines corrects: by numbers, else by likeness, else by numbers whose colon is missing."""
    return parse_numbered(text) or match_lines(text, lines) or parse_unmarked(text)


def parse_unmarked(text: str) -> dict[int, str] | None:
    """Texts by numbers without a colon, "3 the new text"; None if one of the lines has no number."""
    matches = [_UNMARKED.fullmatch(line) for line in _KEYCAP.sub("", text).splitlines() if line.strip()]
    found = {int(match.group(1)): match.group(2).strip() for match in matches if match is not None}
    return found if len(found) == len(matches) else None


def match_lines(text: str, lines: Sequence[str]) -> dict[int, str] | None:
    """The lines of a text by the numbers of those they correct, the most similar ones; None if one is like none."""
    written = [line.strip() for line in text.splitlines() if line.strip()]
    if len(written) > len(lines) or any(len(line) > MAX_LINE_CHARACTERS for line in written):
        return None
    found = [difflib.get_close_matches(line, lines, n=1, cutoff=_LEAST_SIMILARITY) for line in written]
    if not all(found):
        return None
    return {lines.index(match[0]) + 1: line for match, line in zip(found, written, strict=True)} or None


def find_overlong(texts: Mapping[int, str]) -> int | None:
    """The number of a line that is too long to be one."""
    return next((number for number, text in texts.items() if len(text) > MAX_LINE_CHARACTERS), None)
