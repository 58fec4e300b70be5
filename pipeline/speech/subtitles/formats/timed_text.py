"""XML subtitles: TTML of any version and profile, and the timed text that YouTube exports."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

from models.errors import ErrorCode, RequestRejected
from pipeline.speech.subtitles.cues import Cue, CuePart, create_cue
from pipeline.speech.subtitles.formats.ttml_regions import TtmlRegions, read_attributes
from pipeline.speech.subtitles.markup import strip_tags
from pipeline.speech.subtitles.speaker_names import normalize_name

_XML_START: Final = re.compile(r"\s*(?:<\?xml\b|<!--|<(?:\w+:)?(?:tt|timedtext|transcript)[\s>])")
_MAX_CHARACTERS: Final = 5_000_000
_MAX_DEPTH: Final = 50  # elements within each other
_OFFSET_TIME: Final = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(h|ms|m|s|f|t)")
_CLOCK_TIME: Final = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,9})|[:;](\d{1,3})(?:\.\d{1,3})?)?")
_DEFAULT_FRAME_RATE: Final = 30.0  # of TTML
_LAST_SECONDS: Final = 24 * 3600.0

Span = tuple[float, float]  # seconds


@dataclass(frozen=True, slots=True)
class _Clock:
    """Frames and ticks per second of a document."""

    frame_rate: float
    tick_rate: float

    def to_seconds(self, text: str) -> float:
        """Seconds of a time expression. Raises ValueError."""
        text = text.strip()
        if found := _OFFSET_TIME.fullmatch(text):
            units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "f": 1 / self.frame_rate, "t": 1 / self.tick_rate}
            return float(found[1]) * units[found[2]]
        found = _CLOCK_TIME.fullmatch(text)
        if found is None:
            raise ValueError(text)
        hours, minutes, seconds, fraction, frames = found.groups()
        whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
        return whole + float(f"0.{fraction or 0}") + int(frames or 0) / self.frame_rate


def is_timed_text(text: str) -> bool:
    """Whether this is XML that subtitles are written in."""
    return _XML_START.match(text) is not None


def parse_cues(text: str) -> list[Cue]:
    """Parse the cues. Raises RequestRejected (SUBTITLES_UNREADABLE) for other XML, entities of its own, and times that
    cannot be read: their text would be lost.
    """
    try:
        root = _parse_root(text)
        return list({"tt": _read_ttml, "timedtext": _read_srv3, "transcript": _read_srv1}[_name_of(root)](root))
    except (ParseError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE) from error


def _parse_root(text: str) -> Element:
    if len(text) > _MAX_CHARACTERS or "<!ENTITY" in text:
        raise ValueError("too long, or with entities")
    return fromstring(text.strip())  # noqa: S314 - in a child, without entities of the document's own


def _name_of(element: Element) -> str:
    """The name without its namespace, of which each version of TTML has another."""
    return element.tag.rpartition("}")[2]


def _get(element: Element, name: str) -> str | None:
    """An attribute by its name without the namespace."""
    return read_attributes(element).get(name)


def _read_ttml(root: Element) -> Iterator[Cue]:
    rate = float(_get(root, "frameRate") or _DEFAULT_FRAME_RATE)
    numerator, denominator = re.findall(r"\d+", _get(root, "frameRateMultiplier") or "1 1")
    clock = _Clock(rate * int(numerator) / int(denominator), float(_get(root, "tickRate") or rate))
    body = next(element for element in root if _name_of(element) == "body")
    regions = TtmlRegions(root)
    for element, (start, end), region in _list_paragraphs(body, clock, (0.0, _LAST_SECONDS), "", 0):
        cue = create_cue(start, end, list(_split_spans(element, clock, start)))
        position = regions.find_position({"region": region, **read_attributes(element)})
        yield replace(cue, position=position, speakers=normalize_name(_get(element, "agent")))


def _list_paragraphs(
    element: Element, clock: _Clock, around: Span, region: str, depth: int
) -> Iterator[tuple[Element, Span, str]]:
    """The paragraphs of an element, whose times count from the start of the one around it, and the region of each."""
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deep")
    span, region = _find_span(element, clock, *around), _get(element, "region") or region
    if _name_of(element) == "p":
        yield element, span, region
        return
    for child in element:
        yield from _list_paragraphs(child, clock, span, region, depth + 1)


def _find_span(element: Element, clock: _Clock, start: float, end: float) -> Span:
    begin, finish, length = (_get(element, name) for name in ("begin", "end", "dur"))
    first = start + (clock.to_seconds(begin) if begin else 0.0)
    last = start + clock.to_seconds(finish) if finish else end
    return first, min(last, first + clock.to_seconds(length)) if length else last


def _split_spans(element: Element, clock: _Clock, start: float) -> Iterator[CuePart]:
    """The text of a paragraph; a span with a time of its own begins a part."""
    yield CuePart(_normalize_spaces(element.text), start)
    for child in element:
        if _name_of(child) == "span":
            begin = _get(child, "begin")
            yield from _split_spans(child, clock, start + clock.to_seconds(begin) if begin else start)
        elif _name_of(child) == "br":
            yield CuePart("\n", start)
        yield CuePart(_normalize_spaces(child.tail), start)


def _normalize_spaces(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _read_srv3(root: Element) -> Iterator[Cue]:
    """YouTube's third format: milliseconds, and words with a time from the start of their paragraph."""
    for paragraph in root.iter("p"):
        start, length = (int(paragraph.get(name, "0")) / 1000 for name in ("t", "d"))
        words = [
            CuePart((word.text or "") + (word.tail or ""), start + int(word.get("t", "0")) / 1000)
            for word in paragraph.iter("s")
        ]
        yield create_cue(start, start + length, [CuePart(paragraph.text or "", start), *words])


def _read_srv1(root: Element) -> Iterator[Cue]:
    """YouTube's first format: seconds, and text whose entities are escaped twice."""
    for line in root.iter("text"):
        start = float(line.get("start", "0"))
        parts = [CuePart(strip_tags("".join(line.itertext())), start)]
        yield create_cue(start, start + float(line.get("dur", "0")), parts)
