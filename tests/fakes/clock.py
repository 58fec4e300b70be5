"""A clock that stands until it is told to go on."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


class SettableClock:
    """The time now, in UTC, as a test sets it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        """Let time pass: `forward(seconds=3)`, `forward(days=1)`."""
        self.now += timedelta(**span)
        return self.now
