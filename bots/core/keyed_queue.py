"""Queue by key: a user's messages are handled in the order they were sent, those of different users concurrently."""

import asyncio
from collections.abc import Hashable
from types import TracebackType


class QueueSlot:
    """A slot in the queue of one key, held from its reservation until the `async with` block ends."""

    def __init__(self, previous_done: asyncio.Event | None, done: asyncio.Event, semaphore: asyncio.Semaphore) -> None:
        self._previous_done = previous_done
        self._done = done
        self._semaphore = semaphore

    async def __aenter__(self) -> None:
        try:
            if self._previous_done:
                await self._previous_done.wait()
            await self._semaphore.acquire()
        except BaseException:
            self._done.set()
            raise

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._semaphore.release()
        self._done.set()


class KeyedQueue:
    """One FIFO queue per key; at most `max_concurrent` slots run at once. Slots waiting for an earlier one of their key
    do not count."""

    def __init__(self, max_concurrent: int) -> None:
        self._semaphore = asyncio.Semaphore(max_concurrent)
        self._last: dict[Hashable, asyncio.Event] = {}

    def reserve(self, key: Hashable) -> QueueSlot:
        """Reserve the next slot of a key. The reservation does not wait; entering the slot does."""
        previous_done, done = self._last.get(key), asyncio.Event()
        self._last = {name: event for name, event in self._last.items() if not event.is_set()}
        self._last[key] = done
        return QueueSlot(previous_done, done, self._semaphore)
