"""Where somebody speaks, and the correction of word times by it: words start where the voice sets in, and none lasts
into a pause.

Whisper gives the time of a pause to the word after it, and now and then to the one before (docs/speech.md).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

import numpy as np

from models.jobs.transcript import Word
from pipeline.speech.audio_reader import LEVEL_SECONDS, SAMPLE_RATE, Levels, Samples, to_floats

_NOISE_QUANTILE: Final = 0.1  # of a recording's levels are not above its noise
_NOISE_FACTOR: Final = 4.0  # 12 dB above the noise begins what is no pause
_MIN_LEVEL: Final = 10 ** (-50 / 20)  # of full scale; whatever is below is quiet
_MIN_BURST: Final = 0.04  # seconds; shorter noises do not end a pause
_MIN_PAUSE: Final = 0.15  # seconds; shorter quiet is within words, as before a "t"
_CHARACTER_SECONDS: Final = 0.06  # seconds that a character takes
_MIN_CHARACTER_SECONDS: Final = 0.02  # seconds; no voice is faster
_FILLING_SHARE: Final = 0.5  # of a pause; a word that lasts longer in it is said after it
_MAX_SHIFT: Final = 0.4  # seconds that a word is moved to the edge of a pause it does not reach

Pause = tuple[float, float]
TimeSpan = tuple[float, float]


def has_voice(samples: Samples) -> bool:
    """Whether somebody speaks, by the detector that comes with faster-whisper (Silero): Whisper itself makes words of
    noise and music.
    """
    from faster_whisper.vad import get_speech_timestamps

    return bool(get_speech_timestamps(to_floats(samples), sampling_rate=SAMPLE_RATE))


def find_pauses(levels: Levels) -> list[Pause]:
    """Start and end in seconds of each pause of at least 0.15 s."""
    if not len(levels):
        return []
    noise = float(np.quantile(levels, _NOISE_QUANTILE))
    loud = _find_runs(levels > max(_MIN_LEVEL, _NOISE_FACTOR * noise))
    voiced = [(start, end) for start, end in loud if end - start >= _MIN_BURST]
    edges = [0.0, *(edge for span in voiced for edge in span), len(levels) * LEVEL_SECONDS]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start >= _MIN_PAUSE]


def correct_times(words: Sequence[Word], levels: Levels) -> list[Word]:
    """The same words in the same order; those at the edges of pauses end, or begin, where the voice does.

    Times of words inside a pause, or on both sides of one, contradict the sound: what they become is an estimate,
    unless the part before the pause is longer than the word.
    """
    starts, ends = [word.start for word in words], [word.end for word in words]
    estimated = {index for index, word in enumerate(words) if word.has_estimated_times}
    for pause in find_pauses(levels):
        estimated |= _cut_at_pause(starts, ends, pause, [len(word.text) for word in words])
        _extend_to_pause(starts, ends, pause)
    return [
        word.model_copy(update={"start": start, "end": max(start, end), "has_estimated_times": index in estimated})
        for index, (word, start, end) in enumerate(zip(words, starts, ends, strict=True))
    ]


def _find_runs(is_loud: np.ndarray) -> list[tuple[float, float]]:
    padded = np.concatenate([[False], is_loud, [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1]) * LEVEL_SECONDS
    runs: list[tuple[float, float]] = [(start, end) for start, end in edges.reshape(-1, 2).tolist()]
    return runs


def _cut_at_pause(starts: list[float], ends: list[float], pause: Pause, characters: Sequence[int]) -> set[int]:
    """Cut the words that overlap a pause; returns the indices of those that contradict it.

    Words that are said inside a pause, by a voice too low to end it, stay.
    """
    begin, end = pause
    overlapping = range(bisect_right(ends, begin), bisect_left(starts, end))
    inside = [index for index in overlapping if begin <= starts[index] and ends[index] <= end]
    fills = len(inside) == 1 and ends[inside[0]] - starts[inside[0]] >= _FILLING_SHARE * (end - begin)
    contradicted = set(inside)
    for index in overlapping:
        if _is_ambiguous(starts[index], ends[index], pause, characters[index]):
            contradicted.add(index)
        if index not in inside or fills:
            starts[index], ends[index] = _cut_word(starts[index], ends[index], pause, characters[index])
    return contradicted


def _is_ambiguous(start: float, end: float, pause: Pause, characters: int) -> bool:
    """Whether a word is on both sides of a pause, and before it for no longer than it takes to say it."""
    return 0 < pause[0] - start <= _CHARACTER_SECONDS * characters and end > pause[1]


def _cut_word(start: float, end: float, pause: Pause, characters: int) -> TimeSpan:
    """A word is after the pause, which Whisper gives to the next one, unless what remains there is too short to say it,
    and shorter than what is before.
    """
    before, after = pause[0] - start, end - pause[1]
    if before > 0 and before > after and after < _MIN_CHARACTER_SECONDS * characters:
        return start, pause[0]
    return pause[1], max(pause[1], end)


def _extend_to_pause(starts: list[float], ends: list[float], pause: Pause) -> None:
    """Let the last word before a pause end with it, and the first one after it begin with the voice."""
    begin, end = pause
    before = bisect_left(starts, begin) - 1
    if before >= 0 and 0 < begin - ends[before] <= _MAX_SHIFT:
        ends[before] = begin
    after = bisect_right(ends, end)
    if after < len(starts) and 0 < starts[after] - end <= _MAX_SHIFT:
        starts[after] = end
