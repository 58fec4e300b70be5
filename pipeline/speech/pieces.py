"""Segmentation of a long recording at pauses, so that no word is cut in two."""

from itertools import pairwise
from typing import Final

import numpy as np

from pipeline.speech.sound import FRAME, Levels

SHORTEST: Final = 12.0  # seconds; moonshine is most accurate with some context
LONGEST: Final = 24.0  # seconds; its memory and its errors grow beyond half a minute
_PAUSE: Final = 0.3  # seconds over which levels are averaged to find the quietest point

Piece = tuple[float, float]


def cut(levels: Levels, *, shortest: float = SHORTEST, longest: float = LONGEST) -> tuple[Piece, ...]:
    """Return start and end in seconds of each piece, contiguous over the whole recording.

    Each cut is in the middle of the quietest 0.3 s between `min_seconds` and `max_seconds` after the previous one.
    """
    smooth = _smoothed(levels)
    near, far = round(shortest / FRAME), round(longest / FRAME)
    cuts = [0]
    while len(levels) - cuts[-1] > far:
        window = smooth[cuts[-1] + near : cuts[-1] + far]
        cuts.append(cuts[-1] + near + int(np.argmin(window)))
    edges = [index * FRAME for index in [*cuts, len(levels)]]
    return tuple((start, end) for start, end in pairwise(edges) if end > start)


def _smoothed(levels: Levels) -> Levels:
    width = round(_PAUSE / FRAME)
    if len(levels) < width:
        return levels
    return np.convolve(levels, np.full(width, 1 / width, np.float32), mode="same").astype(np.float32)
