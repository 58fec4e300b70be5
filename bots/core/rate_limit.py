"""Rate limits: a token bucket for what is sent, and a sliding window for what users send. Times are monotonic seconds.

They are two: a bucket tells how long to wait, and admits again at its rate. A window also counts what it refuses, so
that a user who goes on without a pause stays refused.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW_SECONDS = 60.0  # seconds


@dataclass(slots=True)
class TokenBucket:
    """`rate` tokens a second, and after a pause no more than `burst` at once, with which it begins. The caller may
    change both. Each method counts what is available since the last `refill`.
    """

    rate: float
    burst: float
    tokens: float = field(init=False)
    updated_at: float | None = None

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def refill(self, now: float) -> None:
        passed = now - self.updated_at if self.updated_at is not None else 0.0
        self.tokens, self.updated_at = min(self.burst, self.tokens + self.rate * max(0.0, passed)), now

    def count_available(self) -> int:
        return int(self.tokens)

    def get_wait_seconds(self, count: float = 1.0) -> float:
        """Seconds until so many tokens are available."""
        return max(0.0, (count - self.tokens) / self.rate)

    def take(self, count: float = 1.0) -> None:
        """Consume tokens."""
        self.tokens -= count


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
