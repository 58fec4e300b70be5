"""Manager of the tenants' own bots, served beside the operator's: each starts as soon as its token is stored."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot as TelegramBot

from bots.core.visit import word
from bots.telegram.errors import TelegramRefused
from bots.telegram.gateway import TelegramGateway
from bots.telegram.polling import BAD_TOKEN, TWO_RECEIVERS
from models.deliveries import Message, Wording
from models.people import Tenant
from storage import bots
from storage.bots import Bot, Stand
from storage.db import Database

log = structlog.get_logger(__name__)

LOOK = 10.0  # seconds between two polls for added, changed or removed bots
REST = 300.0  # seconds before a stopped bot is started again, unless its token was rejected
STANDS = {BAD_TOKEN: Stand.BAD_TOKEN, TWO_RECEIVERS: Stand.BUSY}

Connected = Callable[[TelegramBot], Awaitable[None]]
Serve = Callable[[Bot, Connected], TelegramGateway]
"""Builds the gateway of a bot; the callback is called when it is connected."""


@dataclass(slots=True)
class Served:
    """A bot that is being served. `retry_at` is when a stopped one may be started again (the event loop's clock)."""

    token: str = field(repr=False)
    gateway: TelegramGateway
    task: asyncio.Task[None]
    until: float = float("inf")


@dataclass(slots=True)
class Fleet:
    """One per process. `on_release` is called when a bot stops, as its chats get no deliveries any more."""

    db: Database
    secret: bytes = field(repr=False)
    serve: Serve
    let_go: Callable[[UUID], None]
    look_seconds: float = LOOK
    _served: dict[UUID, Served] = field(default_factory=dict)

    async def run(self) -> None:
        """Refresh periodically until cancelled."""
        while True:
            try:
                await self.look()
            except SQLAlchemyError as error:
                log.warning("fleet-database-away", error=type(error).__name__)
            await asyncio.sleep(self.look_seconds)

    async def look(self) -> None:
        """Start bots that should be served, and stop all others."""
        wanted = {each.account.id: each for each in await asyncio.to_thread(self._wanted)}
        now = asyncio.get_running_loop().time()
        for account_id, served in list(self._served.items()):
            bot = wanted.get(account_id)
            if bot is None or bot.token != served.token or served.until <= now:
                await self._dismiss(account_id)
        for account_id in wanted.keys() - self._served.keys():
            try:
                self._engage(wanted[account_id])
            except Exception:  # one bot must not block the others
                log.exception("bot-not-served", account=str(account_id))

    async def stop(self) -> None:
        """Stop all bots concurrently."""
        await asyncio.gather(*(self._dismiss(each) for each in list(self._served)))

    def _wanted(self) -> list[Bot]:
        with self.db.reading() as session:
            return bots.served(session, self.secret)

    def _engage(self, bot: Bot) -> None:
        gateway = self.serve(bot, partial(self._connected, bot))
        task = asyncio.create_task(self._tend(bot, gateway))
        self._served[bot.account.id] = Served(bot.token, gateway, task)

    async def _dismiss(self, account_id: UUID) -> None:
        served = self._served.pop(account_id)
        self.let_go(account_id)
        await served.gateway.stop()
        served.task.cancel()
        await asyncio.gather(served.task, return_exceptions=True)

    async def _tend(self, bot: Bot, gateway: TelegramGateway) -> None:
        """Serve one bot until it stops. A failure does not affect other bots."""
        try:
            await gateway.start()
            await gateway.finished()
        except TelegramRefused as error:
            await self._refused(bot, str(error))
        except Exception:
            log.exception("bot-failed", account=str(bot.account.id))
        finally:
            if (served := self._served.get(bot.account.id)) is not None and served.gateway is gateway:
                served.until = asyncio.get_running_loop().time() + REST

    async def _connected(self, bot: Bot, telegram: TelegramBot) -> None:
        username = telegram.username

        def told(name: str) -> Wording:
            return word("admin-tenant-bot-live", name=name, username=username)

        await asyncio.to_thread(self._note, bot, Stand.LIVE, told, username=username)

    async def _refused(self, bot: Bot, reason: str) -> None:
        how = STANDS.get(reason, Stand.DEAF)
        log.warning("bot-refused", account=str(bot.account.id), stand=how)

        def told(name: str) -> Wording:
            return Wording(key="admin-tenant-bot-refused", values={"name": name}, inner=word(f"admin-bot-{how}"))

        await asyncio.to_thread(self._note, bot, how, told)

    def _note(self, bot: Bot, how: Stand, told: Callable[[str], Wording], **about: str) -> None:
        """Save the status of a bot and notify the user who added it."""
        with self.db.transaction() as session:
            name = session.get_one(Tenant, bot.account.tenant_id).name
            message = Message(paragraphs=(told(name),))
            bots.stands(session, bot.account.id, how, message, self.db.clock(), **about)
