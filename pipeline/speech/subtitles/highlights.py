"""Lines repeated for each of their words, which stands out in its turn, as programs for Whisper write karaoke."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from pipeline.speech.subtitles.cues import Cue, CuePart, find_token, tokenize
from pipeline.speech.subtitles.markup import strip_tags

_TAG: Final = re.compile(r"(</?[a-zA-Z][^<>]{0,200}>|\{\\[^{}]{0,200}\})")
_MAX_GAP: Final = 1.0  # seconds between two words of a line

Span = tuple[int, int]  # first word of a part that stands out, and how many words it has


def merge_highlights(cues: Sequence[Cue], sources: Sequence[str]) -> list[Cue]:
    """Make one cue of those that follow each other with the same words, of which others stand out in each.

    `sources` are the texts of the cues with their tags. Each word gets the time at which it stands out.
    """
    spans = [_list_spans(source) for source in sources]
    return [
        _merge([cues[index] for index in group], [spans[index] for index in group])
        for group in _group_repeated(cues, spans)
    ]


def _group_repeated(cues: Sequence[Cue], spans: Sequence[Sequence[Span]]) -> Iterator[list[int]]:
    """Yield the indexes of cues that are one line."""
    group: list[int] = []
    for index, cue in enumerate(cues):
        if group and not _is_repeated(cues[group[-1]], cue, spans[group[-1]], spans[index]):
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def _is_repeated(before: Cue, cue: Cue, spans_before: Sequence[Span], spans: Sequence[Span]) -> bool:
    is_next = before.start <= cue.start <= before.end + _MAX_GAP and len(before.parts) == len(cue.parts) == 1
    return is_next and spans_before != spans and bool(cue.tokens) and before.tokens == cue.tokens


def _list_spans(source: str) -> tuple[Span, ...]:
    """The parts of a text between an opening tag and the next one, but for the whole text."""
    pieces = _TAG.split(source)  # text, tag, text, tag, ...
    counts = [len(tokenize(strip_tags(piece))) for piece in pieces[::2]]
    found = [
        (sum(counts[:number]), counts[number])
        for number in range(1, len(counts) - 1)
        if counts[number] and not pieces[2 * number - 1].startswith("</")
    ]
    return tuple(span for span in found if span[1] < sum(counts))


def _merge(cues: Sequence[Cue], spans: Sequence[Sequence[Span]]) -> Cue:
    """One cue, divided where another word begins to stand out."""
    if len(cues) == 1:
        return cues[0]
    text, starts = cues[0].text, {0: cues[0].start}
    for cue, found in zip(cues, spans, strict=True):
        first = max(starts)
        later = [span for span in found if span[0] > first] or [span for span in found if span[0] == first]
        if later:
            index, _ = min(later, key=lambda span: (span[1], span[0]))
            starts.setdefault(index, cue.start)
    offsets = [0, *(find_token(text, index) for index in starts if index), len(text)]
    parts = [CuePart(text[at:end], start) for (at, end), start in zip(pairwise(offsets), starts.values(), strict=True)]
    return replace(cues[0], end=max(cue.end for cue in cues), parts=tuple(parts))
