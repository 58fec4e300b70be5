"""Cut list of a film: what is taken out of it, and which time of the film each time of its source becomes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import NamedTuple, Self

_ROUNDING = Fraction(1, 100)  # seconds, as the coarsest of subtitle formats have them


class Cut(NamedTuple):
    """What is taken out, in seconds from the start of the media; the end is exclusive."""

    start: Fraction
    end: Fraction


class Segment(NamedTuple):
    """What is kept between two cuts: seconds of the source, and the time of the film at which it begins.

    The first one of a source that is not cut at its start has no `start`, the last one no `end`.
    """

    start: Fraction | None
    end: Fraction | None
    shown_at: Fraction


class CutList:
    """Cuts in order, none of which touches the next. Raises ValueError for others."""

    def __init__(self, cuts: Iterable[Cut] = ()) -> None:
        self.cuts = tuple(cuts)
        is_ordered = all(cut.start < cut.end for cut in self.cuts) and all(
            a.end < b.start for a, b in pairwise(self.cuts)
        )
        if not is_ordered:
            raise ValueError("cuts overlap or are not in order")
        self._starts = [cut.start for cut in self.cuts]
        self._removed = list(accumulate((cut.end - cut.start for cut in self.cuts), initial=Fraction(0)))
        self._shown = [self.map_time(cut.start) for cut in self.cuts]  # times of the film

    def __bool__(self) -> bool:
        return bool(self.cuts)

    @property
    def seconds(self) -> Fraction:
        """How much is taken out."""
        return self._removed[-1]

    def map_time(self, time: Fraction) -> Fraction:
        """The time of the film that a time of the source becomes; what is cut out becomes the time of the cut."""
        index = bisect_right(self._starts, time) - 1
        if index < 0:
            return time
        return max(time, self.cuts[index].end) - self._removed[index + 1]

    def map_seconds(self, seconds: float) -> float:
        return float(self.map_time(Fraction(seconds)))

    def find_source_start(self, seconds: float) -> float:
        """The time of the source at which something begins that begins at a time of the film: behind a cut there."""
        index = bisect_right(self._shown, Fraction(seconds) + _ROUNDING)
        time = Fraction(seconds) + self._removed[index]
        return float(max(time, self.cuts[index - 1].end) if index else time)

    def find_source_end(self, seconds: float) -> float:
        """The time of the source at which something ends that ends at a time of the film: before a cut there."""
        index = bisect_left(self._shown, Fraction(seconds) - _ROUNDING)
        time = Fraction(seconds) + self._removed[index]
        return float(min(time, self.cuts[index].start) if index < len(self.cuts) else time)

    @classmethod
    def from_seconds(cls, cuts: Iterable[tuple[float, float]]) -> Self:
        """The cuts that `to_seconds` gave."""
        return cls(Cut(Fraction(start), Fraction(end)) for start, end in cuts)

    def to_seconds(self) -> tuple[tuple[float, float], ...]:
        return tuple((float(cut.start), float(cut.end)) for cut in self.cuts)

    def list_segments(self) -> list[Segment]:
        """What is kept, in order."""
        ends = [*(cut.start for cut in self.cuts), None]
        starts = [None, *(cut.end for cut in self.cuts)]
        shown = [Fraction(0), *(self.map_time(cut.end) for cut in self.cuts)]
        return [Segment(*each) for each in zip(starts, ends, shown, strict=True)]


@dataclass(frozen=True, slots=True)
class Edit:
    """What is cut out of a film, and for how many seconds its last frame is shown when it is over."""

    cuts: CutList = field(default_factory=CutList)
    closing: Fraction = Fraction(0)


UNEDITED = Edit()
