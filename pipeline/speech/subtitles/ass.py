"""ASS and SSA: the dialogue events, with karaoke times, and where each is placed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from models.captions.placement import Anchor
from models.errors import ErrorCode, RequestRejected
from pipeline.speech.subtitles.cues import Cue, CuePart, CuePlacement, create_cue
from pipeline.speech.subtitles.highlights import merge_highlights
from pipeline.speech.subtitles.markup import (
    find_anchor,
    find_placement,
    get_anchor,
    get_legacy_anchor,
    get_placement,
)
from pipeline.speech.subtitles.timestamps import parse_timestamp

_SECTIONS: Final = {"[script info]", "[events]", "[v4+ styles]", "[v4 styles]"}
_EVENT_FIELDS: Final = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_OVERRIDES: Final = re.compile(r"\{([^{}]{0,2000})\}")
_KARAOKE_TAG: Final = re.compile(r"\\(?:kf|ko|k|K)\s*(\d{1,6})")
_DRAWING: Final = re.compile(
    r"\{[^{}]{0,2000}\\p[1-9][^{}]{0,2000}\}[^{}]*(?:\{(?![^{}]{0,2000}\\p0)[^{}]{0,2000}\}[^{}]*)*"
)
_MOVING_EFFECTS: Final = ("banner", "scroll")  # text that runs through the picture

Fields = Mapping[str, str]


class _StylePlace(NamedTuple):
    """Where the events of a style stand."""

    placement: CuePlacement
    anchor: Anchor | None


_BOTTOM: Final = _StylePlace(CuePlacement.DIALOGUE, None)


def is_ass(lines: Sequence[str]) -> bool:
    """Whether this is ASS or SSA."""
    return any(line.strip().lower() in _SECTIONS for line in lines)


def parse_cues(lines: Sequence[str]) -> list[Cue]:
    """Parse the dialogue events; comments and drawings are skipped.

    Raises RequestRejected (SUBTITLES_UNREADABLE) for an event without times: its text would be lost.
    """
    is_legacy = any(line.strip().lower() == "[v4 styles]" for line in lines)
    styles = {
        fields.get("name", "").strip().lstrip("*"): _parse_alignment(fields, is_legacy=is_legacy)
        for fields in _read_rows(lines, "style")
    }
    events = list(_read_rows(lines, "dialogue", _EVENT_FIELDS))
    found = [(cue, fields.get("text", "")) for fields in events if (cue := _parse_event(fields, styles))]
    return merge_highlights([cue for cue, _ in found], [text for _, text in found])


def _read_rows(lines: Sequence[str], kind: str, names: Sequence[str] = ()) -> Iterator[Fields]:
    """Yield the lines of a kind, with their fields by the names of the section's format line."""
    for line in lines:
        key, _, values = line.partition(":")
        key = key.strip().lower()
        if line.strip().startswith("["):
            names = names if kind == "dialogue" else ()
        elif key == "format" and (kind == "style" or "text" in values.lower()):
            names = [name.strip().lower() for name in values.split(",")]
        elif key == kind and names:
            yield dict(zip(names, values.split(",", len(names) - 1), strict=False))


def _parse_alignment(fields: Fields, *, is_legacy: bool) -> _StylePlace:
    alignment = fields.get("alignment", "").strip()
    if not alignment.isdecimal() or len(alignment) > 2:
        return _BOTTOM
    number = int(alignment)
    return _StylePlace(get_placement(number), (get_legacy_anchor if is_legacy else get_anchor)(number))


def _parse_event(fields: Fields, styles: Mapping[str, _StylePlace]) -> Cue | None:
    text = _DRAWING.sub("", fields.get("text", ""))
    if not text.strip():
        return None
    start, end = (parse_timestamp(fields.get(name, "")) for name in ("start", "end"))
    if start is None or end is None:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    place = _find_place(fields, styles)
    return replace(create_cue(start, end, list(_split_karaoke(text, start)), place.placement), anchor=place.anchor)


def _find_place(fields: Fields, styles: Mapping[str, _StylePlace]) -> _StylePlace:
    if fields.get("effect", "").strip().lower().startswith(_MOVING_EFFECTS):
        return _StylePlace(CuePlacement.POINT, None)
    overrides = "".join(_OVERRIDES.findall(fields.get("text", "")))
    style = fields.get("style", "").strip().lstrip("*")
    placement = find_placement(overrides)
    return _StylePlace(placement, find_anchor(overrides)) if placement else styles.get(style, _BOTTOM)


def _split_karaoke(text: str, start: float) -> Iterator[CuePart]:
    """Split the text at its karaoke tags; each holds the duration in centiseconds of the text that follows."""
    current = next_start = start
    pending = ""
    for index, piece in enumerate(_OVERRIDES.split(text)):
        if index % 2 == 0:
            pending += piece.replace("\\N", "\n").replace("\\n", " ").replace("\\h", " ")
        elif karaoke := _KARAOKE_TAG.search(piece):
            yield CuePart(pending, current)
            current, pending = next_start, ""
            next_start = current + int(karaoke.group(1)) / 100
    yield CuePart(pending, current)
