"""Rate limit of outbound broadcasts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Throttle:
    """Token bucket: `rate` tokens a second, and after a pause no more than `burst` at once."""

    rate: float
    burst: float
    _room: float = 0.0
    _at: datetime | None = None

    def room(self, now: datetime) -> int:
        """Refill the bucket; returns the number of tokens available."""
        passed = (now - self._at).total_seconds() if self._at else self.burst
        self._room = min(self.burst, self._room + self.rate * max(0.0, passed))
        self._at = now
        return int(self._room)

    def take(self, count: int) -> None:
        """Consume tokens."""
        self._room -= count
