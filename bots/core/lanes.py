"""Queue by key: a user's messages are handled in the order they were sent, those of different users concurrently."""

import asyncio
from collections.abc import Hashable
from types import TracebackType


class Turn:
    """A slot in the queue of one key, held from its reservation until the `async with` block ends."""

    def __init__(self, before: asyncio.Event | None, done: asyncio.Event, room: asyncio.Semaphore) -> None:
        self._before = before
        self._done = done
        self._room = room

    async def __aenter__(self) -> None:
        try:
            if self._before:
                await self._before.wait()
            await self._room.acquire()
        except BaseException:
            self._done.set()
            raise

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._room.release()
        self._done.set()


class Lanes:
    """One FIFO queue per key; at most `max_concurrent` slots run at once. Slots waiting for an earlier one of their key
    do not count."""

    def __init__(self, width: int) -> None:
        self._room = asyncio.Semaphore(width)
        self._last: dict[Hashable, asyncio.Event] = {}

    def turn(self, key: Hashable) -> Turn:
        """Reserve the next slot of a key. The reservation does not wait; entering the slot does."""
        before, done = self._last.get(key), asyncio.Event()
        self._last = {name: event for name, event in self._last.items() if not event.is_set()}
        self._last[key] = done
        return Turn(before, done, self._room)
