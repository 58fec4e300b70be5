"""Which language is spoken, from the probabilities that Whisper gives for pieces of a recording."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

OWN_WEIGHT: Final = 3.0  # of the person's own language, against those that nobody expects
EXPECTED_WEIGHT: Final = 1.5  # of other languages that are expected here
UNLIKELY_WEIGHT: Final = 0.05  # of those that Whisper names for what it does not understand
MIN_PROBABILITY: Final = 0.5  # below this the language is unclear
_PIECES: Final = 3  # of a recording in which its language is looked for

PieceT = TypeVar("PieceT")


def choose_pieces(pieces: Sequence[PieceT]) -> Sequence[PieceT]:
    """The pieces, spread over a recording, in which its language is looked for: the first may be music."""
    step = max(1, len(pieces) // _PIECES)
    return pieces[::step][:_PIECES]


def choose_language(
    pieces: Sequence[Mapping[str, float]], own: str | None, expected: Sequence[str], unlikely: Sequence[str] = ()
) -> str | None:
    """The most probable language over all pieces; None where none is probable enough. `own` is the user's language."""
    probabilities = weigh_languages(pieces, own, expected, unlikely)
    language = max(probabilities, key=probabilities.__getitem__)
    return language if probabilities[language] >= MIN_PROBABILITY else None


def weigh_languages(
    pieces: Sequence[Mapping[str, float]], own: str | None, expected: Sequence[str], unlikely: Sequence[str] = ()
) -> dict[str, float]:
    """The probability of each language over all pieces: the mean of theirs, times the weight of the language.

    Of several ways to join pieces the mean was wrong least often (docs/speech.md).
    """
    weights = (
        dict.fromkeys(unlikely, UNLIKELY_WEIGHT)
        | dict.fromkeys(expected, EXPECTED_WEIGHT)
        | ({own: OWN_WEIGHT} if own else {})
    )
    languages = {name for piece in pieces for name in piece}
    scores = {name: weights.get(name, 1.0) * sum(piece.get(name, 0.0) for piece in pieces) for name in languages}
    total = sum(scores.values())
    return {name: score / total for name, score in scores.items()}
