"""Rate limit of outbound broadcasts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class TokenBucket:
    """Token bucket: `rate` tokens a second, and after a pause no more than `burst` at once."""

    rate: float
    burst: float
    _tokens: float = 0.0
    _updated_at: datetime | None = None

    def count_available(self, now: datetime) -> int:
        """Refill the bucket; returns the number of tokens available."""
        passed = (now - self._updated_at).total_seconds() if self._updated_at else self.burst
        self._tokens = min(self.burst, self._tokens + self.rate * max(0.0, passed))
        self._updated_at = now
        return int(self._tokens)

    def take(self, count: int) -> None:
        """Consume tokens."""
        self._tokens -= count
