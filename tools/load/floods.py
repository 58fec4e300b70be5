"""Telegram's flood limits, enforced: who writes too much is answered 429, as there.

core.telegram.org/bots/faq: about one message a second in a chat, with short bursts allowed, and about 30 a second in
all. A burst is taken here for at most five; edits count as messages do. Chat actions are left out, as nobody knows
that they count.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Final

from fakes.telegram_api.errors import build_flood_error
from fakes.telegram_api.faults import TelegramFault, TelegramFaults

IN_ALL: Final = 30  # calls in any second
A_CHAT: Final = 1.0  # calls a second
BURST: Final = 5
COUNTED: Final = frozenset({"sendMessage", "sendVideo", "sendDocument", "sendAnimation", "sendPhoto"})
EDITS: Final = frozenset({"editMessageText", "editMessageCaption", "editMessageReplyMarkup"})


class FloodLimits(TelegramFaults):
    """Watches every call, and lets those fail that are too many. `refused` counts them, `most` is of one second."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.refused = 0
        self.most = 0
        self._now = monotonic
        self._recent: list[float] = []
        self._levels: dict[int, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))  # chat: level and when

    def take(self, method: str, chat: int | None) -> TelegramFault | None:
        if method in COUNTED | EDITS and chat is not None and self._is_too_many(chat):
            self.refused += 1
            return TelegramFault(method, build_flood_error(1), chat, 1, 0)
        return super().take(method, chat)

    def _is_too_many(self, chat: int) -> bool:
        now = self._now()
        self._recent = [*(at for at in self._recent if at > now - 1), now]
        self.most = max(self.most, len(self._recent))
        level, then = self._levels[chat]
        level = max(0.0, level - A_CHAT * (now - then)) + 1
        self._levels[chat] = level, now
        return len(self._recent) > IN_ALL or level > BURST
