"""Manual clock, which stands still until it is advanced."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


class SettableClock:
    """The current time in UTC, as set by a test."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> datetime:
        """Advance the clock: `advance(seconds=3)`, `advance(days=1)`."""
        self.now += timedelta(**delta)
        return self.now
