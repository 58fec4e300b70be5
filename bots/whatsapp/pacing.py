"""Rate limits for sending: in each chat, and for a number as a whole, lower while the number is new. Pure.

WhatsApp publishes no limits; these are well below what is reported to have got numbers banned.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
class SendQuota:
    """Token bucket: `available` messages at `updated_at`, in monotonic seconds."""

    available: float
    updated_at: float

    def refill(self, now: float, per_second: float, capacity: float) -> None:
        self.available, self.updated_at = min(capacity, self.available + (now - self.updated_at) * per_second), now

    def get_wait_seconds(self, per_second: float) -> float:
        """Seconds until a message may be sent."""
        return max(0.0, (1.0 - self.available) / per_second)


@dataclass(slots=True)
class SendRateLimiter:
    """`first_online_at` is when the number was first online; None counts as now. `monotonic` returns seconds."""

    first_online_at: datetime | None = None
    limits: SendLimits = field(default_factory=SendLimits)
    clock: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    _session_quota: SendQuota | None = None
    _chat_quotas: dict[str, SendQuota] = field(default_factory=dict)

    def acquire(self, chat: str) -> float:
        """Seconds until a message may be sent to that chat; 0 when it may be sent now, which uses the quota."""
        return self._acquire(chat, reserve=0.0)

    def try_acquire_optional(self, chat: str) -> bool:
        """Whether an optional message may be sent now, which uses the quota.

        Half of a number's quota is reserved for messages that matter.
        """
        return self._acquire(chat, reserve=self._get_rate() / 2) == 0

    def _acquire(self, chat: str, reserve: float) -> float:
        now, per_minute = self.monotonic(), self._get_rate()
        session_quota = self._session_quota = self._session_quota or SendQuota(per_minute, now)
        chat_quota = self._chat_quotas.setdefault(chat, SendQuota(self.limits.chat_burst, now))
        session_quota.refill(now, per_minute / 60, per_minute)
        chat_quota.refill(now, self.limits.chat_per_second, self.limits.chat_burst)
        if session_quota.available < 1.0 + reserve or chat_quota.available < 1.0:
            delay = 60 * (1.0 + reserve - session_quota.available) / per_minute
            return max(chat_quota.get_wait_seconds(self.limits.chat_per_second), delay, 0.001)
        session_quota.available, chat_quota.available = session_quota.available - 1.0, chat_quota.available - 1.0
        self._evict_full(now)
        return 0.0

    def _get_rate(self) -> float:
        age = self.clock() - self.first_online_at if self.first_online_at is not None else timedelta()
        return self.limits.rate_for(age)

    def _evict_full(self, now: float) -> None:
        """Drop chats whose quota is full again."""
        if len(self._chat_quotas) > MAX_TRACKED_CHATS:
            full_after = self.limits.chat_burst / self.limits.chat_per_second
            self._chat_quotas = {
                chat: quota for chat, quota in self._chat_quotas.items() if now - quota.updated_at < full_after
            }
