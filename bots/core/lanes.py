"""Order: what one person sends is answered in the order it was sent, while different people go on at once."""

import asyncio
from collections.abc import Hashable
from types import TracebackType


class Turn:
    """A place in a lane, held from when it was taken until the `async with` ends."""

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
    """One lane a key; at most `width` turns run at once, and those that wait for their lane take no room."""

    def __init__(self, width: int) -> None:
        self._room = asyncio.Semaphore(width)
        self._last: dict[Hashable, asyncio.Event] = {}

    def turn(self, key: Hashable) -> Turn:
        """The next turn of that lane. Taking it does not wait; entering it does."""
        before, done = self._last.get(key), asyncio.Event()
        self._last = {name: event for name, event in self._last.items() if not event.is_set()}
        self._last[key] = done
        return Turn(before, done, self._room)
