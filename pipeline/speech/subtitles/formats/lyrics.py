"""LRC: lines of lyrics with the time at which each is sung, and in the enhanced form the time of each word."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from pipeline.speech.subtitles.cues import Cue, CuePart, create_cue

_TIME: Final = r"(\d{1,3}):(\d{1,2}(?:[.:]\d{1,3})?)"
_LINE: Final = re.compile(rf"\s*((?:\[{_TIME}\]\s*)+)(.*)")
_LINE_TIME: Final = re.compile(rf"\[{_TIME}\]")
_WORD_TIME: Final = re.compile(rf"<{_TIME}>")
_OFFSET: Final = re.compile(r"\s*\[offset:\s*([+-]?\d{1,7})\s*\]\s*", re.IGNORECASE)
_MAX_LINE_SECONDS: Final = 8.0  # a line without an end is sung no longer


def is_lrc(lines: Sequence[str]) -> bool:
    """Whether the first line with text beside the tags of title and artist is a timed one."""
    first = next((line for line in lines if line.strip() and not re.match(r"\s*\[[a-z#]+:", line, re.IGNORECASE)), "")
    return _LINE.fullmatch(first) is not None


def parse_cues(lines: Sequence[str]) -> list[Cue]:
    """Parse the cues; a line with several times is sung as often, and ends where the next one begins."""
    offset = next((int(found[1]) / 1000 for line in lines if (found := _OFFSET.fullmatch(line))), 0.0)
    timed = sorted(
        (
            (start - offset, found.group(4))
            for found in map(_LINE.fullmatch, lines)
            if found
            for start in _list_times(found[1])
        ),
        key=lambda pair: pair[0],
    )
    last = (timed[-1][0] + _MAX_LINE_SECONDS, "") if timed else (0.0, "")
    return [
        _build_cue(start, min(end, start + _MAX_LINE_SECONDS), list(_split_words(text, start, offset)))
        for (start, text), (end, _) in pairwise([*timed, last])
    ]


def _build_cue(start: float, end: float, parts: list[CuePart]) -> Cue:
    """The cue of a line; a time without a word behind it is the end of the last word."""
    if len(parts) > 1 and not parts[-1].text.strip():
        end = min(end, parts[-1].start)
    return create_cue(start, end, parts)


def _list_times(text: str) -> list[float]:
    return [_to_seconds(minutes, seconds) for minutes, seconds in _LINE_TIME.findall(text)]


def _split_words(text: str, start: float, offset: float) -> Iterator[CuePart]:
    pieces = _WORD_TIME.split(text)  # text, minutes, seconds, text, ...
    yield CuePart(pieces[0], start)
    for index in range(1, len(pieces), 3):
        yield CuePart(pieces[index + 2], _to_seconds(*pieces[index : index + 2]) - offset)


def _to_seconds(minutes: str, seconds: str) -> float:
    return int(minutes) * 60 + float(seconds.replace(":", "."))
