"""Manual clock, which stands still until it is advanced."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


class SettableClock:
    """The current time in UTC, as set by a test. With a `tick`, each reading is that much later than the one before."""

    def __init__(self, now: datetime = NOON, tick: timedelta = timedelta()) -> None:
        self.now = now
        self._tick = tick
        self._start = now
        self._readings = 0

    def __call__(self) -> datetime:
        self._readings += 1
        return self.now + self._readings * self._tick

    def monotonic(self) -> float:
        """Seconds the clock has been advanced by, without ticks."""
        return (self.now - self._start).total_seconds()

    def advance(self, seconds: float = 0, **delta: float) -> datetime:
        """Advance the clock: `advance(3)`, `advance(seconds=3)`, `advance(days=1)`."""
        self.now += timedelta(seconds=seconds, **delta)
        return self.now
