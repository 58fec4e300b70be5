"""Models and parser of Whisper's response: drops hallucinations, restores punctuation on words.

The thresholds are those of OpenAI's own decoder (`whisper/transcribe.py`: no_speech_threshold 0.6, logprob_threshold
-1.0, compression_ratio_threshold 2.4).
"""

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from models.words import Word
from pipeline.speech import timeline

LEAST: Final = math.exp(-1.0)  # mean token probability below which Whisper itself retries
_NO_SPEECH: Final = 0.6
_LOOPING: Final = 2.4  # compression ratio above which a text is repetitive
_FAR: Final = 60  # characters after the last word within which the next one is searched
_LONGEST: Final = 4 * 3600.0  # seconds


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class Segment(_Part):
    """A phrase; `avg_logprob` is the mean natural logarithm of its tokens' probabilities."""

    start: float = Field(ge=-1, le=_LONGEST)
    end: float = Field(ge=-1, le=_LONGEST)
    text: str = Field(max_length=10_000)
    avg_logprob: float = 0.0
    compression_ratio: float = 1.0
    no_speech_prob: float = 0.0

    @property
    def imagined(self) -> bool:
        """Whether the text is a hallucination: words produced from silence, or a repeating phrase."""
        return (self.no_speech_prob > _NO_SPEECH and self.avg_logprob < -1.0) or self.compression_ratio > _LOOPING

    @property
    def seconds(self) -> float:
        return max(0.01, self.end - self.start)


class Token(_Part):
    """One word with its times in seconds; a leading space means that it does not continue the previous one."""

    word: str = Field(max_length=1_000)
    start: float = Field(ge=-1, le=_LONGEST)
    end: float = Field(ge=-1, le=_LONGEST)


class Reply(_Part):
    """The fields used of Whisper's `verbose_json` response."""

    language: str = ""
    duration: float = Field(ge=0, le=_LONGEST)
    text: str
    segments: tuple[Segment, ...] | None = None
    words: tuple[Token, ...] | None = None

    @property
    def seconds(self) -> float:
        return self.duration

    @property
    def real(self) -> tuple[Segment, ...]:
        """The segments that hold speech."""
        return tuple(part for part in self.segments or () if not part.imagined and part.text.strip())

    @property
    def confidence(self) -> float:
        """Mean token probability over the speech, times the share of speech in speech and repetitive segments."""
        heard = [part for part in self.segments or () if part.text.strip()]
        total = sum(part.seconds for part in heard)
        if not total:
            return 0.0
        sure = sum(math.exp(min(0.0, part.avg_logprob)) * part.seconds for part in self.real)
        looping = sum(part.seconds for part in heard if part.compression_ratio > _LOOPING)
        real = sum(part.seconds for part in self.real)
        return sure / (real + looping) if real else 0.0


def words(reply: Reply, *, spaced: bool) -> list[Word]:
    """Build the words of the speech segments in order, with the text's punctuation and Whisper's own times."""
    segments = sorted(reply.segments or (), key=lambda segment: segment.start)
    tokens: dict[int, list[Token]] = defaultdict(list)
    starts = [segment.start for segment in segments]
    for token in reply.words or ():
        if token.word.strip():
            tokens[max(0, bisect_right(starts, (token.start + token.end) / 2) - 1)].append(token)
    found: list[Word] = []
    for index, segment in enumerate(segments):
        if segment.text.strip() and not segment.imagined:
            inside = tokens[index]
            found += marked(segment.text, inside, spaced=spaced) if inside else _spread(segment, spaced=spaced)
    return found


def marked(text: str, tokens: Sequence[Token], *, spaced: bool) -> list[Word]:
    """Split the punctuated text at its spaces (or at the tokens, if `has_spaces` is false) and time it by the tokens.

    Whisper's tokens lack punctuation and may be parts of words: "well" and "-known" become "well-known".
    """
    places = list(_places(text, tokens))
    if sum(place is not None for place in places) * 2 < len(tokens):  # not the same text at all
        return [_word(token.word.strip(), [token]) for token in tokens]
    edges = [found.span() for found in re.finditer(r"\S+", text)] if spaced else list(_between(places, len(text)))
    pairs = [(token, place) for token, place in zip(tokens, places, strict=True) if place is not None]
    texts, spans = [], []
    for first, last in _with_marks(text, edges):
        inside = [token for token, place in pairs if first <= place < last]
        texts.append(text[first:last].strip()[: timeline.LONGEST_TEXT])
        spans.append((max(0.0, inside[0].start), max(0.0, inside[0].start, inside[-1].end)) if inside else None)
    return timeline.filled(texts, spans, (max(0.0, tokens[0].start), max(0.0, tokens[0].start, tokens[-1].end)))


def _places(text: str, tokens: Sequence[Token]) -> Iterator[int | None]:
    """Yield where each token begins in the text, in sequence; None for a token that is not found."""
    cursor = 0
    low = text.lower()
    for token in tokens:
        wanted = token.word.strip().lower()
        place = low.find(wanted, cursor, cursor + len(wanted) + _FAR)
        cursor = cursor if place < 0 else place + len(wanted)
        yield None if place < 0 else place


def _between(places: Sequence[int | None], length: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges from each position to the next; the text before the first belongs to it."""
    starts = sorted({place for place in places if place is not None})
    yield from pairwise([0, *starts[1:], length])


def _with_marks(text: str, edges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Merge ranges without a letter or digit into the previous one."""
    joined: list[tuple[int, int]] = []
    for first, last in edges:
        if joined and not any(map(str.isalnum, text[first:last])):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _word(text: str, tokens: Sequence[Token]) -> Word:
    start = max(0.0, tokens[0].start)
    return Word(text=text[: timeline.LONGEST_TEXT], start=start, end=max(start, tokens[-1].end))


def _spread(segment: Segment, *, spaced: bool) -> tuple[Word, ...]:
    texts = timeline.tokens(segment.text) if spaced else tuple(segment.text.replace(" ", ""))
    start = max(0.0, segment.start)
    return timeline.spread(texts, start, max(start, segment.end)) if texts else ()
