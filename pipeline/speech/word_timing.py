"""Word times: spread over a line, filled in where they are missing, and put in order."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from models.jobs.transcript import Word, mark_estimated

MIN_WORD_SECONDS: Final = 0.04  # seconds; less than a frame and a half cannot be seen
_MAX_TURN_SHIFT: Final = 0.5  # seconds between a turn and the word it is at
MAX_TEXT_CHARACTERS: Final = 200  # characters, as `models.jobs.transcript.Word` allows

TimeSpan = tuple[float, float]


def tokenize_text(text: str) -> tuple[str, ...]:
    """Split a text at its spaces; a lone punctuation mark is attached to the word before it, else to the one after."""
    found: list[str] = []
    leading_marks = ""
    for part in text.split():
        if any(map(str.isalnum, part)):
            found.append(f"{leading_marks}{part}"[:MAX_TEXT_CHARACTERS])
            leading_marks = ""
        elif found:
            found[-1] = f"{found[-1]} {part}"[:MAX_TEXT_CHARACTERS]
        else:
            leading_marks = f"{leading_marks}{part} "
    return tuple(found)


def spread_words(texts: Sequence[str], start: float, end: float) -> tuple[Word, ...]:
    """Spread words over a time span in proportion to their characters, plus one each for the gap."""
    weights = [len(text) + 1 for text in texts]
    total = sum(weights)
    words = []
    passed_weight = 0
    for text, weight in zip(texts, weights, strict=True):
        word_start = start + (end - start) * passed_weight / total
        passed_weight += weight
        words.append(
            Word(text=text, start=max(0.0, word_start), end=max(0.0, start + (end - start) * passed_weight / total))
        )
    return tuple(words)


def fill_gaps(texts: Sequence[str], spans: Sequence[TimeSpan | None], whole_span: TimeSpan) -> list[Word]:
    """Build words of which some have no span: those share the gap between their neighbours, by characters, which is an
    estimate.
    """
    known_indexes = [index for index, span in enumerate(spans) if span is not None]
    words: list[Word] = []
    for before, after in pairwise([-1, *known_indexes, len(texts)]):
        if after - before > 1:
            gap = _find_gap(spans, before, after, whole_span)
            words += mark_estimated(spread_words(texts[before + 1 : after], *gap))
        if after < len(texts) and (span := spans[after]):
            words.append(Word(text=texts[after], start=span[0], end=span[1]))
    return words


def _find_gap(spans: Sequence[TimeSpan | None], before: int, after: int, whole_span: TimeSpan) -> TimeSpan:
    left = spans[before] if before >= 0 else None
    right = spans[after] if after < len(spans) else None
    start = left[1] if left else whole_span[0]
    return start, max(start, right[0] if right else whole_span[1])


def mark_speaker_changes(words: Sequence[Word], turns: Sequence[float]) -> tuple[Word, ...]:
    """The same words; those with which another speaker begins are marked. A turn is at the nearest start of a word
    within half a second, and none is at the first word."""
    starts = [word.start for word in words]
    nearest = (min(range(1, len(words)), key=lambda at: abs(starts[at] - turn), default=0) for turn in turns)
    marked = {at for at, turn in zip(nearest, turns, strict=True) if at and abs(starts[at] - turn) <= _MAX_TURN_SHIFT}
    return tuple(
        word.model_copy(update={"is_speaker_change": True}) if at in marked else word for at, word in enumerate(words)
    )


def order_words(words: Sequence[Word], seconds: float) -> tuple[Word, ...]:
    """Order the same words, none dropped: each starts after the previous, none overlap, all inside the recording.

    Each lasts at least 40 ms, or an equal share of the recording where it is too short for that.
    """
    if not words:
        return ()
    step = min(MIN_WORD_SECONDS, seconds / len(words))
    starts: list[float] = []
    for word in words:
        starts.append(max(word.start, starts[-1] + step if starts else 0.0))
    limit = seconds
    for index in reversed(range(len(starts))):
        starts[index] = limit = max(0.0, min(starts[index], limit - step))
    return tuple(
        word.model_copy(update={"start": start, "end": max(start, min(max(word.end, start + step), limit))})
        for word, start, limit in zip(words, starts, [*starts[1:], seconds], strict=True)
    )
