"""Detection of loops: a phrase that a speech model repeats without end."""

import re
import zlib
from typing import Final

from pipeline.speech.normalization import normalize_words

MAX_COMPRESSION_RATIO: Final = 2.4  # of Whisper's own decoder: a text that is compressed further is repetitive
_LOOP: Final = re.compile(r"(.{1,80}?)\1{2,}")  # characters, three times or more in a row
_CUT_SHARE: Final = 0.75  # of the model's ratio; a text of less is not all that it wrote
_LOOP_SHARE: Final = 0.5  # of a text is loops, where it is one


def is_loop(text: str, compression_ratio: float) -> bool:
    """Whether most of a text is the same few words in a row. People say similar sentences, which compress as well.

    `compression_ratio` is that of all that the model wrote. Where the text itself compresses far less, the model's
    decoder has cut a loop off, and the rest is no better.
    """
    if compression_ratio <= MAX_COMPRESSION_RATIO:
        return False
    if _compute_ratio(text) < _CUT_SHARE * compression_ratio:
        return True
    letters = "".join(normalize_words(text))
    looping = sum(len(found[0]) for found in _LOOP.finditer(letters))
    return looping > _LOOP_SHARE * len(letters)


def _compute_ratio(text: str) -> float:
    """As Whisper computes it."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))
