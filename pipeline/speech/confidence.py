"""Confidence of a local transcription: agreement with transcriptions of the same audio played faster and slower.

The model gives no usable probabilities, and it produces fluent English from anything. What it hallucinates changes
when the speed changes by a few percent; what was spoken does not. Measured (docs/speech.md): English speech agrees
with itself by 0.82 to 1.0; Portuguese, Spanish, German, French, Italian, Dutch, Russian and Mandarin, reversed and
shuffled speech by 0.0 to 0.58 in pieces of ten seconds, apart from loops ("the first one, the first one, the first
one"), which are subtracted.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

MIN_CONFIDENCE: Final = 0.7  # below this a transcription is refused
MIN_CONFIDENCE_SHORT: Final = 0.8  # the same for a few words, which agree by chance more easily
_SHORT_WORDS: Final = 20  # words; fewer are a short transcription
_HOPELESS_CONFIDENCE: Final = 0.5  # below this, after the number of words below, the rest is not transcribed
_HOPELESS_WORDS: Final = 150
_MAX_WORDS_PER_SECOND: Final = 6.0  # words a second; the fastest readers reach five
_MIN_LOOP_REPEATS: Final = 3  # repetitions of a phrase in a row that count as a loop
_MAX_LOOP_WORDS: Final = 8  # words of the longest phrase searched for loops
_SHORT_LINE_WORDS: Final = 3  # words


@dataclass(frozen=True, slots=True)
class AgreementCounts:
    """Counts summed over the pieces of a recording: words matching, compared, transcribed, in loops; and seconds."""

    matching_words: float = 0.0
    compared_words: int = 0
    word_count: int = 0
    looped_words: int = 0
    seconds: float = 0.0

    def __add__(self, other: "AgreementCounts") -> "AgreementCounts":
        return AgreementCounts(
            self.matching_words + other.matching_words,
            self.compared_words + other.compared_words,
            self.word_count + other.word_count,
            self.looped_words + other.looped_words,
            self.seconds + other.seconds,
        )

    @property
    def confidence(self) -> float:
        """Agreement (0 to 1), reduced by the share of words in loops and by a word rate beyond human speech."""
        if not self.compared_words or not self.word_count:
            return 0.0
        words_per_second = self.word_count / max(self.seconds, 0.1)
        return (
            self.matching_words
            / self.compared_words
            * (1 - self.looped_words / self.word_count)
            * min(1.0, _MAX_WORDS_PER_SECOND / words_per_second)
        )

    @property
    def is_confident(self) -> bool:
        """Whether the user may be charged for the transcription."""
        return self.confidence >= (MIN_CONFIDENCE if self.word_count >= _SHORT_WORDS else MIN_CONFIDENCE_SHORT)

    @property
    def is_hopeless(self) -> bool:
        return self.word_count >= _HOPELESS_WORDS and self.confidence < _HOPELESS_CONFIDENCE


def measure_agreement(lines: Sequence[str], others: Sequence[str], seconds: float) -> AgreementCounts:
    """Count the agreement of one piece: its lines against the texts transcribed at other speeds."""
    words = [word for line in lines for word in normalize_words(line)]
    matches = [
        (_match_words(words, normalize_words(other)), len(words) + len(normalize_words(other))) for other in others
    ]
    return AgreementCounts(
        matching_words=sum(2 * len(matching) for matching, _ in matches),
        compared_words=sum(size for _, size in matches),
        word_count=len(words),
        looped_words=count_looped_words(words),
        seconds=seconds,
    )


def confirm_lines(lines: Sequence[str], others: Sequence[str]) -> tuple[bool, ...]:
    """Return for each line whether to keep it: noise before speech yields lines such as "You" at one speed only."""
    sizes = [len(normalize_words(line)) for line in lines]
    words = [word for line in lines for word in normalize_words(line)]
    confirmed_indexes = {index for other in others for index in _match_words(words, normalize_words(other))}
    kept, first = [], 0
    for size in sizes:
        kept.append(size > _SHORT_LINE_WORDS or any(index in confirmed_indexes for index in range(first, first + size)))
        first += size
    return tuple(kept)


def count_looped_words(words: Sequence[str]) -> int:
    """Count the words within phrases of up to eight words that are repeated three or more times in a row."""
    looped_indexes: set[int] = set()
    for size in range(1, _MAX_LOOP_WORDS + 1):
        for first, last in _find_repeats(words, size):
            if last - first >= size * (_MIN_LOOP_REPEATS - 1):
                looped_indexes.update(range(first, last + size))
    return len(looped_indexes)


def _find_repeats(words: Sequence[str], size: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges in which each word equals the one `size` words later."""
    first = None
    for index in range(len(words) - size + 1):
        is_same = index + size < len(words) and words[index] == words[index + size]
        if is_same and first is None:
            first = index
        elif not is_same and first is not None:
            yield first, index
            first = None


def normalize_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower().replace("’", "'"))


def _match_words(words: Sequence[str], others: Sequence[str]) -> list[int]:
    """Indices in `words` of the words that `others` has too, in the same order."""
    blocks = difflib.SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    return [block.a + offset for block in blocks for offset in range(block.size)]
