"""Inbound processor of all channels: stores each update before it is acknowledged, then handles it once, in order."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog

from bots.core.albums import AlbumCollector, AlbumHeader, keep_arrival_order, owner_of
from bots.core.channel import Inbound, UpdateSink
from bots.core.pending_updates import HandlingScheduler, PendingUpdates
from models.retries import INBOUND_BACKOFF, UPDATE_RETRIES, Backoff

log = structlog.get_logger(__name__)
U = TypeVar("U")
"""A channel's own type of updates."""
IsAlbumOpen = Callable[[str | None], bool]
"""Whether items of the album with that id are being gathered."""


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A message, the id of the album it is an item of, and the seconds to wait before it is handled."""

    inbound: Inbound
    album_id: str | None = None
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class InboundLimits:
    """Limits of an inbound processor, in seconds and counts."""

    retry_seconds: float = UPDATE_RETRIES.backoff.first  # how often failed updates are handled again
    shutdown_seconds: float = 8.0  # how long stopping waits for updates being handled
    backoff: Backoff = INBOUND_BACKOFF  # while an update cannot be stored
    announced_album_seconds: float = 15.0  # the longest gap between items of an announced album
    max_concurrent: int = 32  # users handled at the same time
    max_pending: int = 1000  # updates being handled or queued; more wait in the database
    max_unsaved: int = 5000  # updates not stored yet; reached only when the database is down for long


class UpdateAdapter(ABC, Generic[U]):
    """What a channel supplies: how its updates are read and stored, and what only its messenger does.

    `is_redelivered` tells whether the messenger delivers an update again that could not be stored.
    """

    is_redelivered = True

    @abstractmethod
    def id_of(self, update: U) -> str:
        """The update's id, unique within the account."""

    @abstractmethod
    def read(self, update: U, is_album_open: IsAlbumOpen) -> ParsedMessage | AlbumHeader | None:
        """Read an update that has just arrived; None if it needs no reply."""

    @abstractmethod
    def serialize(self, update: U) -> dict[str, object]:
        """The update as it is stored, as JSON."""

    @abstractmethod
    def restore(self, body: dict[str, object]) -> ParsedMessage | None:
        """Read a stored update, however old; None if it needs no reply. Raises ValueError if it is unreadable."""

    def sort_key(self, item: Inbound) -> Any:
        """Sort key of an album's items."""
        return keep_arrival_order(item)

    async def acknowledge(self, update: U, inbound: Inbound, *, is_continued: bool) -> None:
        """Show the sender that a message is stored; best effort. `is_continued`: it continues an open album."""

    async def release(self, inbound: Inbound) -> None:
        """Free what the channel held for a message that is handled now."""


