"""Manager of the tenants' own bots, served beside the operator's: each starts as soon as its token is stored."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot as TelegramBot

from bots.core.context import text_for
from bots.telegram.errors import TelegramConfigError
from bots.telegram.gateway import TelegramGateway
from bots.telegram.polling import BAD_TOKEN, TWO_RECEIVERS
from models.identity.people import Tenant
from models.messaging.deliveries import Message, TranslatedText
from storage.db import Database
from storage.messaging import telegram_bots
from storage.messaging.telegram_bots import BotStatus, ServedBot

log = structlog.get_logger(__name__)

POLL_SECONDS = 10.0  # seconds between two polls for added, changed or removed bots
RETRY_SECONDS = 300.0  # seconds before a stopped bot is started again, unless its token was rejected
STATUS_BY_REASON = {BAD_TOKEN: BotStatus.BAD_TOKEN, TWO_RECEIVERS: BotStatus.CONFLICT}

OnConnected = Callable[[TelegramBot], Awaitable[None]]
GatewayFactory = Callable[[ServedBot, OnConnected], TelegramGateway]
"""Builds the gateway of a bot; the callback is called when it is connected."""


@dataclass(slots=True)
class RunningBot:
    """A bot that is being served. `retry_at` is when a stopped one may be started again (the event loop's clock)."""

    token: str = field(repr=False)
    gateway: TelegramGateway
    task: asyncio.Task[None]
    retry_at: float = float("inf")


@dataclass(slots=True)
class BotManager:
    """One per process. `on_release` is called when a bot stops, as its chats get no deliveries any more."""

    db: Database
    secret: bytes = field(repr=False)
    build_gateway: GatewayFactory
    on_release: Callable[[UUID], None]
    poll_seconds: float = POLL_SECONDS
    _running_bots: dict[UUID, RunningBot] = field(default_factory=dict)

    async def run(self) -> None:
        """Refresh periodically until cancelled."""
        while True:
            try:
                await self.refresh()
            except SQLAlchemyError as error:
                log.warning("bot-manager-database-unavailable", error=type(error).__name__)
            await asyncio.sleep(self.poll_seconds)

    async def refresh(self) -> None:
        """Start bots that should be served, and stop all others."""
        wanted = {each.account.id: each for each in await asyncio.to_thread(self._list_wanted)}
        now = asyncio.get_running_loop().time()
        for account_id, served in list(self._running_bots.items()):
            bot = wanted.get(account_id)
            if bot is None or bot.token != served.token or served.retry_at <= now:
                await self._stop_bot(account_id)
        for account_id in wanted.keys() - self._running_bots.keys():
            try:
                self._start_bot(wanted[account_id])
            except Exception:  # one bot must not block the others
                log.exception("bot-not-started", account=str(account_id))

    async def stop(self) -> None:
        """Stop all bots concurrently."""
        await asyncio.gather(*(self._stop_bot(each) for each in list(self._running_bots)))

    def _list_wanted(self) -> list[ServedBot]:
        with self.db.read_transaction() as session:
            return telegram_bots.list_served(session, self.secret)

    def _start_bot(self, bot: ServedBot) -> None:
        gateway = self.build_gateway(bot, partial(self._record_connected, bot))
        task = asyncio.create_task(self._run_bot(bot, gateway))
        self._running_bots[bot.account.id] = RunningBot(bot.token, gateway, task)

    async def _stop_bot(self, account_id: UUID) -> None:
        served = self._running_bots.pop(account_id)
        self.on_release(account_id)
        await served.gateway.stop()
        served.task.cancel()
        await asyncio.gather(served.task, return_exceptions=True)

    async def _run_bot(self, bot: ServedBot, gateway: TelegramGateway) -> None:
        """Serve one bot until it stops. A failure does not affect other bots."""
        try:
            await gateway.start()
            await gateway.wait_stopped()
        except TelegramConfigError as error:
            await self._record_refused(bot, str(error))
        except Exception:
            log.exception("bot-failed", account=str(bot.account.id))
        finally:
            if (served := self._running_bots.get(bot.account.id)) is not None and served.gateway is gateway:
                served.retry_at = asyncio.get_running_loop().time() + RETRY_SECONDS

    async def _record_connected(self, bot: ServedBot, telegram: TelegramBot) -> None:
        username = telegram.username

        def build_text(name: str) -> TranslatedText:
            return text_for("admin-tenant-bot-live", name=name, username=username)

        await asyncio.to_thread(self._record_status, bot, BotStatus.LIVE, build_text, username=username)

    async def _record_refused(self, bot: ServedBot, reason: str) -> None:
        status = STATUS_BY_REASON.get(reason, BotStatus.RECEIVING_STOPPED)
        log.warning("bot-rejected", account=str(bot.account.id), status=status)

        def build_text(name: str) -> TranslatedText:
            return TranslatedText(
                key="admin-tenant-bot-refused", values={"name": name}, inner=text_for(f"admin-bot-{status}")
            )

        await asyncio.to_thread(self._record_status, bot, status, build_text)

    def _record_status(
        self, bot: ServedBot, status: BotStatus, build_text: Callable[[str], TranslatedText], **settings: str
    ) -> None:
        """Save the status of a bot and notify the user who added it."""
        with self.db.transaction() as session:
            name = session.get_one(Tenant, bot.account.tenant_id).name
            message = Message(paragraphs=(build_text(name),))
            telegram_bots.update_status(session, bot.account.id, status, message, self.db.clock(), **settings)
