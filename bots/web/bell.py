"""A bell that wakes those who wait for news of the page."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock


class Bell:
    """Rung from any thread; heard in any event loop. Once closed, nobody waits any more."""

    def __init__(self) -> None:
        self.closed = False
        self._lock = Lock()
        self._ears: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set by every ring from now on; look for news after entering, then wait for it."""
        ear = asyncio.Event()
        with self._lock:
            self._ears[ear] = asyncio.get_running_loop()
        try:
            yield ear
        finally:
            with self._lock:
                del self._ears[ear]

    @property
    def listeners(self) -> int:
        return len(self._ears)

    def ring(self) -> None:
        with self._lock:
            for ear, loop in self._ears.items():
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
