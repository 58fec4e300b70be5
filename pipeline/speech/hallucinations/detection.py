"""Detection of hallucinated lines by their words, how long they take, and how loud it is there."""

from collections.abc import Sequence
from typing import Final

from models.media.facts import LOUDNESS_STEP, SoundInfo
from pipeline.speech.hallucinations.credit_lines import is_credit_line
from pipeline.speech.normalization import normalize_words

_SPARSE_SECONDS: Final = 20.0  # seconds: a line longer than this has more words than those below
_SPARSE_WORDS, _SPARSE_CHARACTERS = 5, 40
_QUIET_LEVEL: Final = -40  # dBFS: speech is louder in any recording made to be heard
_QUIET_DISTANCE: Final = 26  # dB below the recording's loud parts
_LOUD_SHARE: Final = 0.95  # of the recording's time is less loud than its loud parts
_VOICED_SHARE: Final = 0.8  # of a line's time is less loud than its voice


def is_invented(text: str, seconds: float) -> bool:
    """Whether nobody said it, by the text and how long it took: a credit line, or a few words over a long time."""
    return is_credit_line(text) or is_sparse(text, seconds)


def is_sparse(text: str, seconds: float) -> bool:
    """Whether these are only a few words for so many seconds."""
    words = normalize_words(text)
    is_short = len(words) <= _SPARSE_WORDS and sum(map(len, words)) <= _SPARSE_CHARACTERS
    return seconds > _SPARSE_SECONDS and is_short


def is_quiet(sound: SoundInfo, start: float, end: float) -> bool:
    """Whether it is too quiet for speech between two times in seconds."""
    part = sound.loudness[int(max(0.0, start) / LOUDNESS_STEP) : int(end / LOUDNESS_STEP) + 1]
    if not part:
        return False
    loud = _compute_quantile(sound.loudness, _LOUD_SHARE)
    return _compute_quantile(part, _VOICED_SHARE) < max(_QUIET_LEVEL, loud - _QUIET_DISTANCE)


def _compute_quantile(levels: Sequence[int], share: float) -> int:
    """The level that this share of the levels does not exceed."""
    return sorted(levels)[int(share * (len(levels) - 1))]
