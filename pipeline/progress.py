"""Progress callbacks of long-running work, and the throttle of progress that is written, sent or shown."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

ProgressCallback = Callable[[str, float], None]
"""Called with the name of the stage and the share of the whole work done so far, 0 to 1 and never falling."""


@dataclass(slots=True)
class Throttle:
    """Tells when something is due that is done at most every `interval` seconds. Times are monotonic seconds."""

    interval: float
    done_at: float = -math.inf

    def is_due(self, now: float) -> bool:
        return now - self.done_at >= self.interval

    def restart(self, now: float) -> None:
        """Wait for the interval from now on: it was done."""
        self.done_at = now


def keep_rising(progress: ProgressCallback) -> ProgressCallback:
    """Wrap a callback so that the share never falls, as when one task after another reports its own."""
    highest = 0.0

    def report(stage: str, share: float) -> None:
        nonlocal highest
        highest = max(highest, share)
        progress(stage, highest)

    return report


def throttle(progress: ProgressCallback, seconds: float = 0.2) -> ProgressCallback:
    """Wrap a callback so that a call passes if its stage is new, its share is 1, or `seconds` have passed."""
    limit, last_stage = Throttle(seconds), ""

    def report(stage: str, share: float) -> None:
        nonlocal last_stage
        now = time.monotonic()
        if stage != last_stage or share >= 1 or limit.is_due(now):
            last_stage = stage
            limit.restart(now)
            progress(stage, share)

    return report
