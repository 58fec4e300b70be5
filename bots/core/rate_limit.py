"""Rate limit of inbound messages per user."""

from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0  # seconds


class SlidingWindowLimiter:
    """Sliding-window counter per key over the last minute, or `seconds`; discards idle keys."""

    def __init__(self, limit: int, monotonic: Callable[[], float], seconds: float = WINDOW_SECONDS) -> None:
        self._limit = limit
        self._seconds = seconds
        self._monotonic = monotonic
        self._times: dict[str, deque[float]] = {}

    def is_exceeded(self, key: str) -> bool:
        """Count a message; True when it is over the limit."""
        now = self._monotonic()
        times = self._times.setdefault(key, deque(maxlen=self._limit + 1))
        times.append(now)
        self._discard_old(now)
        return len(times) > self._limit and now - times[0] < self._seconds

    def _discard_old(self, now: float) -> None:
        if len(self._times) > 10_000:
            self._times = {key: times for key, times in self._times.items() if now - times[-1] < self._seconds}
