"""Gateway of one Telegram bot: the library's application, polling, and graceful shutdown."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from itertools import count
from typing import Any

import structlog
from telegram import Bot, CallbackQuery, Update
from telegram.error import InvalidToken, TelegramError

from bots.core.channel import Capabilities, Channel, UpdateSink
from bots.core.inbound import InboundProcessor
from bots.telegram.application import Builder, build_application
from bots.telegram.channel import CLOUD_API_CAPABILITIES, TelegramChannel
from bots.telegram.errors import TelegramConfigError
from bots.telegram.inbound import DurableQueue, TelegramAdapter
from bots.telegram.menu import BotProfile, publish_profile
from bots.telegram.polling import BAD_TOKEN, GatewayTimings, Poller
from bots.telegram.stars import PreCheckoutHandler, RefusalCheck, refuse_all
from models.retries import Backoff

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
        self.application = build_application(builder, DurableQueue(self._receive))
        self.channel = TelegramChannel(self.application.bot, capabilities)
        self._inbound = InboundProcessor(
            sink_factory(self.channel),
            TelegramAdapter(self.application.bot),
            album_seconds=capabilities.album_seconds,
            limits=self._timings.inbound,
        )
        self._poller = Poller(self.application, self._timings, self._give_up)
        self._tasks: set[asyncio.Task[None]] = set()
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
            log.warning("telegram-unreachable", error=type(error).__name__)
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
            self._spawn(self._inbound.run())  # what was interrupted is queued before the poller brings anything newer
        await self._poller.start()
        self._spawn(publish_profile(self.application.bot, self._profile))
        if self._background_task is not None:
            self._spawn(self._background_task(self.application.bot))

    async def _reconnect(self) -> None:
        backoff = Backoff(self._timings.reconnect_seconds, maximum=30.0)
        for attempt in count(1):
            await asyncio.sleep(backoff.delay_for(attempt))
            try:
                await self._connect()
            except TelegramConfigError as error:
                self._give_up(error)
            except TelegramError:
                continue
            return

    def _give_up(self, error: TelegramConfigError) -> None:
        if self.error is None:
            self.error = error
            log.error("telegram-stopped", reason=str(error))
            self._spawn(self.stop())

    async def _shut_down(self) -> None:
        await self._poller.stop()
        await self._inbound.stop()
        if self.application.running:
            await self.application.stop()
        await self.application.shutdown()

    async def _receive(self, update: Update) -> None:
        """Store an update to be handled. A pre-checkout query is answered at once: it expires in ten seconds."""
        if update.pre_checkout_query is not None:
            self._spawn(self._pre_checkout.answer(update.pre_checkout_query))
            return
        if update.callback_query:
            self._spawn(_answer_query(update.callback_query))
        await self._inbound.receive(update)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _answer_query(query: CallbackQuery) -> None:
    """Stop the button's progress indicator; best effort."""
    with suppress(TelegramError):
        await query.answer()
