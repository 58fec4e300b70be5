"""Receiver of a session's messages: stores each first, then handles them in order, so that none is lost."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from neonize.proto.Neonize_pb2 import Message as MessageEvent

from bots.core.albums import AlbumCollector, owner_of
from bots.core.channel import Inbound, UpdateSink
from bots.core.keyed_queue import KeyedQueue, QueueSlot
from bots.core.pending_updates import PendingUpdates
from bots.whatsapp.channel import WhatsAppChannel
from bots.whatsapp.jids import spelled
from bots.whatsapp.read import OLDEST, Me, album_of, announced, kept, name_of, read, revived
from models.columns import utc_now

log = structlog.get_logger(__name__)
SEEN = "👀"
EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits of a receiver, in seconds and counts."""

    retry: float = 30.0  # how often failed messages are handled again
    grace: float = 8.0  # how long stopping waits for messages being handled
    keep: float = 0.5  # the first pause when a message cannot be stored; doubles up to `max_backoff`
    longest_keep: float = 15.0
    album: float = 15.0  # the longest gap between items of an announced album
    at_once: int = 16  # users handled at the same time
    in_hand: int = 1000  # messages being handled or queued; more wait in the database
    waiting: int = 5000  # messages not stored yet; reached only when the database is down for long


class Receiver:
    """Receives the messages of one session. `get_identity` returns the bot's own number once neonize knows it."""

    def __init__(
        self,
        inlet: UpdateSink,
        channel: WhatsAppChannel,
        me: Callable[[], Me],
        *,
        clock: Callable[[], datetime] = utc_now,
        patience: Patience | None = None,
    ) -> None:
        self._inlet = inlet
        self._channel = channel
        self._me = me
        self._clock = clock
        self._patience = patience or Patience()
        self._backlog = PendingUpdates(inlet)
        self._lanes = KeyedQueue(self._patience.at_once)
        self._albums = AlbumCollector(channel.capabilities.album_seconds, self._begin)
        self._door = asyncio.Lock()  # admits messages one by one, in the order of arrival
        self._waiting = 0
        self._ended = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()

    async def take(self, event: MessageEvent) -> None:
        """Store a message and queue it for handling; returns when it is stored. Nothing is raised.

        WhatsApp counts the message as delivered when this is called: until it is stored, it exists only here.
        """
        if self._waiting >= self._patience.waiting:
            log.error("message lost", message=event.Info.ID, waiting=self._waiting)
            return
        self._waiting += 1
        try:
            async with self._door:
                await self._admit(event)
        except Exception:
            log.exception("message not taken", message=event.Info.ID)
        finally:
            self._waiting -= 1

    async def take_up_again(self) -> None:
        """Handle stored messages that are unhandled: at the start, and every half minute. Nothing is raised."""
        try:
            async with self._door:
                for body in await self._backlog.claim_unhandled(self._patience.in_hand - self._backlog.size):
                    await self._revive(body)
        except Exception:
            log.exception("kept messages not taken up")

    async def run(self) -> None:
        """Call `resume_pending` at once and every half minute, until cancelled."""
        while True:
            await self.take_up_again()
            await asyncio.sleep(self._patience.retry)

    async def stop(self) -> None:
        """Stop receiving, and wait some seconds for messages being handled. The rest is handled at the next start."""
        self._ended = True
        self._albums.stop()
        if self._answering:
            await asyncio.wait(self._answering, timeout=self._patience.grace)
        left = self._tasks | self._answering
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _admit(self, event: MessageEvent) -> None:
        """Store a message that needs a reply. Nothing is awaited between storing and queueing, to keep the order."""
        if told := announced(event):
            self._albums.expect(told.album, told.items, self._patience.album)
        album = album_of(event)
        inbound = read(event, self._me(), self._clock() - OLDEST, addressed=self._albums.is_open(album))
        is_first = not self._albums.is_open(album)
        if inbound is None or not await self._keep(name_of(event), kept(event)):
            return
        emoji = SEEN if inbound.attachments and is_first else None
        self._spawn(self._acknowledge(event, inbound, emoji), self._tasks)
        self._queue(album, inbound)

    async def _revive(self, body: dict[str, object]) -> None:
        """Queue a stored message of any age; it was found to be meant for the bot when it arrived."""
        try:
            event = revived(body)
        except ValueError:  # stored by another version, and unreadable for this one
            log.exception("kept message not read")
            return
        inbound = read(event, self._me(), EVER, addressed=True)
        if inbound is None:
            await self._inlet.ignore([name_of(event)])
            self._backlog.release([name_of(event)])
        else:
            self._queue(album_of(event), inbound)

    async def _keep(self, name: str, body: dict[str, object]) -> bool:
        """Store a message, retrying for as long as the database is down; False for a duplicate."""
        pause = self._patience.keep
        while True:
            try:
                return await self._backlog.save(name, body)
            except Exception as error:  # noqa: BLE001 - whatever failed, the message exists only here
                log.warning("message not kept", message=name, error=type(error).__name__)
            if self._ended:
                return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._patience.longest_keep)

    def _queue(self, album: str | None, inbound: Inbound) -> None:
        if self._ended or self._backlog.size > self._patience.in_hand:
            self._backlog.release(inbound.update_ids)  # it is stored, and will be resumed
        elif album:
            self._albums.add(album, inbound)
        else:
            self._albums.close(owner_of(inbound))
            self._begin(inbound)

    def _begin(self, inbound: Inbound) -> None:
        self._spawn(self._answer(inbound, self._lanes.reserve(owner_of(inbound))), self._answering)

    async def _answer(self, inbound: Inbound, turn: QueueSlot) -> None:
        try:
            async with turn:
                await self._inlet.handle(inbound)
        except Exception:  # it stays unhandled, and is resumed
            log.exception("message not answered", update=inbound.update_ids[0])
        finally:
            self._backlog.release(inbound.update_ids)

    async def _acknowledge(self, event: MessageEvent, inbound: Inbound, emoji: str | None) -> None:
        writer = spelled(event.Info.MessageSource.Sender)
        await self._channel.acknowledge(inbound.chat_ref, writer, event.Info.ID, emoji)

    def _spawn(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work)
        among.add(task)
        task.add_done_callback(among.discard)
