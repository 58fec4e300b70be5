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

LEAST: Final = 0.7  # below this a transcription is refused
LEAST_SHORT: Final = 0.8  # the same for a few words, which agree by chance more easily
_FEW: Final = 20  # words; fewer are a short transcription
_HOPELESS: Final = 0.5  # below this, after the number of words below, the rest is not transcribed
_HOPELESS_AFTER: Final = 150
_FASTEST: Final = 6.0  # words a second; the fastest readers reach five
_LOOP: Final = 3  # repetitions of a phrase in a row that count as a loop
_PHRASE: Final = 8  # words of the longest phrase searched for loops
_SHORT_LINE: Final = 3  # words


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts summed over the pieces of a recording: words matching, compared, transcribed, in loops; and seconds."""

    agreeing: float = 0.0
    compared: int = 0
    heard: int = 0
    looped: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(
            self.agreeing + other.agreeing,
            self.compared + other.compared,
            self.heard + other.heard,
            self.looped + other.looped,
            self.seconds + other.seconds,
        )

    @property
    def confidence(self) -> float:
        """Agreement (0 to 1), reduced by the share of words in loops and by a word rate beyond human speech."""
        if not self.compared or not self.heard:
            return 0.0
        pace = self.heard / max(self.seconds, 0.1)
        return self.agreeing / self.compared * (1 - self.looped / self.heard) * min(1.0, _FASTEST / pace)

    @property
    def sure(self) -> bool:
        """Whether the user may be charged for the transcription."""
        return self.confidence >= (LEAST if self.heard >= _FEW else LEAST_SHORT)

    @property
    def hopeless(self) -> bool:
        return self.heard >= _HOPELESS_AFTER and self.confidence < _HOPELESS


def weighed(lines: Sequence[str], others: Sequence[str], seconds: float) -> Evidence:
    """Count the agreement of one piece: its lines against the texts transcribed at other speeds."""
    words = [word for line in lines for word in plain(line)]
    sizes = [(_common(words, plain(other)), len(words) + len(plain(other))) for other in others]
    return Evidence(
        agreeing=sum(2 * len(common) for common, _ in sizes),
        compared=sum(size for _, size in sizes),
        heard=len(words),
        looped=looped(words),
        seconds=seconds,
    )


def confirmed(lines: Sequence[str], others: Sequence[str]) -> tuple[bool, ...]:
    """Return for each line whether to keep it: noise before speech yields lines such as "You" at one speed only."""
    sizes = [len(plain(line)) for line in lines]
    words = [word for line in lines for word in plain(line)]
    agreed = {index for other in others for index in _common(words, plain(other))}
    kept, first = [], 0
    for size in sizes:
        kept.append(size > _SHORT_LINE or any(index in agreed for index in range(first, first + size)))
        first += size
    return tuple(kept)


def looped(words: Sequence[str]) -> int:
    """Count the words within phrases of up to eight words that are repeated three or more times in a row."""
    inside: set[int] = set()
    for size in range(1, _PHRASE + 1):
        for first, last in _runs(words, size):
            if last - first >= size * (_LOOP - 1):
                inside.update(range(first, last + size))
    return len(inside)


def _runs(words: Sequence[str], size: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges in which each word equals the one `size` words later."""
    first = None
    for index in range(len(words) - size + 1):
        same = index + size < len(words) and words[index] == words[index + size]
        if same and first is None:
            first = index
        elif not same and first is not None:
            yield first, index
            first = None


def plain(text: str) -> list[str]:
    """Return the words of a text in lower case, without punctuation."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower().replace("’", "'"))


def _common(words: Sequence[str], others: Sequence[str]) -> list[int]:
    """Indices in `words` of the words that `others` has too, in the same order."""
    blocks = difflib.SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    return [block.a + offset for block in blocks for offset in range(block.size)]
