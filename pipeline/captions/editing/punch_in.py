"""Punch-in: the picture comes closer when something is said that matters, and goes back."""

from collections.abc import Sequence
from typing import Final

from models.jobs.transcript import Word
from pipeline.captions.caption_words import is_sentence_end
from pipeline.captions.emphasis import find_emphasis
from pipeline.media.editing.layers import Layer
from pipeline.media.editing.zoom import Zoom

SCALE: Final = 1.10
RISE_SECONDS: Final = 0.25
HOLD_SECONDS: Final = 1.3
FALL_SECONDS: Final = 0.45
_MIN_REST: Final = 1.6  # seconds between one and the next
_EARLIEST: Final = 0.6  # seconds: a film does not begin with one
_FOCUS: Final = (0.5, 0.38)  # where faces mostly are
_LENGTH: Final = RISE_SECONDS + HOLD_SECONDS + FALL_SECONDS


class PunchIn:
    """Painter of the zooms that begin at these times (seconds), in order."""

    def __init__(self, starts: Sequence[float]) -> None:
        self._starts = starts
        self._layers: tuple[float, list[Layer]] = (1.0, [])

    def __call__(self, seconds: float) -> list[Layer]:
        scale = compute_scale(self._starts, seconds)
        if scale != self._layers[0]:
            self._layers = scale, [Zoom(scale, _FOCUS)] if scale > 1 else []
        return self._layers[1]


def compute_scale(starts: Sequence[float], seconds: float) -> float:
    """How much the picture is enlarged at a time: it speeds up and slows down gently."""
    elapsed = next((seconds - start for start in starts if 0 <= seconds - start < _LENGTH), None)
    if elapsed is None:
        return 1.0
    share = min(1.0, elapsed / RISE_SECONDS, (_LENGTH - elapsed) / FALL_SECONDS)
    return 1 + (SCALE - 1) * share * share * (3 - 2 * share)


def choose_starts(words: Sequence[Word], language: str, seconds: float) -> list[float]:
    """Starts of words worth emphasis, apart from each other; of sentences where no word is worth it.

    None begins that could not end before the film does.
    """
    emphasised = find_emphasis(words, language) or _find_sentences(words)
    starts: list[float] = []
    for index in sorted(emphasised):
        earliest = starts[-1] + _LENGTH + _MIN_REST if starts else _EARLIEST
        if earliest <= words[index].start <= seconds - _LENGTH:
            starts.append(words[index].start)
    return starts


def _find_sentences(words: Sequence[Word]) -> frozenset[int]:
    return frozenset(index for index in range(1, len(words)) if is_sentence_end(words[index - 1].text))
