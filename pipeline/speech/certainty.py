"""How sure a hearing is: whether the same words are heard again when the recording is played faster and slower.

The model gives no probabilities that could be used, and it makes fluent English of anything. What it makes up changes
when the sound changes by a few percent; what it hears does not. Measured (docs/speech.md): English speech agrees with
itself by 0.82 to 1.0; Portuguese, Spanish, German, French, Italian, Dutch, Russian and Mandarin, reversed and shuffled
speech by 0.0 to 0.58 in cuts of ten seconds, apart from loops ("the first one, the first one, the first one"), which
are counted out.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

LEAST: Final = 0.7  # below this a hearing is refused
LEAST_SHORT: Final = 0.8  # the same for a few words, which agree by chance more easily
_FEW: Final = 20  # words
_HOPELESS: Final = 0.5  # below this, after that many words, the rest need not be heard
_HOPELESS_AFTER: Final = 150
_FASTEST: Final = 6.0  # words a second; the fastest readers say five
_LOOP: Final = 3  # times a phrase is said in a row before it counts as a loop
_PHRASE: Final = 8  # words of the longest phrase that loops
_SHORT_LINE: Final = 3  # words


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts that add up over the pieces of a recording: words that agree, words compared, words heard, in loops."""

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
        """Between 0 and 1: agreement, less the share of words in loops, less words faster than anybody speaks."""
        if not self.compared or not self.heard:
            return 0.0
        pace = self.heard / max(self.seconds, 0.1)
        return self.agreeing / self.compared * (1 - self.looped / self.heard) * min(1.0, _FASTEST / pace)

    @property
    def sure(self) -> bool:
        """Whether somebody may be charged for it."""
        return self.confidence >= (LEAST if self.heard >= _FEW else LEAST_SHORT)

    @property
    def hopeless(self) -> bool:
        return self.heard >= _HOPELESS_AFTER and self.confidence < _HOPELESS


def weighed(lines: Sequence[str], others: Sequence[str], seconds: float) -> Evidence:
    """The evidence of one piece: the lines heard, and what was heard of it at other speeds."""
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
    """Which lines are worth keeping: noise before speech makes lines such as "You", which are heard only once."""
    sizes = [len(plain(line)) for line in lines]
    words = [word for line in lines for word in plain(line)]
    agreed = {index for other in others for index in _common(words, plain(other))}
    kept, first = [], 0
    for size in sizes:
        kept.append(size > _SHORT_LINE or any(index in agreed for index in range(first, first + size)))
        first += size
    return tuple(kept)


def looped(words: Sequence[str]) -> int:
    """How many words lie in phrases of up to eight words that are said three or more times in a row."""
    inside: set[int] = set()
    for size in range(1, _PHRASE + 1):
        for first, last in _runs(words, size):
            if last - first >= size * (_LOOP - 1):
                inside.update(range(first, last + size))
    return len(inside)


def _runs(words: Sequence[str], size: int) -> Iterator[tuple[int, int]]:
    """Stretches in which each word equals the one `size` words later."""
    first = None
    for index in range(len(words) - size + 1):
        same = index + size < len(words) and words[index] == words[index + size]
        if same and first is None:
            first = index
        elif not same and first is not None:
            yield first, index
            first = None


def plain(text: str) -> list[str]:
    """The words of a text without case and marks."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower().replace("’", "'"))


def _common(words: Sequence[str], others: Sequence[str]) -> list[int]:
    """Places in `words` that stand in `others` too, in the same order."""
    blocks = difflib.SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    return [block.a + offset for block in blocks for offset in range(block.size)]
