"""Parser of SRT, WebVTT and ASS subtitles into timed cues; the input is untrusted."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from models.jobs.transcript import Word
from pipeline.speech import word_timing

MAX_SECONDS: Final = 24 * 3600.0  # seconds
_TIMESTAMP: Final = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING_LINE: Final = re.compile(rf"^\s*{_TIMESTAMP}\s*-->\s*{_TIMESTAMP}")
_INLINE_TIMESTAMP: Final = re.compile(rf"<{_TIMESTAMP}>")
_TAG: Final = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,200}\}")
_ASS_TAG: Final = re.compile(r"\{([^{}]{0,2000})\}")
_KARAOKE_TAG: Final = re.compile(r"\\(?:kf|ko|k|K)\s*(\d{1,6})")
_DRAWING_TAG: Final = re.compile(r"\\p[1-9]")
_IDEOGRAM: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_IDEOGRAM_TOKENS: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff][^\w\s]*|[^\s\u3040-\u30ff\u3400-\u9fff]+"
)


@dataclass(frozen=True, slots=True)
class CuePart:
    """Part of a cue: text and the second from which it is spoken."""

    text: str
    start: float


@dataclass(frozen=True, slots=True)
class Cue:
    """Text shown from `start` to `end`, seconds; several parts if its words have times of their own."""

    start: float
    end: float
    parts: tuple[CuePart, ...]

    def split_words(self) -> Iterator[Word]:
        """Yield its words; those of one part share its time in proportion to their characters."""
        ends = [*(part.start for part in self.parts), self.end][1:]
        for part, end in zip(self.parts, ends, strict=True):
            start = min(part.start, MAX_SECONDS)
            if texts := _tokenize(part.text):
                yield from word_timing.spread_words(texts, start, max(start, min(end, MAX_SECONDS)))


def parse_srt_cues(lines: Sequence[str]) -> Iterator[Cue]:
    """Parse the cues of SRT and WebVTT: text below a timing line, up to a blank line or the next timing line."""
    current_timing: re.Match[str] | None = None
    text: list[str] = []
    for line in [*lines, ""]:
        timing = _TIMING_LINE.match(line)
        if current_timing and (timing or not line.strip()):
            yield _build_cue(
                current_timing, "\n".join(text[:-1] if timing and text and text[-1].strip().isdecimal() else text)
            )
            current_timing, text = None, []
        if timing:
            current_timing, text = timing, []
        elif current_timing:
            text.append(line)


def _build_cue(timing: re.Match[str], text: str) -> Cue:
    start, end = _to_seconds(timing.groups()[:4]), _to_seconds(timing.groups()[4:])
    parts = [CuePart(_strip_tags(text[: _find_first_inline(text)]), start)]
    for timestamp in _INLINE_TIMESTAMP.finditer(text):
        next_timestamp = _INLINE_TIMESTAMP.search(text, timestamp.end())
        parts.append(
            CuePart(
                _strip_tags(text[timestamp.end() : next_timestamp.start() if next_timestamp else None]),
                _to_seconds(timestamp.groups()),
            )
        )
    return Cue(start, max(start, end), _filter_parts(parts, start, max(start, end)))


def _find_first_inline(text: str) -> int | None:
    found = _INLINE_TIMESTAMP.search(text)
    return found.start() if found else None


def _filter_parts(parts: Sequence[CuePart], start: float, end: float) -> tuple[CuePart, ...]:
    """Keep the parts with text, with times clamped to the cue and in ascending order."""
    kept: list[CuePart] = []
    for part in parts:
        if part.text.strip():
            earliest = kept[-1].start if kept else start
            kept.append(CuePart(part.text, min(max(part.start, earliest), end)))
    return tuple(kept)


def _strip_tags(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).replace("\\N", "\n").replace("\\n", "\n")


def _to_seconds(timestamp: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = timestamp
    return (
        int(hours or 0) * 3600
        + int(minutes or 0) * 60
        + int(seconds or 0)
        + int((fraction or "0").ljust(3, "0")) / 1000
    )


def parse_ass_cues(lines: Sequence[str]) -> Iterator[Cue]:
    """Parse the dialogue events of ASS and SSA; karaoke tags give words their times, drawings are skipped."""
    field_names = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
    for line in lines:
        kind, _, values = line.partition(":")
        if kind.strip().lower() == "format" and "text" in values.lower():
            field_names = [name.strip().lower() for name in values.split(",")]
        elif kind.strip().lower() == "dialogue":
            fields = dict(zip(field_names, values.split(",", len(field_names) - 1), strict=False))
            yield from _parse_event(fields)


def _parse_event(fields: dict[str, str]) -> Iterator[Cue]:
    start = re.search(_TIMESTAMP, fields.get("start", "")[:20])
    end = re.search(_TIMESTAMP, fields.get("end", "")[:20])
    text = fields.get("text", "")
    if start and end and not _DRAWING_TAG.search(text):
        first, last = _to_seconds(start.groups()), _to_seconds(end.groups())
        yield Cue(first, max(first, last), _filter_parts(list(_split_karaoke(text, first)), first, max(first, last)))


def _split_karaoke(text: str, start: float) -> Iterator[CuePart]:
    """Split the text at its karaoke tags; each holds the duration in centiseconds of the text that follows."""
    current = next_start = start
    pending = ""
    for index, piece in enumerate(_ASS_TAG.split(text)):
        if index % 2 == 0:
            pending += piece.replace("\\N", " ").replace("\\n", " ").replace("\\h", " ")
        elif karaoke := _KARAOKE_TAG.search(piece):
            yield CuePart(pending, current)
            current, pending = next_start, ""
            next_start = current + int(karaoke.group(1)) / 100
    yield CuePart(pending, current)


def _tokenize(text: str) -> tuple[str, ...]:
    """Split at spaces; Chinese and Japanese, which have none, by character."""
    found = word_timing.tokenize_text(text)
    return tuple(
        part for token in found for part in (_IDEOGRAM_TOKENS.findall(token) if _IDEOGRAM.search(token) else (token,))
    )
