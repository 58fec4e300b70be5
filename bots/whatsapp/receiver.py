"""Receiver of a session's messages: stores each first, then handles them in order, so that none is lost."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import structlog
from neonize.proto.Neonize_pb2 import Message as MessageEvent

from bots.core.albums import AlbumCollector, owner_of
from bots.core.channel import Inbound, UpdateSink
from bots.core.keyed_queue import KeyedQueue, QueueSlot
from bots.core.pending_updates import PendingUpdates
from bots.whatsapp.channel import WhatsAppChannel
from bots.whatsapp.jids import format_jid
from bots.whatsapp.message_reader import (
    MAX_MESSAGE_AGE,
    OwnIdentity,
    album_id_of,
    deserialize_event,
    parse_album_header,
    parse_message,
    serialize_event,
    update_id_of,
)
from models.columns import utc_now
from models.retries import RECEIVER_BACKOFF, UPDATE_RETRIES, Backoff

log = structlog.get_logger(__name__)
SEEN_EMOJI = "👀"
MIN_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReceiverLimits:
    """Limits of a receiver, in seconds and counts."""

    retry_seconds: float = UPDATE_RETRIES.backoff.first  # how often failed messages are handled again
    shutdown_seconds: float = 8.0  # how long stopping waits for messages being handled
    backoff: Backoff = RECEIVER_BACKOFF  # while a message cannot be stored
    album_seconds: float = 15.0  # the longest gap between items of an announced album
    max_concurrent: int = 16  # users handled at the same time
    max_pending: int = 1000  # messages being handled or queued; more wait in the database
    max_unsaved: int = 5000  # messages not stored yet; reached only when the database is down for long


class MessageReceiver:
    """Receives the messages of one session. `get_identity` returns the bot's own number once neonize knows it."""

    def __init__(
        self,
        sink: UpdateSink,
        channel: WhatsAppChannel,
        get_identity: Callable[[], OwnIdentity],
        *,
        clock: Callable[[], datetime] = utc_now,
        limits: ReceiverLimits | None = None,
    ) -> None:
        self._sink = sink
        self._channel = channel
        self._get_identity = get_identity
        self._clock = clock
        self._limits = limits or ReceiverLimits()
        self._pending = PendingUpdates(sink)
        self._keyed_queue = KeyedQueue(self._limits.max_concurrent)
        self._albums = AlbumCollector(channel.capabilities.album_seconds, self._start_handling)
        self._admission_lock = asyncio.Lock()  # admits messages one by one, in the order of arrival
        self._unsaved_count = 0
        self._is_stopped = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._handler_tasks: set[asyncio.Task[None]] = set()

    async def receive(self, event: MessageEvent) -> None:
        """Store a message and queue it for handling; returns when it is stored. Nothing is raised.

        WhatsApp counts the message as delivered when this is called: until it is stored, it exists only here.
        """
        if self._unsaved_count >= self._limits.max_unsaved:
            log.error("message lost", message=event.Info.ID, waiting=self._unsaved_count)
            return
        self._unsaved_count += 1
        try:
            async with self._admission_lock:
                await self._admit(event)
        except Exception:
            log.exception("message not taken", message=event.Info.ID)
        finally:
            self._unsaved_count -= 1

    async def resume_pending(self) -> None:
        """Handle stored messages that are unhandled: at the start, and every half minute. Nothing is raised."""
        try:
            async with self._admission_lock:
                for body in await self._pending.claim_unhandled(self._limits.max_pending - self._pending.size):
                    await self._resume(body)
        except Exception:
            log.exception("kept messages not taken up")

    async def run(self) -> None:
        """Call `resume_pending` at once and every half minute, until cancelled."""
        while True:
            await self.resume_pending()
            await asyncio.sleep(self._limits.retry_seconds)

    async def stop(self) -> None:
        """Stop receiving, and wait some seconds for messages being handled. The rest is handled at the next start."""
        self._is_stopped = True
        self._albums.stop()
        if self._handler_tasks:
            await asyncio.wait(self._handler_tasks, timeout=self._limits.shutdown_seconds)
        left = self._tasks | self._handler_tasks
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _admit(self, event: MessageEvent) -> None:
        """Store a message that needs a reply. Nothing is awaited between storing and queueing, to keep the order."""
        if album_header := parse_album_header(event):
            self._albums.expect(album_header.album_id, album_header.item_count, self._limits.album_seconds)
        album_id = album_id_of(event)
        inbound = parse_message(
            event, self._get_identity(), self._clock() - MAX_MESSAGE_AGE, is_addressed=self._albums.is_open(album_id)
        )
        is_first = not self._albums.is_open(album_id)
        if inbound is None or not await self._save(update_id_of(event), serialize_event(event)):
            return
        emoji = SEEN_EMOJI if inbound.attachments and is_first else None
        self._spawn(self._acknowledge(event, inbound, emoji), self._tasks)
        self._enqueue(album_id, inbound)

    async def _resume(self, body: dict[str, object]) -> None:
        """Queue a stored message of any age; it was found to be meant for the bot when it arrived."""
        try:
            event = deserialize_event(body)
        except ValueError:  # stored by another version, and unreadable for this one
            log.exception("kept message not read")
            return
        inbound = parse_message(event, self._get_identity(), MIN_TIME, is_addressed=True)
        if inbound is None:
            await self._sink.ignore([update_id_of(event)])
            self._pending.release([update_id_of(event)])
        else:
            self._enqueue(album_id_of(event), inbound)

    async def _save(self, update_id: str, body: dict[str, object]) -> bool:
        """Store a message, retrying for as long as the database is down; False for a duplicate."""
        for attempt in count(1):
            try:
                return await self._pending.save(update_id, body)
            except Exception as error:  # noqa: BLE001 - whatever failed, the message exists only here
                log.warning("message not kept", message=update_id, error=type(error).__name__)
            if self._is_stopped:
                break
            await asyncio.sleep(self._limits.backoff.delay_for(attempt))
        return False

    def _enqueue(self, album_id: str | None, inbound: Inbound) -> None:
        if self._is_stopped or self._pending.size > self._limits.max_pending:
            self._pending.release(inbound.update_ids)  # it is stored, and will be resumed
        elif album_id:
            self._albums.add(album_id, inbound)
        else:
            self._albums.close(owner_of(inbound))
            self._start_handling(inbound)

    def _start_handling(self, inbound: Inbound) -> None:
        self._spawn(self._handle(inbound, self._keyed_queue.reserve(owner_of(inbound))), self._handler_tasks)

    async def _handle(self, inbound: Inbound, slot: QueueSlot) -> None:
        try:
            async with slot:
                await self._sink.handle(inbound)
        except Exception:  # it stays unhandled, and is resumed
            log.exception("message not answered", update=inbound.update_ids[0])
        finally:
            self._pending.release(inbound.update_ids)

    async def _acknowledge(self, event: MessageEvent, inbound: Inbound, emoji: str | None) -> None:
        sender_jid = format_jid(event.Info.MessageSource.Sender)
        await self._channel.acknowledge(inbound.chat_ref, sender_jid, event.Info.ID, emoji)

    def _spawn(self, coroutine: Coroutine[Any, Any, None], task_set: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(coroutine)
        task_set.add(task)
        task.add_done_callback(task_set.discard)
