"""Words whose times cannot be believed, since Whisper doubts what is said there: its attention has lost the place."""

from collections.abc import Sequence
from typing import Final

from models.jobs.transcript import Word, mark_estimated

MIN_PROBABILITY: Final = 0.3  # of a word by itself
MIN_MEAN_PROBABILITY: Final = 0.5  # of a word and its neighbours
_NEIGHBOURS: Final = 2  # on each side


def find_doubtful(probabilities: Sequence[float]) -> list[bool]:
    """Whether each of the words that follow each other is improbable, by itself or with its neighbours."""
    around = [probabilities[max(0, i - _NEIGHBOURS) : i + _NEIGHBOURS + 1] for i in range(len(probabilities))]
    return [
        probability < MIN_PROBABILITY or sum(near) / len(near) < MIN_MEAN_PROBABILITY
        for probability, near in zip(probabilities, around, strict=True)
    ]


def mark_doubtful(words: Sequence[Word], doubts: Sequence[bool]) -> list[Word]:
    """The same words; the times of those that are doubted are estimates."""
    return [
        word
        for each, is_doubted in zip(words, doubts, strict=True)
        for word in (mark_estimated([each]) if is_doubted else [each])
    ]
