"""Correction of word times by the sound: words start where the voice sets in, and none lasts into a pause."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.jobs.transcript import Word
from pipeline.speech.audio_reader import LEVEL_SECONDS, Levels

_FLOOR_SHARE, _LOUD_SHARE = 0.1, 0.95  # of a recording's 10 ms are quieter than its noise, and than its loud voice
_FLOOR_FACTOR: Final = 3.0  # a voice is this much louder than the noise
_LOUD_FACTOR: Final = 0.06  # and not more than 24 dB less loud than the loud voice
_MIN_LEVEL: Final = 0.001  # of full scale, -60 dB
_MIN_PAUSE_SECONDS: Final = 0.15  # seconds; shorter quiet is within words, as before a "t"
_EARLY_SECONDS, _LATE_SECONDS = 0.6, 0.25  # that a word may be before, or after, the onset it belongs to
_LEAD_SECONDS: Final = 0.03  # seconds before the level passes the threshold at which a voice sets in

VoicedSpan = tuple[float, float]


def find_voiced_spans(levels: Levels) -> list[VoicedSpan]:
    """Spans in seconds in which it is loud, apart from pauses of less than 0.15 s."""
    if not len(levels):
        return []
    floor, loud = np.quantile(levels, (_FLOOR_SHARE, _LOUD_SHARE))
    threshold = max(_MIN_LEVEL, min(_FLOOR_FACTOR * floor, loud / 2), _LOUD_FACTOR * loud)
    is_loud = np.concatenate([[False], levels > threshold, [False]])
    edges = np.flatnonzero(is_loud[1:] != is_loud[:-1]) * LEVEL_SECONDS
    spans: list[VoicedSpan] = []
    for start, end in edges.reshape(-1, 2).tolist():
        if spans and start - spans[-1][1] < _MIN_PAUSE_SECONDS:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def correct_times(words: Sequence[Word], levels: Levels) -> list[Word]:
    """The same words; those at the edges of pauses begin, or end, where the voice does."""
    spans = find_voiced_spans(levels)
    corrected = [_clip_to_voice(word, spans) for word in words]
    for start, end in spans:
        index = next((i for i, word in enumerate(corrected) if start < (word.start + word.end) / 2 < end), None)
        if index is not None and -_LATE_SECONDS <= start - corrected[index].start <= _EARLY_SECONDS:
            word = corrected[index]
            corrected[index] = word.model_copy(update={"start": max(0.0, min(start - _LEAD_SECONDS, word.end))})
    return corrected


def _clip_to_voice(word: Word, spans: Sequence[VoicedSpan]) -> Word:
    """The word without the quiet before and after it; as it is where it lies in a pause as a whole."""
    voiced = [
        (max(word.start, start), min(word.end, end)) for start, end in spans if start < word.end and end > word.start
    ]
    if not voiced:
        return word
    return word.model_copy(update={"start": voiced[0][0], "end": max(voiced[0][0], voiced[-1][1])})
