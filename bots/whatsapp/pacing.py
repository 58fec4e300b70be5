"""Rate limits for sending: in each chat, and for a number as a whole, lower while the number is new. Pure.

WhatsApp publishes no limits; these are well below what is reported to have got numbers banned.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.columns import utc_now

MOST_CHATS = 10_000  # held in memory


@dataclass(frozen=True, slots=True)
class Rules:
    """Messages a second in one chat, and messages a minute of one number, new and after its warm-up."""

    chat_per_second: float = 1.0
    chat_burst: int = 3
    new_per_minute: float = 6.0
    settled_per_minute: float = 30.0
    settles_in: timedelta = timedelta(days=14)

    def per_minute(self, age: timedelta) -> float:
        """Messages a minute for a number of that age; grows linearly during the warm-up."""
        part = min(1.0, max(0.0, age / self.settles_in))
        return self.new_per_minute + part * (self.settled_per_minute - self.new_per_minute)


@dataclass(slots=True)
class Allowance:
    """Token bucket: `available` messages at `updated_at`, in monotonic seconds."""

    left: float
    at: float

    def grow(self, now: float, per_second: float, most: float) -> None:
        self.left, self.at = min(most, self.left + (now - self.at) * per_second), now

    def wait(self, per_second: float) -> float:
        """Seconds until a message may be sent."""
        return max(0.0, (1.0 - self.left) / per_second)


@dataclass(slots=True)
class Pacer:
    """`first_online_at` is when the number was first online; None counts as now. `monotonic` returns seconds."""

    since: datetime | None = None
    rules: Rules = field(default_factory=Rules)
    clock: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    _number: Allowance | None = None
    _chats: dict[str, Allowance] = field(default_factory=dict)

    def wait(self, chat: str) -> float:
        """Seconds until a message may be sent to that chat; 0 when it may be sent now, which uses the quota."""
        return self._take(chat, spare=0.0)

    def spares(self, chat: str) -> bool:
        """Whether an optional message may be sent now, which uses the quota.

        Half of a number's quota is reserved for messages that matter.
        """
        return self._take(chat, spare=self._per_minute() / 2) == 0

    def _take(self, chat: str, spare: float) -> float:
        now, per_minute = self.monotonic(), self._per_minute()
        mine = self._number = self._number or Allowance(per_minute, now)
        theirs = self._chats.setdefault(chat, Allowance(self.rules.chat_burst, now))
        mine.grow(now, per_minute / 60, per_minute)
        theirs.grow(now, self.rules.chat_per_second, self.rules.chat_burst)
        if mine.left < 1.0 + spare or theirs.left < 1.0:
            late = 60 * (1.0 + spare - mine.left) / per_minute
            return max(theirs.wait(self.rules.chat_per_second), late, 0.001)
        mine.left, theirs.left = mine.left - 1.0, theirs.left - 1.0
        self._forget(now)
        return 0.0

    def _per_minute(self) -> float:
        age = self.clock() - self.since if self.since is not None else timedelta()
        return self.rules.per_minute(age)

    def _forget(self, now: float) -> None:
        """Drop chats whose quota is full again."""
        if len(self._chats) > MOST_CHATS:
            full = self.rules.chat_burst / self.rules.chat_per_second
            self._chats = {chat: left for chat, left in self._chats.items() if now - left.at < full}
