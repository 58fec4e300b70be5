"""Rate limits for sending: in each chat, and for a number as a whole, lower while the number is new. Pure.

WhatsApp publishes no limits; these are well below what is reported to have got numbers banned.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bots.core.rate_limit import TokenBucket
from models.columns import utc_now

MAX_TRACKED_CHATS = 10_000  # held in memory


@dataclass(frozen=True, slots=True)
class SendLimits:
    """Messages a second in one chat, and messages a minute of one number, new and after its warm-up."""

    chat_per_second: float = 1.0
    chat_burst: int = 3
    new_per_minute: float = 6.0
    warmed_up_per_minute: float = 30.0
    warm_up: timedelta = timedelta(days=14)

    def rate_for(self, age: timedelta) -> float:
        """Messages a minute for a number of that age; grows linearly during the warm-up."""
        fraction = min(1.0, max(0.0, age / self.warm_up))
        return self.new_per_minute + fraction * (self.warmed_up_per_minute - self.new_per_minute)


@dataclass(slots=True)
class SendRateLimiter:
    """`first_online_at` is when the number was first online; None counts as now. `monotonic` returns seconds."""

    first_online_at: datetime | None = None
    limits: SendLimits = field(default_factory=SendLimits)
    clock: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    _session_bucket: TokenBucket | None = None
    _chat_buckets: dict[str, TokenBucket] = field(default_factory=dict)

    def acquire(self, chat: str) -> float:
        """Seconds until a message may be sent to that chat; 0 when it may be sent now, which uses the quota."""
        return self._acquire(chat, reserve=0.0)

    def try_acquire_optional(self, chat: str) -> bool:
        """Whether an optional message may be sent now, which uses the quota.

        Half of a number's quota is reserved for messages that matter.
        """
        return self._acquire(chat, reserve=self._get_rate() / 2) == 0

    def _acquire(self, chat: str, reserve: float) -> float:
        now = self.monotonic()
        session_bucket, chat_bucket = self._refill_session(now), self._refill_chat(chat, now)
        wait_seconds = max(session_bucket.get_wait_seconds(1.0 + reserve), chat_bucket.get_wait_seconds())
        if wait_seconds > 0:
            return max(wait_seconds, 0.001)
        session_bucket.take()
        chat_bucket.take()
        self._evict_full(now)
        return 0.0

    def _refill_session(self, now: float) -> TokenBucket:
        """The bucket of the number, whose rate grows with its age."""
        per_minute = self._get_rate()
        bucket = self._session_bucket = self._session_bucket or TokenBucket(per_minute / 60, per_minute)
        bucket.rate, bucket.burst = per_minute / 60, per_minute
        bucket.refill(now)
        return bucket

    def _refill_chat(self, chat: str, now: float) -> TokenBucket:
        bucket = self._chat_buckets.setdefault(chat, TokenBucket(self.limits.chat_per_second, self.limits.chat_burst))
        bucket.refill(now)
        return bucket

    def _get_rate(self) -> float:
        age = self.clock() - self.first_online_at if self.first_online_at is not None else timedelta()
        return self.limits.rate_for(age)

    def _evict_full(self, now: float) -> None:
        """Drop chats whose bucket is full again."""
        if len(self._chat_buckets) > MAX_TRACKED_CHATS:
            full_after = self.limits.chat_burst / self.limits.chat_per_second
            self._chat_buckets = {
                chat: bucket
                for chat, bucket in self._chat_buckets.items()
                if now - (bucket.updated_at or 0) < full_after
            }
