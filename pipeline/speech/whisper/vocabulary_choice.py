"""Choice between two hearings of a piece, without and with the vocabulary as a prompt: names that nobody says make the
other words worse.
"""

from collections.abc import Sequence
from typing import Final

from pipeline.speech.normalization import normalize_words
from pipeline.speech.whisper.model import HeardPiece

_MIN_REPEATED_NAMES: Final = 2  # of which alone a phrase is that repeats the prompt


def choose_hearing(plain: HeardPiece, prompted: HeardPiece, vocabulary: Sequence[str]) -> HeardPiece:
    """The hearing with the vocabulary where it has a name that the other has not and is as probable, else the other."""
    names = [words for name in vocabulary if (words := normalize_words(name))]
    has_name = any(_count(name, prompted.text) > _count(name, plain.text) for name in names)
    is_repeated = any(_is_list_of(names, segment.text) for segment in prompted.segments)
    is_better = has_name and not is_repeated and prompted.mean_logprob >= plain.mean_logprob
    return prompted if is_better else plain


def _count(name: Sequence[str], text: str) -> int:
    """How often a name of one or more words is in a text."""
    words = normalize_words(text)
    return sum(words[index : index + len(name)] == name for index in range(len(words)))


def _is_list_of(names: Sequence[Sequence[str]], text: str) -> bool:
    """Whether a phrase is nothing but names, as Whisper repeats its prompt where it hears nothing."""
    remaining, count = normalize_words(text), 0
    while remaining:
        name = max((each for each in names if remaining[: len(each)] == each), key=len, default=None)
        if name is None:
            return False
        remaining, count = remaining[len(name) :], count + 1
    return count >= _MIN_REPEATED_NAMES
