"""Clocks: what the time is, as the database would say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Callable that returns the current time in UTC; tests pass their own."""

    def __call__(self) -> datetime: ...


@dataclass(slots=True)
class AdjustedClock:
    """A machine's own clock, and what it is corrected by."""

    local: Clock
    offset: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return self.local() + self.offset
