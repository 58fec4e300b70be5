"""Manual clock, which stands still until it is advanced."""

import threading
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


class SettableClock:
    """The current time in UTC, as set by a test. With a `tick`, each reading is that much later than the one before."""

    def __init__(self, now: datetime = NOON, tick: timedelta = timedelta()) -> None:
        self.now = now
        self._tick = tick
        self._start = now  # moved along by ticks, which are no seconds that passed
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        if self._tick:
            with self._lock:  # or a reading might undo what another thread advances
                self.now += self._tick
                self._start += self._tick
        return self.now

    def monotonic(self) -> float:
        """Seconds the clock has been advanced by, without ticks."""
        with self._lock:
            return (self.now - self._start).total_seconds()

    def advance(self, seconds: float = 0, **delta: float) -> datetime:
        """Advance the clock: `advance(3)`, `advance(seconds=3)`, `advance(days=1)`."""
        with self._lock:
            self.now += timedelta(seconds=seconds, **delta)
            return self.now
