"""Waiting for a state to change: from any thread, and from any event loop."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """One lock around the state; everybody who waits looks again after each change."""

    def __init__(self) -> None:
        self._condition = threading.Condition(threading.RLock())
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock; wake everybody at the end."""
        with self._condition:
            yield
            self._condition.notify_all()
            for loop, event in self._listeners:
                with suppress(RuntimeError):  # that loop is closed
                    loop.call_soon_threadsafe(event.set)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Hold the lock to read."""
        with self._condition:
            yield

    def wait(self, probe: Callable[[], T], timeout: float) -> T:
        """Block until `probe` gives something true, or the time is over; gives what the probe gave last."""
        with self._condition:
            return self._condition.wait_for(probe, timeout)

    async def arrival(self, probe: Callable[[], T], seconds: float) -> T:
        """The same for a coroutine."""
        event = asyncio.Event()
        listener = (asyncio.get_running_loop(), event)
        deadline = time.monotonic() + seconds
        with self._condition:
            self._listeners.add(listener)
        try:
            return await self._look(probe, event, deadline)
        finally:
            with self._condition:
                self._listeners.discard(listener)

    async def _look(self, probe: Callable[[], T], event: asyncio.Event, deadline: float) -> T:
        while True:
            with self._condition:
                event.clear()
                found = probe()
            left = deadline - time.monotonic()
            if found or left <= 0:
                return found
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), left)
