"""Rate limit of inbound messages per user."""

from collections import deque
from collections.abc import Callable

WINDOW = 60.0  # seconds


class Pace:
    """Sliding-window counter per key over the last minute, or `seconds`; discards idle keys."""

    def __init__(self, limit: int, monotonic: Callable[[], float], seconds: float = WINDOW) -> None:
        self._limit = limit
        self._seconds = seconds
        self._now = monotonic
        self._times: dict[str, deque[float]] = {}

    def exceeded(self, who: str) -> bool:
        """Count a message; True when it is over the limit."""
        now = self._now()
        times = self._times.setdefault(who, deque(maxlen=self._limit + 1))
        times.append(now)
        self._forget(now)
        return len(times) > self._limit and now - times[0] < self._seconds

    def _forget(self, now: float) -> None:
        if len(self._times) > 10_000:
            self._times = {who: times for who, times in self._times.items() if now - times[-1] < self._seconds}
