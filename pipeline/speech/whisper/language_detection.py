"""Which language is spoken, from the probabilities that Whisper gives for pieces of a recording."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

OWN_WEIGHT: Final = 4.0  # of the person's own language, against those that nobody expects
EXPECTED_WEIGHT: Final = 2.0  # of other languages that are expected here
MIN_PROBABILITY: Final = 0.5  # below this the language is unclear
_FLOOR: Final = 1e-4  # no piece rules a language out


def choose_language(pieces: Sequence[Mapping[str, float]], own: str | None, expected: Sequence[str]) -> str | None:
    """The most probable language over all pieces; None where none is probable enough. `own` is the user's language."""
    probabilities = weigh_languages(pieces, own, expected)
    language = max(probabilities, key=probabilities.__getitem__)
    return language if probabilities[language] >= MIN_PROBABILITY else None


def weigh_languages(
    pieces: Sequence[Mapping[str, float]], own: str | None, expected: Sequence[str]
) -> dict[str, float]:
    """The probability of each language over all pieces.

    The pieces count alike: the result is the normalised geometric mean of their probabilities times the prior weight.
    """
    scores = {
        language: _weigh(language, own, expected)
        * math.exp(sum(math.log(max(_FLOOR, piece.get(language, 0.0))) for piece in pieces) / len(pieces))
        for language in {name for piece in pieces for name in piece}
    }
    total = sum(scores.values())
    return {name: score / total for name, score in scores.items()}


def _weigh(language: str, own: str | None, expected: Sequence[str]) -> float:
    if language == own:
        return OWN_WEIGHT
    return EXPECTED_WEIGHT if language in expected else 1.0
