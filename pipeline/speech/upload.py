"""Pieces of a recording for upload to a speech service, cut at pauses. Runs in the sandbox."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from models.media.facts import SoundPiece
from pipeline.media import audio
from pipeline.speech import segmentation
from pipeline.speech.audio_reader import LEVEL_SECONDS, Levels, WavReader

MAX_PIECE_SECONDS: Final = 600.0  # seconds: 2.4 MB, of the 25 that Groq takes; an hour is at most a dozen requests
OVERLAP_SECONDS: Final = 4.0  # seconds that two pieces share where nobody pauses
_SHORTEST_SHARE: Final = 0.5  # of the longest piece, after which the next pause is looked for
_SPLIT_SHARES: Final = (0.4, 0.6)  # of a piece that is split again, between which a pause is looked for
_QUIET_FACTOR: Final = 0.06  # a pause is 24 dB less loud than the loud voice
_QUIET_LEVEL: Final = 0.001  # of full scale, -60 dB: always a pause
_LOUD_SHARE: Final = 0.95  # of 10 ms are quieter than the loud voice
_PAUSE_FRAMES: Final = 15  # levels on each side of a cut that make a pause


def write_pieces(wav: Path, folder: Path, max_seconds: float = MAX_PIECE_SECONDS) -> list[SoundPiece]:
    """Compress a recording in pieces of at most so many seconds, apart from overlaps."""
    with WavReader(wav) as recording:
        levels = recording.read_levels()
        return _write_all(
            wav, folder, levels, _split(levels, (0.0, recording.seconds), (_SHORTEST_SHARE * max_seconds, max_seconds))
        )


def split_piece(wav: Path, folder: Path, start: float, end: float) -> list[SoundPiece]:
    """Compress the part of a recording between two times again, in two pieces."""
    with WavReader(wav) as recording:
        levels = recording.read_levels()
    shortest, longest = (share * (end - start) for share in _SPLIT_SHARES)
    return _write_all(wav, folder, levels, _split(levels, (start, end), (shortest, longest)))


def _split(levels: Levels, span: tuple[float, float], lengths: tuple[float, float]) -> list[tuple[float, float]]:
    """Contiguous spans of a span in seconds, each as long as the first of `lengths` or longer, up to the second."""
    start, end = span
    part = levels[round(start / LEVEL_SECONDS) : round(end / LEVEL_SECONDS)]
    pieces = segmentation.split_at_pauses(part, min_seconds=lengths[0], max_seconds=lengths[1])
    return list(pairwise([start, *(start + piece[1] for piece in pieces[:-1]), end]))


def _write_all(wav: Path, folder: Path, levels: Levels, spans: Sequence[tuple[float, float]]) -> list[SoundPiece]:
    pieces = []
    for start, end in _add_overlaps(levels, spans):
        path = folder / f"piece-{round(1000 * start)}-{round(1000 * end)}.ogg"
        pieces.append(SoundPiece(audio.compress(wav, path, start, end), start, end))
    return pieces


def _add_overlaps(levels: Levels, spans: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Extend the spans over the cuts between them at which nobody pauses."""
    for index, (start, end) in enumerate(spans):
        has_open_start = index > 0 and not is_pause(levels, start)
        has_open_end = index < len(spans) - 1 and not is_pause(levels, end)
        extra = min(OVERLAP_SECONDS / 2, (end - start) / 4)
        yield start - extra * has_open_start, end + extra * has_open_end


def is_pause(levels: Levels, seconds: float) -> bool:
    """Whether it is quiet for 0.3 s around a time."""
    index = round(seconds / LEVEL_SECONDS)
    around = levels[max(0, index - _PAUSE_FRAMES) : index + _PAUSE_FRAMES]
    loud = float(np.quantile(levels, _LOUD_SHARE))
    return float(around.max(initial=0.0)) <= max(_QUIET_LEVEL, _QUIET_FACTOR * loud)
