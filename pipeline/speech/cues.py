"""Parser of SRT, WebVTT and ASS subtitles into timed cues; the input is untrusted."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from models.words import Word
from pipeline.speech import timeline

LATEST: Final = 24 * 3600.0  # seconds
_CLOCK: Final = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_ARROW: Final = re.compile(rf"^\s*{_CLOCK}\s*-->\s*{_CLOCK}")
_INLINE: Final = re.compile(rf"<{_CLOCK}>")
_TAG: Final = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,200}\}")
_ASS_TAG: Final = re.compile(r"\{([^{}]{0,2000})\}")
_KARAOKE: Final = re.compile(r"\\(?:kf|ko|k|K)\s*(\d{1,6})")
_DRAWING: Final = re.compile(r"\\p[1-9]")
_IDEOGRAM: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_CHARACTERS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff][^\w\s]*|[^\s\u3040-\u30ff\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a cue: text and the second from which it is spoken."""

    text: str
    start: float


@dataclass(frozen=True, slots=True)
class Cue:
    """Text shown from `start` to `end`, seconds; several parts if its words have times of their own."""

    start: float
    end: float
    parts: tuple[Part, ...]

    def words(self) -> Iterator[Word]:
        """Yield its words; those of one part share its time in proportion to their characters."""
        ends = [*(part.start for part in self.parts), self.end][1:]
        for part, end in zip(self.parts, ends, strict=True):
            start = min(part.start, LATEST)
            if texts := _tokens(part.text):
                yield from timeline.spread(texts, start, max(start, min(end, LATEST)))


def timed(lines: Sequence[str]) -> Iterator[Cue]:
    """Parse the cues of SRT and WebVTT: text below a timing line, up to a blank line or the next timing line."""
    arrow: re.Match[str] | None = None
    text: list[str] = []
    for line in [*lines, ""]:
        found = _ARROW.match(line)
        if arrow and (found or not line.strip()):
            yield _cue(arrow, "\n".join(text[:-1] if found and text and text[-1].strip().isdecimal() else text))
            arrow, text = None, []
        if found:
            arrow, text = found, []
        elif arrow:
            text.append(line)


def _cue(arrow: re.Match[str], text: str) -> Cue:
    start, end = _seconds(arrow.groups()[:4]), _seconds(arrow.groups()[4:])
    parts = [Part(_plain(text[: _first_inline(text)]), start)]
    for found in _INLINE.finditer(text):
        following = _INLINE.search(text, found.end())
        parts.append(
            Part(_plain(text[found.end() : following.start() if following else None]), _seconds(found.groups()))
        )
    return Cue(start, max(start, end), _kept(parts, start, max(start, end)))


def _first_inline(text: str) -> int | None:
    found = _INLINE.search(text)
    return found.start() if found else None


def _kept(parts: Sequence[Part], start: float, end: float) -> tuple[Part, ...]:
    """Keep the parts with text, with times clamped to the cue and in ascending order."""
    kept: list[Part] = []
    for part in parts:
        if part.text.strip():
            earliest = kept[-1].start if kept else start
            kept.append(Part(part.text, min(max(part.start, earliest), end)))
    return tuple(kept)


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).replace("\\N", "\n").replace("\\n", "\n")


def _seconds(clock: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = clock
    return (
        int(hours or 0) * 3600
        + int(minutes or 0) * 60
        + int(seconds or 0)
        + int((fraction or "0").ljust(3, "0")) / 1000
    )


def dialogues(lines: Sequence[str]) -> Iterator[Cue]:
    """Parse the dialogue events of ASS and SSA; karaoke tags give words their times, drawings are skipped."""
    order = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
    for line in lines:
        kind, _, rest = line.partition(":")
        if kind.strip().lower() == "format" and "text" in rest.lower():
            order = [name.strip().lower() for name in rest.split(",")]
        elif kind.strip().lower() == "dialogue":
            fields = dict(zip(order, rest.split(",", len(order) - 1), strict=False))
            yield from _event(fields)


def _event(fields: dict[str, str]) -> Iterator[Cue]:
    start = re.search(_CLOCK, fields.get("start", "")[:20])
    end = re.search(_CLOCK, fields.get("end", "")[:20])
    text = fields.get("text", "")
    if start and end and not _DRAWING.search(text):
        first, last = _seconds(start.groups()), _seconds(end.groups())
        yield Cue(first, max(first, last), _kept(list(_sung(text, first)), first, max(first, last)))


def _sung(text: str, start: float) -> Iterator[Part]:
    """Split the text at its karaoke tags; each holds the duration in centiseconds of the text that follows."""
    at = following = start
    said = ""
    for index, piece in enumerate(_ASS_TAG.split(text)):
        if index % 2 == 0:
            said += piece.replace("\\N", " ").replace("\\n", " ").replace("\\h", " ")
        elif found := _KARAOKE.search(piece):
            yield Part(said, at)
            at, said = following, ""
            following = at + int(found.group(1)) / 100
    yield Part(said, at)


def _tokens(text: str) -> tuple[str, ...]:
    """Split at spaces; Chinese and Japanese, which have none, by character."""
    found = timeline.tokens(text)
    return tuple(
        part for token in found for part in (_CHARACTERS.findall(token) if _IDEOGRAM.search(token) else (token,))
    )
