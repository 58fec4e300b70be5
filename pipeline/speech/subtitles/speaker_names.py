"""Speakers that subtitles name: in WebVTT's voice tags, in fields of other formats, and in labels such as "ANA:"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.speech.subtitles.cues import Cue

_VOICE_TAG: Final = re.compile(r"<v(?:\.[\w.-]{1,100})?\s+([^<>]{1,200})>")
_LABEL: Final = re.compile(r"(?<![^\n])(?:[-–—‐>]{1,3}\s?)?[\[(]?([^\W\d_][^\n:()\[\]<>]{1,30})[\])]?\s?:(?=\s)")
_MARKS: Final = "-–—‐>"  # of another speaker, before a label
_LEAST_LABELS: Final = 2  # in a file: a single line that begins so may be a heading


def normalize_name(name: str | None) -> tuple[str, ...]:
    """The speakers of a cue whose format has a field for one; none where that is empty."""
    found = " ".join((name or "").split()).casefold()
    return (found,) if found else ()


def list_voices(text: str) -> tuple[str, ...]:
    """The speakers of a text with voice tags, in order."""
    return tuple(name for found in _VOICE_TAG.findall(text) for name in normalize_name(found))


def mark_voices(text: str) -> str:
    """The text with a mark where another speaker than the one before begins, beside the tags of both."""
    return _mark_names(text, _VOICE_TAG)


def mark_turns(cues: Sequence[Cue]) -> list[Cue]:
    """The cues; those that another speaker than the last one named begins are marked."""
    marked: list[Cue] = []
    last = ""
    for cue in _find_labels(cues):
        begins_turn = bool(last and cue.speakers) and cue.speakers[0] != last
        marked.append(replace(cue, begins_turn=begins_turn))
        last = cue.speakers[-1] if cue.speakers else last
    return marked


def _find_labels(cues: Sequence[Cue]) -> list[Cue]:
    """The cues with the speakers that labels in capitals name, which stay in the text as their writer had them."""
    labels = [_list_labels(cue.text) for cue in cues]
    if sum(map(len, labels)) < _LEAST_LABELS:
        return list(cues)
    return [cue if cue.speakers or not names else _name(cue, names) for cue, names in zip(cues, labels, strict=True)]


def _list_labels(text: str) -> tuple[str, ...]:
    """The labels of a text; none where all of it is in capitals, which say nothing there."""
    names = [name for name in _LABEL.findall(text) if name.isupper()]
    has_small_letters = any(map(str.islower, text))
    return tuple(name for found in names for name in normalize_name(found)) if has_small_letters else ()


def _name(cue: Cue, names: tuple[str, ...]) -> Cue:
    parts = tuple(replace(part, text=_mark_names(part.text, _LABEL)) for part in cue.parts)
    return replace(cue, speakers=names, parts=parts)


def _mark_names(text: str, pattern: re.Pattern[str]) -> str:
    names = iter([(), *map(normalize_name, pattern.findall(text))])

    def mark(found: re.Match[str]) -> str:
        before, name = next(names), normalize_name(found.group(1))
        is_turn = bool(before) and before != name and found.group()[0] not in _MARKS
        return f"\n>> {found.group()}" if is_turn else found.group()

    return pattern.sub(mark, text)
