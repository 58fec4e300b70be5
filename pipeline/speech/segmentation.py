"""Segmentation of a long recording at pauses, so that no word is cut in two."""

from itertools import pairwise
from typing import Final

import numpy as np

from pipeline.speech.audio_reader import LEVEL_SECONDS, Levels

MIN_PIECE_SECONDS: Final = 12.0  # seconds; a model is most accurate with some context
MAX_PIECE_SECONDS: Final = 24.0  # seconds; its memory and its errors grow beyond half a minute
_SMOOTHING_SECONDS: Final = 0.3  # seconds over which levels are averaged to find the quietest point

PieceSpan = tuple[float, float]


def split_at_pauses(
    levels: Levels, *, min_seconds: float = MIN_PIECE_SECONDS, max_seconds: float = MAX_PIECE_SECONDS
) -> tuple[PieceSpan, ...]:
    """Return start and end in seconds of each piece, contiguous over the whole recording.

    Each cut is in the middle of the quietest 0.3 s between `min_seconds` and `max_seconds` after the previous one.
    """
    smoothed = _smooth_levels(levels)
    min_frames, max_frames = round(min_seconds / LEVEL_SECONDS), round(max_seconds / LEVEL_SECONDS)
    cuts = [0]
    while len(levels) - cuts[-1] > max_frames:
        window = smoothed[cuts[-1] + min_frames : cuts[-1] + max_frames]
        cuts.append(cuts[-1] + min_frames + int(np.argmin(window)))
    edges = [index * LEVEL_SECONDS for index in [*cuts, len(levels)]]
    return tuple((start, end) for start, end in pairwise(edges) if end > start)


def _smooth_levels(levels: Levels) -> Levels:
    width = round(_SMOOTHING_SECONDS / LEVEL_SECONDS)
    if len(levels) < width:
        return levels
    return np.convolve(levels, np.full(width, 1 / width, np.float32), mode="same").astype(np.float32)
