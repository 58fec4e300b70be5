"""Caption state over time: which block is visible, which word is active, and at what scale."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from models.jobs.caption_styles import PopAnimation
from pipeline.captions.layout import CaptionBlock

_SCALE_STEP = 0.02  # scales of a popping word are rounded to multiples of this, so that each is rendered once
_PEAK_SHARE = 0.4  # share of a pop's duration after which it is at its peak


@dataclass(frozen=True, slots=True)
class CaptionState:
    """Visible state: the index of the block, the index of its active word, and the scale of that word."""

    block_index: int
    active_index: int
    scale: float


class CaptionTimeline:
    """Lookup of the caption state at a time in seconds; `blocks` are in the order of their starts.

    A change is shown by the first frame after it, or by one up to `lead` seconds before.
    """

    def __init__(self, blocks: Sequence[CaptionBlock], pop: PopAnimation | None, lead: float = 0.0) -> None:
        self._blocks = blocks
        self._block_starts = [block.start for block in blocks]
        self._word_starts = [[word.start for word in block.words] for block in blocks]
        self._pop = pop
        self._lead = lead

    def find_state(self, seconds: float) -> CaptionState | None:
        """Return the state of a frame at this time; None between groups."""
        now = seconds + self._lead
        index = bisect_right(self._block_starts, now) - 1
        if index < 0 or now >= self._blocks[index].end:
            return None
        active = max(0, bisect_right(self._word_starts[index], now) - 1)
        return CaptionState(index, active, compute_scale(self._pop, seconds - self._word_starts[index][active]))


def compute_scale(pop: PopAnimation | None, elapsed: float) -> float:
    """Return the scale of a word that has been active for `elapsed` seconds, rounded to steps."""
    if pop is None or elapsed >= pop.seconds:
        return 1.0
    share = max(0.0, elapsed) / pop.seconds
    if share < _PEAK_SHARE:
        exact = pop.start + (pop.peak - pop.start) * _ease_out(share / _PEAK_SHARE)
    else:
        exact = pop.peak + (1 - pop.peak) * _ease_out((share - _PEAK_SHARE) / (1 - _PEAK_SHARE))
    return round(round(exact / _SCALE_STEP) * _SCALE_STEP, 3)


def _ease_out(share: float) -> float:
    """Quadratic ease-out of a share, 0 to 1."""
    return 1 - (1 - share) ** 2
