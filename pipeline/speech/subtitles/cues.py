"""Cues: texts with times, as subtitle files have them, and the words they consist of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import accumulate, pairwise
from typing import Final

from models.captions.placement import NOT_PLACED, TextPosition
from models.jobs.transcript import Word
from pipeline.speech import word_timing

MAX_SECONDS: Final = 24 * 3600.0  # seconds
MIN_SHOWN_SECONDS: Final = 0.06  # what is shown shorter is seen by nobody
_SECONDS_PER_CHARACTER: Final = 0.07  # of somebody who reads without haste
_MIN_READING_SECONDS: Final = 0.7
_SPACES: Final = re.compile(r"\s+")
_LINE_MARK: Final = re.compile(r"^(?:[-–—‐](?![-–—‐])(?:\s+|(?!\d))|>{2,3}\s*)")  # of another speaker
_LAST_MARK: Final = re.compile(r"\s+>{2,3}$")  # of another speaker, whose words come next in the same line
_IDEOGRAM: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_IDEOGRAM_TOKENS: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff][^\w\s]*|[^\s\u3040-\u30ff\u3400-\u9fff]+"
)


class CuePlacement(Enum):
    """Where a cue stands: with the dialogue, at another edge of the picture, at a point in it, or nowhere for long."""

    DIALOGUE = auto()
    OTHER_EDGE = auto()
    POINT = auto()
    MOVING = auto()


@dataclass(frozen=True, slots=True)
class CuePart:
    """Part of a cue: text and the second from which it is spoken. A part may end in the middle of a word."""

    text: str
    start: float


@dataclass(frozen=True, slots=True)
class Cue:
    """Text shown from `start` to `end`, seconds; several parts if its words have times of their own."""

    start: float
    end: float
    parts: tuple[CuePart, ...]
    placement: CuePlacement = CuePlacement.DIALOGUE
    has_speaker_lines: bool = False  # each line is somebody else's
    position: TextPosition = NOT_PLACED
    speakers: tuple[str, ...] = field(default=(), compare=False)  # who is named, in order
    begins_turn: bool = False  # somebody else spoke before

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)

    @property
    def tokens(self) -> tuple[str, ...]:
        return tokenize(self.text)

    def drop_tokens(self, count: int) -> "Cue":
        """The cue without its first words; the others share what time its parts have."""
        remaining = len(self.text) - find_token(self.text, count)
        kept: list[CuePart] = []
        for part in reversed(self.parts):
            if remaining > 0:
                kept.insert(0, replace(part, text=part.text[-remaining:]))
            remaining -= len(part.text)
        return replace(self, parts=tuple(kept))

    def split_words(self, number: int = 0) -> Iterator[Word]:
        """Yield its words, as those of the cue of that number. A part's time is shared by its characters; a word begins
        where its first character does, which is an estimate where no part tells the time of any word.
        """
        text, times = self._time_characters()
        tokens = self.tokens
        starts = [times[offset] for offset in _find_offsets(text, tokens)]
        spans = pairwise([*starts, self.end])
        is_estimated = len(self.parts) == 1 < len(tokens)
        for (token, is_speaker_change), (start, end) in zip(self._list_turns(tokens), spans, strict=True):
            if token:
                yield Word(
                    text=token,
                    start=_limit_seconds(start),
                    end=max(_limit_seconds(start), _limit_seconds(end)),
                    is_speaker_change=is_speaker_change,
                    has_estimated_times=is_estimated,
                    anchor=self.position.anchor,
                    side=self.position.side,
                    cue=number,
                    cue_end=_limit_seconds(self.end),
                )

    def _time_characters(self) -> tuple[str, list[float]]:
        """Return the text with single spaces, one after each part that ends a word, and the time of each character."""
        text, times = "", []
        ends = [*(part.start for part in self.parts), self.end][1:]
        for (piece, start), end in zip(_normalize_spaces(self.parts), ends, strict=True):
            text += piece
            times += [start + (end - start) * index / len(piece) for index in range(len(piece))]
        return text, times

    def _list_turns(self, tokens: Sequence[str]) -> Iterator[tuple[str, bool]]:
        """Yield the tokens without the marks of speakers, and whether another speaker begins with each; a token that
        was a mark alone is empty.
        """
        line_starts = self._find_line_starts()
        is_next = self.begins_turn
        for index, token in enumerate(tokens):
            is_first = index in line_starts
            text = drop_turn_mark(token) if is_first or token.startswith(">>") else token
            is_change = is_next or text != token or (is_first and index > 0 and self.has_speaker_lines)
            word = _LAST_MARK.sub("", text)
            yield word, is_change and bool(word)
            is_next = word != text or (is_change and not word)

    def _find_line_starts(self) -> set[int]:
        """The indexes of the tokens that begin a line."""
        counts = [len(tokenize(line)) for line in self.text.split("\n")]
        return set(accumulate(counts[:-1], initial=0))


def create_cue(
    start: float, end: float, parts: Sequence[CuePart], placement: CuePlacement = CuePlacement.DIALOGUE
) -> Cue:
    """Create a cue of the parts with text, their times in order and inside it; parts of the same time are one.

    A cue that ends before it begins, as some programs write them, lasts as long as it takes to read.
    """
    start = max(0.0, start)
    if end <= start:
        end = start + compute_reading_seconds("".join(part.text for part in parts))
    kept: list[CuePart] = []
    for part in parts:
        if part.text:
            earliest = kept[-1].start if kept else start
            moved = replace(part, start=min(max(part.start, earliest), end))
            is_together = bool(kept) and moved.start == earliest
            kept[len(kept) - is_together :] = [
                replace(moved, text=kept[-1].text + moved.text) if is_together else moved
            ]
    return Cue(start, end, tuple(kept) if any(part.text.strip() for part in kept) else (), placement)


def extend_cue(cue: Cue) -> Cue:
    """The cue, as long as it takes to read where it is too short to be seen."""
    if cue.end - cue.start > MIN_SHOWN_SECONDS:
        return cue
    return replace(cue, end=cue.start + compute_reading_seconds(cue.text))


def compute_reading_seconds(text: str) -> float:
    """How many seconds it takes to read a text."""
    return max(_MIN_READING_SECONDS, len(text) * _SECONDS_PER_CHARACTER)


def drop_turn_mark(line: str) -> str:
    """A line without the dash or arrows which say that another speaker begins."""
    return _LINE_MARK.sub("", line)


def tokenize(text: str) -> tuple[str, ...]:
    """Split lines at spaces; Chinese and Japanese, which have none, by character."""
    found = [token for line in text.split("\n") for token in word_timing.tokenize_text(line)]
    return tuple(
        part for token in found for part in (_IDEOGRAM_TOKENS.findall(token) if _IDEOGRAM.search(token) else (token,))
    )


def find_token(text: str, index: int) -> int:
    """Offset of the token of that index in a text, whatever its spaces are; its length if there are not so many."""
    tokens = tokenize(text)
    if index >= len(tokens):
        return len(text)
    offset = 0
    for token in tokens[: index + 1]:
        found = re.compile(r"\s+".join(map(re.escape, token.split()))).search(text, offset)
        start, offset = found.span() if found else (offset, offset)
    return start


def _find_offsets(text: str, tokens: Sequence[str]) -> Iterator[int]:
    """Offsets of the tokens in a text that has single spaces."""
    position = 0
    for token in tokens:
        start = text.index(token, position)
        yield start
        position = start + len(token)


def _normalize_spaces(parts: Sequence[CuePart]) -> Iterator[tuple[str, float]]:
    """Texts with single spaces and starts of parts; a space that begins a part ends the one before instead."""
    texts = [_SPACES.sub(" ", part.text) for part in parts]
    followers = [*texts, " "][1:]
    for text, follower, part in zip(texts, followers, parts, strict=True):
        ends_word = follower.startswith(" ") and not text.endswith(" ")
        yield text.lstrip(" ") + " " * ends_word, part.start


def _limit_seconds(seconds: float) -> float:
    return min(max(0.0, seconds), MAX_SECONDS)
