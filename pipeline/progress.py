"""Progress callbacks of long-running work."""

import time
from collections.abc import Callable

ProgressCallback = Callable[[str, float], None]
"""Called with the name of the stage and the share of the whole work done so far, 0 to 1 and never falling."""


def throttle(progress: ProgressCallback, seconds: float = 0.2) -> ProgressCallback:
    """Wrap a callback so that a call passes if its stage is new, its share is 1, or `seconds` have passed."""
    last = ("", 0.0)

    def report(stage: str, share: float) -> None:
        nonlocal last
        now = time.monotonic()
        if stage != last[0] or share >= 1 or now - last[1] >= seconds:
            last = (stage, now)
            progress(stage, share)

    return report
