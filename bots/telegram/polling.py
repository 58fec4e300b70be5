"""Long polling with the library's updater, its timings, and detection of its permanent failures."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, TelegramError

from bots.core.inbound import InboundLimits
from bots.telegram.application import ALLOWED_UPDATES, TelegramApplication
from bots.telegram.errors import TelegramConfigError

log = structlog.get_logger(__name__)

BAD_TOKEN = "Telegram does not accept the bot token. Copy it again from @BotFather into TELEGRAM_BOT_TOKEN."  # noqa: S105 - a sentence
TWO_RECEIVERS = "Another program already receives this bot's messages. Stop it, or give this one a bot of its own."
POLLING_STOPPED = "Telegram's messages are received no more; the log says why."
TELEGRAM_LIMITS = InboundLimits(shutdown_seconds=10.0)


@dataclass(frozen=True, slots=True)
class GatewayTimings:
    """Timeouts in seconds, and limits, of a gateway."""

    poll_seconds: int = 20  # timeout of a long poll
    reconnect_seconds: float = 1.0  # first delay when Telegram cannot be reached; doubles up to half a minute
    max_conflicts: int = 3  # Conflict errors within a minute before giving up: one is normal at a restart
    inbound: InboundLimits = TELEGRAM_LIMITS


@dataclass(slots=True)
class Poller:
    """Polls for one application. `on_failure` is called with the reason when polling ends without `stop`."""

    application: TelegramApplication
    timings: GatewayTimings
    on_failure: Callable[[TelegramConfigError], None]
    _conflicts: list[float] = field(default_factory=list)

    async def start(self) -> None:
        """Start polling; without effect for an application without an updater."""
        updater = self.application.updater
        if updater is None:
            return
        before = asyncio.all_tasks()
        await updater.start_polling(
            timeout=self.timings.poll_seconds,
            allowed_updates=ALLOWED_UPDATES,
            drop_pending_updates=False,
            error_callback=self._handle_error,
        )
        for task in asyncio.all_tasks() - before:
            if "polling_task" in task.get_name():
                task.add_done_callback(self._handle_task_end)

    async def stop(self) -> None:
        updater = self.application.updater
        if updater and updater.running:
            with suppress(TelegramError):  # a poller that failed raises its error once more
                await updater.stop()

    def _handle_error(self, error: TelegramError) -> None:
        log.warning("polling-failed", error=type(error).__name__)
        if not isinstance(error, Conflict):
            return
        now = asyncio.get_running_loop().time()
        self._conflicts = [time for time in self._conflicts if time > now - 60] + [now]
        if len(self._conflicts) >= self.timings.max_conflicts:
            self.on_failure(TelegramConfigError(TWO_RECEIVERS))

    def _handle_task_end(self, task: asyncio.Task[Any]) -> None:
        """The library's polling task ends by itself when the token is revoked meanwhile."""
        if task.cancelled() or (error := task.exception()) is None:
            return
        self.on_failure(TelegramConfigError(BAD_TOKEN if isinstance(error, InvalidToken) else POLLING_STOPPED))
