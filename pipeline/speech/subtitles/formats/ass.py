"""ASS and SSA: the dialogue events, with karaoke times, and where each is placed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from models.captions.placement import NOT_PLACED, TextPosition
from models.errors import ErrorCode, RequestRejected
from pipeline.speech.subtitles.cues import Cue, CuePart, CuePlacement, create_cue
from pipeline.speech.subtitles.highlights import merge_highlights
from pipeline.speech.subtitles.positions import (
    Resolution,
    build_resolution,
    find_placement,
    find_position,
    get_legacy_position,
    get_placement,
    get_position,
)
from pipeline.speech.subtitles.speaker_names import normalize_name
from pipeline.speech.subtitles.timestamps import parse_timestamp

_SECTIONS: Final = {"[script info]", "[events]", "[v4+ styles]", "[v4 styles]"}
_EVENT_FIELDS: Final = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_OVERRIDES: Final = re.compile(r"\{([^{}]{0,2000})\}")
_KARAOKE_TAG: Final = re.compile(r"\\(?:kf|ko|k|K)\s*(\d{1,6})")
_DRAWING: Final = re.compile(
    r"\{[^{}]{0,2000}\\p[1-9][^{}]{0,2000}\}[^{}]*(?:\{(?![^{}]{0,2000}\\p0)[^{}]{0,2000}\}[^{}]*)*"
)
_RESOLUTION: Final = re.compile(r"^(playres[xy])\s*:\s*(\d{1,5})$")
_MOVING_EFFECTS: Final = ("banner", "scroll")  # text that runs through the picture

Fields = Mapping[str, str]


class _StylePlace(NamedTuple):
    """Where the events of a style stand."""

    placement: CuePlacement
    position: TextPosition


class _Places(NamedTuple):
    """What a script says of places: its styles, and the picture its points are of."""

    styles: Mapping[str, _StylePlace]
    resolution: Resolution


_BOTTOM: Final = _StylePlace(CuePlacement.DIALOGUE, NOT_PLACED)


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
    places = _Places(styles, _read_resolution(lines))
    events = list(_read_rows(lines, "dialogue", _EVENT_FIELDS))
    found = [(cue, fields.get("text", "")) for fields in events if (cue := _parse_event(fields, places))]
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


def _read_resolution(lines: Sequence[str]) -> Resolution:
    found = {key: value for line in lines for key, value in _RESOLUTION.findall(line.strip().lower())}
    width, height = (float(found[key]) if key in found else None for key in ("playresx", "playresy"))
    return build_resolution(width, height)


def _parse_alignment(fields: Fields, *, is_legacy: bool) -> _StylePlace:
    alignment = fields.get("alignment", "").strip()
    if not alignment.isdecimal() or len(alignment) > 2:
        return _BOTTOM
    number = int(alignment)
    return _StylePlace(get_placement(number), (get_legacy_position if is_legacy else get_position)(number))


def _parse_event(fields: Fields, places: _Places) -> Cue | None:
    text = _DRAWING.sub("", fields.get("text", ""))
    if not text.strip():
        return None
    start, end = (parse_timestamp(fields.get(name, "")) for name in ("start", "end"))
    if start is None or end is None:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    place = _find_place(fields, places)
    cue = create_cue(start, end, list(_split_karaoke(text, start)), place.placement)
    name = fields.get("name") or fields.get("actor")
    return replace(cue, position=place.position, speakers=normalize_name(name))


def _find_place(fields: Fields, places: _Places) -> _StylePlace:
    if fields.get("effect", "").strip().lower().startswith(_MOVING_EFFECTS):
        return _StylePlace(CuePlacement.MOVING, NOT_PLACED)
    overrides = "".join(_OVERRIDES.findall(fields.get("text", "")))
    style = fields.get("style", "").strip().lstrip("*")
    usual = places.styles.get(style, _BOTTOM)
    placement, position = find_placement(overrides), find_position(overrides, places.resolution)
    return _StylePlace(placement or usual.placement, position or usual.position)


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
