"""Stored updates that are not handled yet, and the scheduler of their handling."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable

import structlog

from bots.core.albums import owner_of
from bots.core.channel import Inbound, UpdateSink
from bots.core.keyed_queue import KeyedQueue, QueueSlot

log = structlog.get_logger(__name__)


class PendingUpdates:
    """Tracks which stored, unhandled updates this process has in progress (queued or being handled), so that only the
    others count as interrupted."""

    def __init__(self, sink: UpdateSink) -> None:
        self._sink = sink
        self._in_progress: set[str] = set()

    @property
    def size(self) -> int:
        """Number of updates in progress."""
        return len(self._in_progress)

    async def save(self, name: str, body: dict[str, object]) -> bool:
        """Store an update; False for a duplicate. It is in progress before it is stored, or it would briefly look
        interrupted."""
        is_ours, is_new = name not in self._in_progress, False
        self._in_progress.add(name)
        try:
            is_new = await asyncio.to_thread(self._sink.save_update, name, body)
        finally:
            if is_ours and not is_new:
                self._in_progress.discard(name)
        return is_new

    async def claim_unhandled(self, max_count: int) -> list[tuple[str, dict[str, object]]]:
        """Return the ids and bodies of updates that a crash, a failure or a full queue left unhandled, oldest first, at
        most `max_count`, and mark them as in progress.
        """
        in_progress_before = set(self._in_progress)  # updates handled during the query are still read as unhandled
        stored = await asyncio.to_thread(self._sink.list_unhandled)
        fresh = [(name, body) for name, body in stored if name not in in_progress_before | self._in_progress]
        chosen = dict(fresh[: max(0, max_count)])
        self._in_progress.update(chosen)
        try:
            ours = set(await asyncio.to_thread(self._sink.claim, chosen.keys()) if chosen else ())
        except BaseException:
            self.release(chosen)
            raise
        self.release(chosen.keys() - ours)
        return [(name, body) for name, body in chosen.items() if name in ours]

    def release(self, names: Iterable[str]) -> None:
        """Forget updates that were handled, or that failed and may be retried."""
        self._in_progress.difference_update(names)


class HandlingScheduler:
    """Has each message handled in the order of its sender's, as soon as the sink allows.

    Messages that wait for that hold no place among those handled at the same time, and none in the order: what their
    sender does meanwhile without waiting, such as a tap on a button, goes first. `release` is awaited with each message
    that is handled, and then `on_handled` called; one whose handling failed stays unhandled.
    """

    def __init__(
        self,
        sink: UpdateSink,
        pending: PendingUpdates,
        max_concurrent: int,
        release: Callable[[Inbound], Awaitable[None]],
        on_handled: Callable[[], None],
    ) -> None:
        self._sink = sink
        self._pending = pending
        self._keyed_queue = KeyedQueue(max_concurrent)
        self._release = release
        self._on_handled = on_handled
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting_count = 0
        self._is_stopped = False

    @property
    def load(self) -> int:
        """Number of updates in progress, without messages that wait until their sender may be answered again."""
        return self._pending.size - self._waiting_count

    def schedule(self, inbound: Inbound, delay: float = 0.0) -> None:
        """Have a message handled after so many seconds, and when the sink allows; or refused, if that is its answer."""
        if delay > 0:
            self._call_later(delay, self.schedule, inbound)
            return
        seconds = self._sink.reserve(inbound)
        if seconds is None:  # not behind those that wait: there may be any number of them
            self._start(inbound, (*owner_of(inbound), "refused"), self._sink.refuse)
        elif seconds > 0:
            self._call_later(seconds, self._handle, inbound)
        else:
            self._handle(inbound)

    async def stop(self, seconds: float) -> None:
        """Start nothing more, and wait some seconds for what is being handled."""
        self._is_stopped = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        left = set(self._tasks)
        if left:
            log.warning("updates-left-unhandled", count=self._pending.size)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _call_later(self, seconds: float, callback: Callable[[Inbound], None], inbound: Inbound) -> None:
        self._waiting_count += len(inbound.update_ids)
        asyncio.get_running_loop().call_later(seconds, self._end_waiting, callback, inbound)

    def _end_waiting(self, callback: Callable[[Inbound], None], inbound: Inbound) -> None:
        self._waiting_count -= len(inbound.update_ids)
        if not self._is_stopped:
            callback(inbound)

    def _handle(self, inbound: Inbound) -> None:
        self._start(inbound, owner_of(inbound), self._sink.handle)

    def _start(self, inbound: Inbound, key: Hashable, handle: Callable[[Inbound], Awaitable[None]]) -> None:
        task = asyncio.create_task(self._run(inbound, self._keyed_queue.reserve(key), handle))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, inbound: Inbound, slot: QueueSlot, handle: Callable[[Inbound], Awaitable[None]]) -> None:
        is_handled = False
        try:
            async with slot:
                await handle(inbound)
            is_handled = True
            await self._release(inbound)
        except Exception:  # it stays unhandled, and is resumed
            log.exception("update-not-handled", update=inbound.update_ids[0])
        finally:
            self._pending.release(inbound.update_ids)
            if is_handled:
                self._on_handled()
