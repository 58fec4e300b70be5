"""Cutting of sound at samples, with a short crossfade over each cut so that nothing clicks."""

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline.media.editing.cut_list import CutList, Segment

Sound: TypeAlias = npt.NDArray[np.float32]
"""Samples by channel."""

FADE_SECONDS: Final = 0.010


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment in samples: from `start` to `end` of the source, at `shown_at` of the film; None: from the beginning,
    to the end.
    """

    start: int | None
    end: int | None
    shown_at: int

    @property
    def offset(self) -> int:
        """What a position of the film is before that of the source."""
        return (self.start or 0) - self.shown_at


class SoundCutter:
    """Cuts sound that comes in blocks without gaps.

    Every piece is at the sample of the film that its time says, whatever was cut before. The crossfade has its middle
    at the cut: equal power, 10 ms, of which half is what would have followed, and half what came before.
    """

    def __init__(self, cuts: CutList, rate: int) -> None:
        self._pieces = deque(_to_samples(segment, rate) for segment in cuts.list_segments())
        self._half = round(FADE_SECONDS * rate / 2)
        self._pending: Sound | None = None  # of the film, from `position` on
        self.position = 0  # sample of the film that the next block returned begins at

    def cut_block(self, start: int, block: Sound) -> Sound:
        """Take the samples from `start` of the source on; returns those of the film that are complete."""
        end = start + block.shape[1]
        if self._pending is None:
            self.position = self._find_complete(start)
            self._pending = block[:, :0].copy()
        for piece in takewhile(lambda each: self._begin_of(each, start) < end, self._pieces):
            if self._end_of(piece, end) > start:
                self._add(piece, start, block)
        taken = self._take(self._find_complete(end) - self.position)
        while len(self._pieces) > 1 and self._begin_of(self._pieces[1], end) <= end:
            if self._end_of(self._pieces[0], end) > end:
                break
            self._pieces.popleft()
        return taken

    def finish(self) -> Sound | None:
        """What is left."""
        return None if self._pending is None else self._take(self._pending.shape[1])

    def _begin_of(self, piece: _Piece, default: int) -> int:
        return default if piece.start is None else piece.start - self._half

    def _end_of(self, piece: _Piece, default: int) -> int:
        return default if piece.end is None else piece.end + self._half

    def _add(self, piece: _Piece, start: int, block: Sound) -> None:
        """Add what a block has of a piece to what is pending."""
        assert self._pending is not None  # noqa: S101 - for the type checker
        first = max(start, self._begin_of(piece, start), self.position + piece.offset)
        last = max(first, min(start + block.shape[1], self._end_of(piece, start + block.shape[1])))
        part = block[:, first - start : last - start] * self._weigh(piece, np.arange(first, last))
        at = first - piece.offset - self.position
        missing = at + part.shape[1] - self._pending.shape[1]
        if missing > 0:
            self._pending = np.pad(self._pending, ((0, 0), (0, missing)))
        self._pending[:, at : at + part.shape[1]] += part

    def _weigh(self, piece: _Piece, positions: npt.NDArray[np.int64]) -> Sound:
        """Share of each sample: it rises over the piece's start and falls over its end."""
        weights = np.ones(len(positions), np.float32)
        for edge, sign in ((piece.start, 1), (piece.end, -1)):
            if edge is not None:
                share = np.clip(0.5 + sign * (positions + 0.5 - edge) / (2 * self._half), 0, 1)
                weights *= np.sin(np.pi / 2 * share).astype(np.float32)
        return weights

    def _find_complete(self, end: int) -> int:
        """The position of the film to which nothing is added any more, once the source was read up to `end`."""
        piece = deque(takewhile(lambda each: self._begin_of(each, end) <= end, self._pieces), maxlen=1).pop()
        limit = end if piece.end is None else min(end, piece.end - self._half - 1)  # the next is a sample off at most
        return max(limit - piece.offset, self.position)

    def _take(self, count: int) -> Sound:
        assert self._pending is not None  # noqa: S101 - for the type checker
        taken, self._pending = self._pending[:, :count], self._pending[:, count:]
        self.position += taken.shape[1]
        return taken


def _to_samples(segment: Segment, rate: int) -> _Piece:
    def count(time: Fraction | None) -> int | None:
        return None if time is None else round(time * rate)

    start, end = count(segment.start), count(segment.end)
    return _Piece(start, end, round(segment.shown_at * rate))
