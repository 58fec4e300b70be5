"""Notifier that wakes long-polling requests when a conversation changes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

from bots.core.channel import ChatRef


class Notifier:
    """Called from any thread; sets events in any event loop. Once closed, no request waits any more."""

    def __init__(self) -> None:
        self.is_closed = False
        self._lock = Lock()
        self._listeners: dict[asyncio.Event, tuple[ChatRef, asyncio.AbstractEventLoop]] = {}

    @contextmanager
    def subscribe(self, chat: ChatRef) -> Iterator[asyncio.Event]:
        """An event that every notification of that conversation sets from now on. Check for changes after entering,
        then wait.
        """
        event = asyncio.Event()
        with self._lock:
            self._listeners[event] = chat, asyncio.get_running_loop()
        try:
            yield event
        finally:
            with self._lock:
                del self._listeners[event]

    def count_waiting(self, chat: ChatRef) -> int:
        """Number of requests that wait for that conversation."""
        with self._lock:
            return sum(waiting_chat == chat for waiting_chat, _ in self._listeners.values())

    def notify(self, chat: ChatRef | None = None) -> None:
        """Wake the requests that wait for that conversation; without one, all requests."""
        with self._lock:
            for event, (waiting_chat, loop) in self._listeners.items():
                if chat is None or chat == waiting_chat:
                    with suppress(RuntimeError):  # the loop has ended
                        loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """Wake all requests for good, so that the server can stop."""
        self.is_closed = True
        self.notify()


async def wait_for_event(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the next notification, at most that many seconds; whether it came."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    event.clear()
    return True
