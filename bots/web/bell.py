"""A bell that wakes those who wait for news of a conversation."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

from bots.core.channel import Place


class Bell:
    """Rung from any thread; heard in any event loop. Once closed, nobody waits any more."""

    def __init__(self) -> None:
        self.closed = False
        self._lock = Lock()
        self._ears: dict[asyncio.Event, tuple[Place, asyncio.AbstractEventLoop]] = {}

    @contextmanager
    def listening(self, place: Place) -> Iterator[asyncio.Event]:
        """An event that every ring for that conversation sets from now on; look for news after entering, then wait."""
        ear = asyncio.Event()
        with self._lock:
            self._ears[ear] = place, asyncio.get_running_loop()
        try:
            yield ear
        finally:
            with self._lock:
                del self._ears[ear]

    @property
    def listeners(self) -> int:
        return len(self._ears)

    def waiting(self, place: Place) -> int:
        """How many listen for news of that conversation."""
        with self._lock:
            return sum(where == place for where, _ in self._ears.values())

    def ring(self, place: Place | None = None) -> None:
        """Wake those who wait for news of that conversation; without one, everybody."""
        with self._lock:
            for ear, (where, loop) in self._ears.items():
                if place is None or place == where:
                    with suppress(RuntimeError):  # a loop that has ended hears nothing
                        loop.call_soon_threadsafe(ear.set)

    def close(self) -> None:
        """Send everybody home, so that the server can stop."""
        self.closed = True
        self.ring()


async def heard(ear: asyncio.Event, seconds: float) -> bool:
    """Wait for the next ring, at most so many seconds."""
    try:
        await asyncio.wait_for(ear.wait(), seconds)
    except TimeoutError:
        return False
    ear.clear()
    return True
