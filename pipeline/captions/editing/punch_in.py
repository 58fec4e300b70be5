"""Punch-in: the picture comes closer when something is said that matters, and goes back."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from models.jobs.transcript import Word
from models.sentences import is_sentence_end
from pipeline.captions.emphasis import find_emphasis
from pipeline.media.editing.layers import Layer
from pipeline.media.editing.zoom import Zoom
from pipeline.vision.film_faces import FilmFaces

Point = tuple[float, float]
"""Shares of the width and the height of a frame."""

SCALE: Final = 1.10
RISE_SECONDS: Final = 0.25
HOLD_SECONDS: Final = 1.3
FALL_SECONDS: Final = 0.45
_MIN_REST: Final = 1.6  # seconds between one and the next
_EARLIEST: Final = 0.6  # seconds: a film does not begin with one
_FOCUS: Final[Point] = (0.5, 0.38)  # where faces mostly are
_LENGTH: Final = RISE_SECONDS + HOLD_SECONDS + FALL_SECONDS


class PunchIn:
    """Painter of the zooms that begin at these times (seconds), in order, each around its own point."""

    def __init__(self, starts: Sequence[float], focuses: Sequence[Point]) -> None:
        self._starts = starts
        self._focuses = focuses
        self._key: tuple[float, Point] | None = None
        self._layers: list[Layer] = []

    def __call__(self, seconds: float) -> list[Layer]:
        scale = compute_scale(self._starts, seconds)
        if scale <= 1:
            return []
        key = scale, self._focuses[bisect_right(self._starts, seconds) - 1]
        if key != self._key:
            self._key, self._layers = key, [Zoom(*key)]
        return self._layers


def build_punch_in(words: Sequence[Word], language: str, seconds: float, faces: FilmFaces | None) -> PunchIn:
    """The zooms of a film of so many seconds, towards the faces that are seen in it."""
    starts = choose_starts(words, language, seconds)
    return PunchIn(starts, [find_focus(faces, start) for start in starts])


def find_focus(faces: FilmFaces | None, start: float) -> Point:
    """The point a zoom that begins then is aimed at: the middle of the faces of its shot, large ones before small ones;
    without a face where faces mostly are."""
    end = start + _LENGTH
    regions = faces.find_regions(start, min([end, *(cut for cut in faces.cuts if start < cut < end)])) if faces else []
    boxes = [region.box for region in regions]
    areas = [box.width * box.height for box in boxes]
    if faces is None or not sum(areas):
        return _FOCUS
    x = sum((box.x + box.width / 2) * area for box, area in zip(boxes, areas, strict=True)) / sum(areas)
    y = sum((box.y + box.height / 2) * area for box, area in zip(boxes, areas, strict=True)) / sum(areas)
    return _clip(x / faces.size[0]), _clip(y / faces.size[1])


def _clip(share: float) -> float:
    return max(0.0, min(1.0, share))


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
    emphasised = find_emphasis(words, language) or _find_sentences(words, language)
    starts: list[float] = []
    for index in sorted(emphasised):
        earliest = starts[-1] + _LENGTH + _MIN_REST if starts else _EARLIEST
        if earliest <= words[index].start <= seconds - _LENGTH:
            starts.append(words[index].start)
    return starts


def _find_sentences(words: Sequence[Word], language: str) -> frozenset[int]:
    ends = (is_sentence_end(word.text, following.text, language) for word, following in pairwise(words))
    return frozenset(index for index, is_end in enumerate(ends, start=1) if is_end)
