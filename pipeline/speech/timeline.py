"""Word times: spread over a line, put in order, and kept when the text around them is corrected."""

import difflib
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from models.words import Word

SHORTEST: Final = 0.04  # seconds; less than a frame and a half cannot be seen
LONGEST_TEXT: Final = 200  # characters, as `models.words.Word` allows

Span = tuple[float, float]


def tokens(text: str) -> tuple[str, ...]:
    """Split a text at its spaces; a lone punctuation mark is attached to the word before it, else to the one after."""
    found: list[str] = []
    lead = ""
    for part in text.split():
        if any(map(str.isalnum, part)):
            found.append(f"{lead}{part}"[:LONGEST_TEXT])
            lead = ""
        elif found:
            found[-1] = f"{found[-1]} {part}"[:LONGEST_TEXT]
        else:
            lead = f"{lead}{part} "
    return tuple(found)


def spread(texts: Sequence[str], start: float, end: float) -> tuple[Word, ...]:
    """Spread words over a time span in proportion to their characters, plus one each for the gap."""
    weights = [len(text) + 1 for text in texts]
    total = sum(weights)
    words = []
    passed = 0
    for text, weight in zip(texts, weights, strict=True):
        begin = start + (end - start) * passed / total
        passed += weight
        words.append(Word(text=text, start=max(0.0, begin), end=max(0.0, start + (end - start) * passed / total)))
    return tuple(words)


def filled(texts: Sequence[str], spans: Sequence[Span | None], whole: Span) -> list[Word]:
    """Build words of which some have no span: those share the gap between their neighbours, by characters."""
    known = [index for index, span in enumerate(spans) if span is not None]
    words: list[Word] = []
    for before, after in pairwise([-1, *known, len(texts)]):
        if after - before > 1:
            words += spread(texts[before + 1 : after], *_between(spans, before, after, whole))
        if after < len(texts) and (span := spans[after]):
            words.append(Word(text=texts[after], start=span[0], end=span[1]))
    return words


def _between(spans: Sequence[Span | None], before: int, after: int, whole: Span) -> Span:
    left = spans[before] if before >= 0 else None
    right = spans[after] if after < len(spans) else None
    start = left[1] if left else whole[0]
    return start, max(start, right[0] if right else whole[1])


def ordered(words: Sequence[Word], seconds: float) -> tuple[Word, ...]:
    """Order the same words, none dropped: each starts after the previous, none overlap, all inside the recording.

    Each lasts at least 40 ms, or an equal share of the recording where it is too short for that.
    """
    if not words:
        return ()
    step = min(SHORTEST, seconds / len(words))
    starts: list[float] = []
    for word in words:
        starts.append(max(word.start, starts[-1] + step if starts else 0.0))
    limit = seconds
    for index in reversed(range(len(starts))):
        starts[index] = limit = max(0.0, min(starts[index], limit - step))
    return tuple(
        Word(text=word.text, start=start, end=max(start, min(max(word.end, start + step), limit)))
        for word, start, limit in zip(words, starts, [*starts[1:], seconds], strict=True)
    )


def retimed(texts: Sequence[str], words: Sequence[Word]) -> tuple[Word, ...]:
    """Time corrected words by the transcribed ones: unchanged words keep their times, the rest share the gaps."""
    matcher = difflib.SequenceMatcher(None, [_plain(word.text) for word in words], list(map(_plain, texts)), False)
    done: list[Word] = []
    for kind, first, last, low, high in matcher.get_opcodes():
        if kind == "equal":
            pairs = zip(words[first:last], texts[low:high], strict=True)
            done += [word.model_copy(update={"text": text}) for word, text in pairs]
        elif high > low:
            done += spread(texts[low:high], *_gap(words, first, last))
    return tuple(done)


def _gap(words: Sequence[Word], first: int, last: int) -> Span:
    """Time span of the replaced words; for an insertion, the pause it falls into."""
    if last > first:
        return words[first].start, words[last - 1].end
    before = words[first - 1].end if first else 0.0
    after = words[last].start if last < len(words) else before + 1.0
    return before, max(before, after)


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
