"""Condition variable for threads and for coroutines of any event loop."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")


class StateCondition:
    """One lock around the state; every waiter probes again after each change."""

    def __init__(self) -> None:
        self._condition = threading.Condition(threading.RLock())
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @contextmanager
    def modify(self) -> Iterator[None]:
        """Hold the lock to write; wake all waiters at the end."""
        with self._condition:
            yield
            self._condition.notify_all()
            for loop, event in self._listeners:
                with suppress(RuntimeError):  # that loop is closed
                    loop.call_soon_threadsafe(event.set)

    @contextmanager
    def read(self) -> Iterator[None]:
        """Hold the lock to read."""
        with self._condition:
            yield

    def wait(self, probe: Callable[[], T], timeout: float) -> T:
        """Block until `probe` returns something true, or the timeout; returns its last result."""
        with self._condition:
            return self._condition.wait_for(probe, timeout)

    async def wait_async(self, probe: Callable[[], T], seconds: float) -> T:
        """`wait` for a coroutine."""
        event = asyncio.Event()
        listener = (asyncio.get_running_loop(), event)
        deadline = time.monotonic() + seconds
        with self._condition:
            self._listeners.add(listener)
        try:
            return await self._poll(probe, event, deadline)
        finally:
            with self._condition:
                self._listeners.discard(listener)

    async def _poll(self, probe: Callable[[], T], event: asyncio.Event, deadline: float) -> T:
        while True:
            with self._condition:
                event.clear()
                found = probe()
            remaining = deadline - time.monotonic()
            if found or remaining <= 0:
                return found
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), remaining)
