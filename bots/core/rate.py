"""How fast one person may write."""

from collections import deque
from collections.abc import Callable

WINDOW = 60.0  # seconds


class Pace:
    """Counts messages by person in the last minute, or so many seconds; forgets people who are quiet."""

    def __init__(self, limit: int, monotonic: Callable[[], float], seconds: float = WINDOW) -> None:
        self._limit = limit
        self._seconds = seconds
        self._now = monotonic
        self._times: dict[str, deque[float]] = {}

    def exceeded(self, who: str) -> bool:
        """Whether this message is one too many; it is counted."""
        now = self._now()
        times = self._times.setdefault(who, deque(maxlen=self._limit + 1))
        times.append(now)
        self._forget(now)
        return len(times) > self._limit and now - times[0] < self._seconds

    def _forget(self, now: float) -> None:
        if len(self._times) > 10_000:
            self._times = {who: times for who, times in self._times.items() if now - times[-1] < self._seconds}