class InboundProcessor(Generic[U]):
    """Processor of one account's updates. It may be created outside of the event loop."""

    def __init__(
        self,
        sink: UpdateSink,
        adapter: UpdateAdapter[U],
        *,
        album_seconds: float = 0.0,
        limits: InboundLimits | None = None,
    ) -> None:
        self._sink = sink
        self._adapter = adapter
        self._limits = limits or InboundLimits()
        self._pending = PendingUpdates(sink)
        self._scheduler = HandlingScheduler(
            sink, self._pending, self._limits.max_concurrent, adapter.release, self._wake_for_room
        )
        self._albums = AlbumCollector(album_seconds, self._scheduler.schedule, adapter.sort_key)
        self._admission_lock = asyncio.Lock()  # admits updates one by one, in the order of arrival
        self._has_room = asyncio.Event()  # set when updates that wait in the database can be queued
        self._is_behind = False  # whether such updates wait; newer ones then wait behind them
        self._is_stopped = False
        self._unsaved_count = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self, update: U) -> bool:
        """Store an update and queue it for handling; returns once it is stored. False if there is nothing to handle: it
        is a duplicate, or needs no reply.

        Raises the error of the database, after which the messenger delivers the update again; where it does not,
        storing is retried for as long as it takes. Raises QueueFull when too many updates wait to be stored.
        """
        if self._unsaved_count >= self._limits.max_unsaved:
            raise asyncio.QueueFull(f"{self._unsaved_count} updates wait to be stored")
        self._unsaved_count += 1
        try:
            async with self._admission_lock:
                return await self._admit(update)
        finally:
            self._unsaved_count -= 1

    async def run(self) -> None:
        """Queue stored updates that are unhandled until cancelled: at once, periodically, and when there is room."""
        while True:
            await self.resume_pending()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limits.retry_seconds):
                    await self._has_room.wait()
            self._has_room.clear()

    async def resume_pending(self) -> None:
        """Queue stored updates that a crash, a failure or a full queue left unhandled. Nothing is raised."""
        try:
            async with self._admission_lock:
                room = self._limits.max_pending - self._scheduler.load
                claimed = await self._pending.claim_unhandled(room)
                self._is_behind = len(claimed) >= room
                for update_id, body in claimed:
                    await self._resume(update_id, body)
        except Exception:
            log.exception("pending-updates-not-read")

    async def stop(self) -> None:
        """Stop handling, and wait some seconds for updates being handled. The rest is handled at the next start."""
        self._is_stopped = True
        self._albums.stop()
        await self._scheduler.stop(self._limits.shutdown_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _admit(self, update: U) -> bool:
        """Read an update that has arrived, and store it if it needs a reply."""
        try:
            parsed = self._adapter.read(update, self._albums.is_open)
        except Exception:  # a bug: the update is stored for a version without it
            log.exception("update-not-parsed", update=self._adapter.id_of(update))
            await self._store(update)
            self._pending.release([self._adapter.id_of(update)])
            return False
        if isinstance(parsed, AlbumHeader):
            self._albums.expect(parsed.album_id, parsed.item_count, self._limits.announced_album_seconds)
        return isinstance(parsed, ParsedMessage) and await self._store_and_queue(update, parsed)

    async def _store_and_queue(self, update: U, parsed: ParsedMessage) -> bool:
        """Nothing is awaited between storing and queueing, to keep the order."""
        is_continued = self._albums.is_open(parsed.album_id)
        if not await self._store(update):
            return False
        if not self._is_stopped:
            self._spawn(self._adapter.acknowledge(update, parsed.inbound, is_continued=is_continued))
        self._is_behind = self._is_behind or self._scheduler.load > self._limits.max_pending
        if self._is_behind:
            self._pending.release(parsed.inbound.update_ids)  # it is stored, and will be resumed
        else:
            self._enqueue(parsed)
        return True

    async def _store(self, update: U) -> bool:
        """Store an update; False for a duplicate."""
        update_id, body = self._adapter.id_of(update), self._adapter.serialize(update)
        attempt = 0
        while True:  # also after the end: it exists nowhere else
            try:
                return await self._pending.save(update_id, body)
            except Exception as error:
                if self._adapter.is_redelivered:
                    raise
                log.warning("update-not-stored", update=update_id, error=type(error).__name__)
            attempt += 1
            await asyncio.sleep(self._limits.backoff.delay_for(attempt))

    async def _resume(self, update_id: str, body: dict[str, object]) -> None:
        try:
            parsed = self._restore(update_id, body)
            if parsed is not None:
                self._enqueue(parsed)
            else:
                await self._sink.ignore([update_id])
                self._pending.release([update_id])
        except Exception:  # it stays unhandled, and is resumed
            log.exception("update-not-resumed", update=update_id)
            self._pending.release([update_id])

    def _restore(self, update_id: str, body: dict[str, object]) -> ParsedMessage | None:
        try:
            return self._adapter.restore(body)
        except ValueError:  # stored by another version, and unreadable for this one
            log.exception("stored-update-unreadable", update=update_id)
            return None

    def _enqueue(self, parsed: ParsedMessage) -> None:
        if self._is_stopped:
            self._pending.release(parsed.inbound.update_ids)
        elif parsed.album_id:
            self._albums.add(parsed.album_id, parsed.inbound)
        else:
            self._albums.close(owner_of(parsed.inbound))
            self._scheduler.schedule(parsed.inbound, parsed.delay)

    def _wake_for_room(self) -> None:
        """Called when a message is handled."""
        if self._is_behind and self._scheduler.load <= self._limits.max_pending // 2:
            self._has_room.set()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
