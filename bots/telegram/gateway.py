"""Gateway of one Telegram bot: the library's application, polling, per-user order, albums and graceful shutdown."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog
from telegram import Bot, CallbackQuery, Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import TypeHandler

from bots.core.albums import AlbumCollector, owner_of
from bots.core.backlog import Backlog
from bots.core.channel import Capabilities, Channel, Inbound, Inlet
from bots.core.lanes import Lanes, Turn
from bots.telegram.application import App, Builder, built
from bots.telegram.channel import OFFICIAL, TelegramChannel
from bots.telegram.errors import TelegramRefused
from bots.telegram.intake import DurableQueue
from bots.telegram.menu import Profile, publish
from bots.telegram.pace import Pace
from bots.telegram.polling import BAD_TOKEN, Poller
from bots.telegram.read import Me, album_of, by_number, read
from bots.telegram.stars import Checkout, Refusal, nothing_sold

log = structlog.get_logger(__name__)
InletFor = Callable[[Channel], Inlet]
Errand = Callable[[Bot], Coroutine[Any, Any, None]]


def create_application(builder: Builder, inlet_for: InletFor) -> App:
    """The application alone, for callers that feed it updates themselves."""
    return TelegramGateway(builder, inlet_for).application


class TelegramGateway:
    """One bot. Create it inside the running event loop; `sink_factory` creates the UpdateSink for the channel it is
    given, and `background_task` runs beside receiving for as long as the gateway runs."""

    def __init__(
        self,
        builder: Builder,
        inlet_for: InletFor,
        profile: Profile | None = None,
        *,
        can: Capabilities = OFFICIAL,
        pace: Pace | None = None,
        refusal: Refusal = nothing_sold,
        errand: Errand | None = None,
    ) -> None:
        self._errand = errand
        self._pace = pace or Pace()
        self._profile = profile or Profile()
        self._checkout = Checkout(refusal)
        self._queue = DurableQueue(self._keep)
        self.application = built(builder, self._queue)
        self.application.add_handler(TypeHandler(Update, self._take))
        self.application.add_error_handler(_log_failure)
        self.channel = TelegramChannel(self.application.bot, can)
        self._inlet = inlet_for(self.channel)
        self._poller = Poller(self.application, self._pace, self._give_up)
        self._backlog = Backlog(self._inlet)
        self._lanes = Lanes(self._pace.at_once)
        self._albums = AlbumCollector(can.album_seconds, self._album, by_number)
        self._tasks: set[asyncio.Task[None]] = set()
        self._handling: set[asyncio.Task[Any] | None] = set()
        self._ending = asyncio.Lock()
        self._ended = asyncio.Event()
        self.error: TelegramRefused | None = None

    @property
    def address(self) -> str:
        """Link to the bot; its username is unknown until Telegram has been reached."""
        try:
            return f"https://t.me/{self.application.bot.username}"
        except RuntimeError:
            return "cannot be reached, trying again"

    async def start(self) -> None:
        """Start receiving. When Telegram cannot be reached it is retried in the background.

        Raises TelegramConfigError when the token is not accepted.
        """
        try:
            await self._connect()
        except TelegramError as error:
            log.warning("telegram cannot be reached", error=type(error).__name__)
            self._spawn(self._reconnect())

    async def stop(self) -> None:
        """Stop receiving, finish the updates being handled, and release all resources. May be called twice."""
        async with self._ending:
            if self._ended.is_set():
                return
            current = asyncio.current_task()
            for task in self._tasks - {current}:
                task.cancel()
            await self._wind_down()
            self._ended.set()

    async def finished(self) -> None:
        """Wait until the gateway has stopped. Raises TelegramConfigError when it stopped because of one."""
        await self._ended.wait()
        if self.error:
            raise self.error

    async def receive(self, body: dict[str, Any]) -> None:
        """Queue an update from a webhook. Raises UpdateNotSaved: the webhook then responds with an error."""
        await self._queue.put(Update.de_json(body, self.application.bot))

    async def _connect(self) -> None:
        try:
            await self.application.initialize()
        except InvalidToken:
            raise TelegramRefused(BAD_TOKEN) from None  # the library's message contains the token
        if not self.application.running:
            await self.application.start()
            await self._take_up_again()
        await self._poller.start()
        self._spawn(publish(self.application.bot, self._profile))
        self._spawn(self._retry())
        if self._errand is not None:
            self._spawn(self._errand(self.application.bot))

    async def _reconnect(self) -> None:
        pause = self._pace.reconnect
        while True:
            await asyncio.sleep(pause)
            try:
                return await self._connect()
            except TelegramRefused as error:
                return self._give_up(error)
            except TelegramError:
                pause = min(30.0, pause * 2)

    def _give_up(self, error: TelegramRefused) -> None:
        if self.error is None:
            self.error = error
            log.error("telegram stopped", reason=str(error))
            self._spawn(self.stop())

    async def _wind_down(self) -> None:
        await self._poller.stop()
        self._albums.stop()
        if self.application.running:
            try:
                await asyncio.wait_for(self.application.stop(), self._pace.grace)
            except TimeoutError:
                log.warning("updates left for the next start", count=self._backlog.size)
                await _cancelled(self._handling)
        await self.application.shutdown()

    async def _keep(self, update: Update) -> bool:
        """Save an update to be queued; False for a pre-checkout query, answered at once: it expires in ten seconds."""
        if update.pre_checkout_query is not None:
            self._spawn(self._checkout.answer(update.pre_checkout_query))
            return False
        return await self._backlog.keep(str(update.update_id), update.to_dict())

    async def _retry(self) -> None:
        while True:
            await asyncio.sleep(self._pace.retry)
            await self._take_up_again()

    async def _take_up_again(self) -> None:
        for body in await self._backlog.forgotten():
            await self._queue.again(Update.de_json(body, self.application.bot))

    async def _take(self, update: Update, _context: object) -> None:
        """Handle an update. Nothing is awaited before its queue slot is reserved, so that the order is kept."""
        if update.callback_query:
            self._spawn(_answer(update.callback_query))
        album, names = album_of(update), (str(update.update_id),)
        inbound = read(update, self._me(), addressed=self._albums.has(album))
        if inbound is None:
            await self._inlet.ignore(names)
            self._backlog.let_go(names)
        elif album:
            self._albums.add(album, inbound)
        else:
            self._albums.close(owner_of(inbound))
            await self._handle(inbound, self._lanes.turn(owner_of(inbound)))

    def _album(self, inbound: Inbound) -> None:
        self.application.create_task(self._handle(inbound, self._lanes.turn(owner_of(inbound))))

    async def _handle(self, inbound: Inbound, turn: Turn) -> None:
        task = asyncio.current_task()
        self._handling.add(task)
        try:
            async with turn:
                await self._inlet.handle(inbound)
        finally:
            self._handling.discard(task)
            self._backlog.let_go(inbound.updates)

    def _me(self) -> Me:
        return Me(self.application.bot.id, self.application.bot.username)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _cancelled(tasks: set[asyncio.Task[Any] | None]) -> None:
    """Cancel the tasks and wait until they have ended."""
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def _answer(query: CallbackQuery) -> None:
    """Stop the button's progress indicator; best effort."""
    with suppress(TelegramError):
        await query.answer()


async def _log_failure(update: object, context: Any) -> None:
    """Log a failed update, which stays unhandled and is requeued later."""
    name = update.update_id if isinstance(update, Update) else None
    log.error("update failed", update=name, error=type(context.error).__name__, exc_info=context.error)
