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
from bots.core.channel import Capabilities, Channel, Inbound, UpdateSink
from bots.core.keyed_queue import KeyedQueue, QueueSlot
from bots.core.pending_updates import PendingUpdates
from bots.telegram.application import Builder, build_application
from bots.telegram.channel import CLOUD_API_CAPABILITIES, TelegramChannel
from bots.telegram.durable_queue import DurableQueue
from bots.telegram.errors import TelegramConfigError
from bots.telegram.menu import BotProfile, publish_profile
from bots.telegram.polling import BAD_TOKEN, Poller
from bots.telegram.read import TelegramIdentity, album_of, message_number_of, read_update
from bots.telegram.stars import PreCheckoutHandler, RefusalCheck, refuse_all
from bots.telegram.timings import GatewayTimings

log = structlog.get_logger(__name__)
SinkFactory = Callable[[Channel], UpdateSink]
BackgroundTask = Callable[[Bot], Coroutine[Any, Any, None]]


class TelegramGateway:
    """One bot. Create it inside the running event loop; `sink_factory` creates the UpdateSink for the channel it is
    given, and `background_task` runs beside receiving for as long as the gateway runs."""

    def __init__(
        self,
        builder: Builder,
        sink_factory: SinkFactory,
        profile: BotProfile | None = None,
        *,
        capabilities: Capabilities = CLOUD_API_CAPABILITIES,
        timings: GatewayTimings | None = None,
        find_refusal: RefusalCheck = refuse_all,
        background_task: BackgroundTask | None = None,
    ) -> None:
        self._background_task = background_task
        self._timings = timings or GatewayTimings()
        self._profile = profile or BotProfile()
        self._pre_checkout = PreCheckoutHandler(find_refusal)
        self._queue = DurableQueue(self._save)
        self.application = build_application(builder, self._queue)
        self.application.add_handler(TypeHandler(Update, self._dispatch))
        self.application.add_error_handler(_log_failure)
        self.channel = TelegramChannel(self.application.bot, capabilities)
        self._sink = sink_factory(self.channel)
        self._poller = Poller(self.application, self._timings, self._give_up)
        self._pending = PendingUpdates(self._sink)
        self._keyed_queue = KeyedQueue(self._timings.max_concurrent)
        self._albums = AlbumCollector(capabilities.album_seconds, self._schedule_album, message_number_of)
        self._tasks: set[asyncio.Task[None]] = set()
        self._running_handlers: set[asyncio.Task[Any] | None] = set()
        self._stop_lock = asyncio.Lock()
        self._stopped = asyncio.Event()
        self.error: TelegramConfigError | None = None

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
        async with self._stop_lock:
            if self._stopped.is_set():
                return
            current = asyncio.current_task()
            for task in self._tasks - {current}:
                task.cancel()
            await self._shut_down()
            self._stopped.set()

    async def wait_stopped(self) -> None:
        """Wait until the gateway has stopped. Raises TelegramConfigError when it stopped because of one."""
        await self._stopped.wait()
        if self.error:
            raise self.error

    async def _connect(self) -> None:
        try:
            await self.application.initialize()
        except InvalidToken:
            raise TelegramConfigError(BAD_TOKEN) from None  # the library's message contains the token
        if not self.application.running:
            await self.application.start()
            await self._requeue_unhandled()
        await self._poller.start()
        self._spawn(publish_profile(self.application.bot, self._profile))
        self._spawn(self._retry_unhandled())
        if self._background_task is not None:
            self._spawn(self._background_task(self.application.bot))

    async def _reconnect(self) -> None:
        delay = self._timings.reconnect_seconds
        while True:
            await asyncio.sleep(delay)
            try:
                return await self._connect()
            except TelegramConfigError as error:
                return self._give_up(error)
            except TelegramError:
                delay = min(30.0, delay * 2)

    def _give_up(self, error: TelegramConfigError) -> None:
        if self.error is None:
            self.error = error
            log.error("telegram stopped", reason=str(error))
            self._spawn(self.stop())

    async def _shut_down(self) -> None:
        await self._poller.stop()
        self._albums.stop()
        if self.application.running:
            try:
                await asyncio.wait_for(self.application.stop(), self._timings.shutdown_seconds)
            except TimeoutError:
                log.warning("updates left for the next start", count=self._pending.size)
                await _cancel_all(self._running_handlers)
        await self.application.shutdown()

    async def _save(self, update: Update) -> bool:
        """Save an update to be queued; False for a pre-checkout query, answered at once: it expires in ten seconds."""
        if update.pre_checkout_query is not None:
            self._spawn(self._pre_checkout.answer(update.pre_checkout_query))
            return False
        return await self._pending.save(str(update.update_id), update.to_dict())

    async def _retry_unhandled(self) -> None:
        while True:
            await asyncio.sleep(self._timings.retry_seconds)
            await self._requeue_unhandled()

    async def _requeue_unhandled(self) -> None:
        for body in await self._pending.claim_unhandled():
            await self._queue.requeue(Update.de_json(body, self.application.bot))

    async def _dispatch(self, update: Update, _context: object) -> None:
        """Handle an update. Nothing is awaited before its queue slot is reserved, so that the order is kept."""
        if update.callback_query:
            self._spawn(_answer_query(update.callback_query))
        album, update_ids = album_of(update), (str(update.update_id),)
        inbound = read_update(update, self._build_identity(), is_addressed=self._albums.is_open(album))
        if inbound is None:
            await self._sink.ignore(update_ids)
            self._pending.release(update_ids)
        elif album:
            self._albums.add(album, inbound)
        else:
            self._albums.close(owner_of(inbound))
            await self._handle(inbound, self._keyed_queue.reserve(owner_of(inbound)))

    def _schedule_album(self, inbound: Inbound) -> None:
        self.application.create_task(self._handle(inbound, self._keyed_queue.reserve(owner_of(inbound))))

    async def _handle(self, inbound: Inbound, slot: QueueSlot) -> None:
        task = asyncio.current_task()
        self._running_handlers.add(task)
        try:
            async with slot:
                await self._sink.handle(inbound)
        finally:
            self._running_handlers.discard(task)
            self._pending.release(inbound.update_ids)

    def _build_identity(self) -> TelegramIdentity:
        return TelegramIdentity(self.application.bot.id, self.application.bot.username)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _cancel_all(tasks: set[asyncio.Task[Any] | None]) -> None:
    """Cancel the tasks and wait until they have ended."""
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def _answer_query(query: CallbackQuery) -> None:
    """Stop the button's progress indicator; best effort."""
    with suppress(TelegramError):
        await query.answer()


async def _log_failure(update: object, context: Any) -> None:
    """Log a failed update, which stays unhandled and is requeued later."""
    name = update.update_id if isinstance(update, Update) else None
    log.error("update failed", update=name, error=type(context.error).__name__, exc_info=context.error)
