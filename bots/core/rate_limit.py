"""Rate limits: token buckets for what is sent and received, and a sliding window. Times are monotonic seconds.

A bucket tells how long to wait, and admits again at its rate. A window can also count what it refuses, so that who goes
on without a pause stays refused: for tries at codes, not for messages.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from models.limits import PersonLimits

WINDOW_SECONDS = 60.0  # seconds
ROUNDING = 1e-6  # tokens: a rate times the seconds of a token is hardly ever exactly one
MAX_KEYS = 10_000  # counted at once; above it idle ones are discarded


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

    def is_available(self, count: float = 1.0) -> bool:
        return self.tokens >= count - ROUNDING

    def take(self, count: float = 1.0) -> None:
        """Consume tokens."""
        self.tokens -= count


class MessageLimiter:
    """Token buckets of senders, each of one minute's messages. What is refused takes no token, so that whoever goes on
    is slowed down to the rate and not shut out.

    A message that may wait takes its token in advance, at most `max_waiting` of a sender's; while some wait, all of the
    sender's next ones wait behind them.
    """

    def __init__(self, per_minute: float, monotonic: Callable[[], float], max_waiting: int = 0) -> None:
        self._per_minute = per_minute
        self._max_waiting = max_waiting
        self._monotonic = monotonic
        self._buckets: dict[str, TokenBucket] = {}

    def reserve(self, key: str, *, can_wait: bool = False) -> float | None:
        """Seconds until the message is to be handled; None if it is refused."""
        bucket = self._find_bucket(key)
        seconds = bucket.get_wait_seconds()
        is_waiting_allowed = (can_wait or bucket.tokens < 0) and bucket.tokens >= 1 - self._max_waiting
        if bucket.is_available() or is_waiting_allowed:
            bucket.take()
            return 0.0 if bucket.tokens >= -ROUNDING else seconds
        return None

    def _find_bucket(self, key: str) -> TokenBucket:
        now = self._monotonic()
        if key not in self._buckets:
            self._discard_full(now)
        bucket = self._buckets.setdefault(key, TokenBucket(self._per_minute / WINDOW_SECONDS, self._per_minute))
        bucket.refill(now)
        return bucket

    def _discard_full(self, now: float) -> None:
        if len(self._buckets) >= MAX_KEYS:
            for bucket in self._buckets.values():
                bucket.refill(now)
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.tokens < bucket.burst}


class SenderLimiter:
    """Limits of one sender: messages, of which those with files wait instead of being refused, and taps on buttons,
    which are no messages."""

    def __init__(self, limits: PersonLimits, monotonic: Callable[[], float]) -> None:
        self._messages = MessageLimiter(limits.messages_per_minute, monotonic, limits.messages_waiting)
        self._taps = MessageLimiter(limits.taps_per_minute, monotonic)

    def reserve(self, sender_id: str, *, is_tap: bool = False, has_files: bool = False) -> float | None:
        """Seconds until the message is to be handled; None if it is refused."""
        return self._taps.reserve(sender_id) if is_tap else self._messages.reserve(sender_id, can_wait=has_files)


class SlidingWindowLimiter:
    """Sliding-window counter per key over the last minute, or `seconds`; discards idle keys. With `counts_refused` what
    is over the limit counts too."""

    def __init__(
        self,
        limit: int,
        monotonic: Callable[[], float],
        seconds: float = WINDOW_SECONDS,
        *,
        counts_refused: bool = True,
    ) -> None:
        self._limit = limit
        self._seconds = seconds
        self._monotonic = monotonic
        self._counts_refused = counts_refused
        self._times: dict[str, deque[float]] = {}

    def is_exceeded(self, key: str) -> bool:
        """Count a message; True when it is over the limit."""
        now = self._monotonic()
        times = self._times.setdefault(key, deque(maxlen=self._limit))
        is_over = len(times) >= self._limit and now - times[0] < self._seconds
        if self._counts_refused or not is_over:
            times.append(now)
        self._discard_old(now)
        return is_over

    def _discard_old(self, now: float) -> None:
        if len(self._times) > MAX_KEYS:
            self._times = {key: times for key, times in self._times.items() if now - times[-1] < self._seconds}
