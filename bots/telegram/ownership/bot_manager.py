"""Manager of the tenants' own bots: each starts as soon as its token is stored, in one of the running processes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot as TelegramBot

from bots.core.connections.leases import ConnectionLeases
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
SHARE_SECONDS = 2.0  # seconds between two looks at what other processes serve, or no longer serve
CHECK_SECONDS = 0.2  # seconds between two looks at whether the leases are still held
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
    """One per process; each serves its share of the bots, under their leases. `on_release` is called when a bot stops,
    as its chats get no deliveries any more.
    """

    db: Database
    secret: bytes = field(repr=False)
    build_gateway: GatewayFactory
    on_release: Callable[[UUID], None]
    leases: ConnectionLeases
    poll_seconds: float = POLL_SECONDS
    _wanted_bots: dict[UUID, ServedBot] = field(default_factory=dict)
    _running_bots: dict[UUID, RunningBot] = field(default_factory=dict)
    _stopping: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Serve bots until cancelled."""
        await asyncio.gather(
            self._repeat(self.refresh, self.poll_seconds),
            self._repeat(self.share, SHARE_SECONDS),
            self._repeat(self.stop_lost, CHECK_SECONDS),
        )

    async def refresh(self) -> None:
        """Start bots that should be served here, and stop all others."""
        self._wanted_bots = {each.account.id: each for each in await asyncio.to_thread(self._list_wanted)}
        now = asyncio.get_running_loop().time()
        for account_id, running in list(self._running_bots.items()):
            bot = self._wanted_bots.get(account_id)
            if bot is None:
                await self._give_up([account_id])
            elif bot.token != running.token or running.retry_at <= now:
                await self._stop_bot(account_id)
        await self.share()

    async def share(self) -> None:
        """Take bots that nobody serves, and give up those that others have too few of."""
        change = await asyncio.to_thread(self.leases.balance, list(self._wanted_bots))
        await self._give_up(change.surplus)
        for account_id, bot in self._wanted_bots.items():
            is_running = account_id in self._running_bots or account_id in self._stopping
            if not is_running and self.leases.is_held(account_id):
                try:
                    self._start_bot(bot)
                except Exception:  # one bot must not block the others
                    log.exception("bot-not-started", account=str(account_id))

    async def stop(self) -> None:
        """Stop all bots concurrently, and give up their leases."""
        await asyncio.gather(*self._stopping.values(), return_exceptions=True)
        await self._give_up(list(self._running_bots))

    async def _repeat(self, action: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            try:
                await action()
            except SQLAlchemyError as error:
                log.warning("bot-manager-database-unavailable", error=type(error).__name__)
            await asyncio.sleep(seconds)

    async def stop_lost(self) -> None:
        """Stop receiving for bots whose lease could not be renewed, before another process begins."""
        for account_id in [each for each in self._running_bots if not self.leases.is_held(each)]:
            log.warning("bot-lease-lost", account=str(account_id))
            self._start_stopping(account_id)

    async def _give_up(self, account_ids: Sequence[UUID]) -> None:
        """Stop bots, and let other processes take them."""
        await asyncio.gather(*(self._stop_bot(each) for each in account_ids))
        if account_ids:
            await asyncio.to_thread(self.leases.release, account_ids)

    def _list_wanted(self) -> list[ServedBot]:
        with self.db.read_transaction() as session:
            return telegram_bots.list_served(session, self.secret)

    def _start_bot(self, bot: ServedBot) -> None:
        gateway = self.build_gateway(bot, partial(self._record_connected, bot))
        task = asyncio.create_task(self._run_bot(bot, gateway))
        self._running_bots[bot.account.id] = RunningBot(bot.token, gateway, task)

    async def _stop_bot(self, account_id: UUID) -> None:
        if account_id in self._running_bots:
            self._start_stopping(account_id)
        if account_id in self._stopping:
            await asyncio.shield(self._stopping[account_id])

    def _start_stopping(self, account_id: UUID) -> None:
        """Stop a bot in a task of its own; until it is done the bot is not started again."""
        task = asyncio.create_task(_stop_running(self._running_bots.pop(account_id)))
        self._stopping[account_id] = task
        task.add_done_callback(lambda _: self._stopping.pop(account_id, None))
        self.on_release(account_id)

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


async def _stop_running(bot: RunningBot) -> None:
    bot.task.cancel()
    await bot.gateway.stop()
    await asyncio.gather(bot.task, return_exceptions=True)
