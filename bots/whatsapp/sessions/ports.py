"""Protocols that the connection loop of a session depends on: the connection, and the responder to its messages."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bots.whatsapp.sessions.events import Signal
from bots.whatsapp.sessions.session_repository import Errand


class Link(Protocol):
    """A connection to WhatsApp (`bots.whatsapp.connection.NeonizeConnection` is the real one)."""

    async def open(self, tell: Callable[[Signal], None], on_message: Callable[[Any], Awaitable[None]]) -> None: ...

    async def ask_code(self, phone: str) -> str: ...

    async def who(self) -> tuple[str, str | None]: ...

    async def is_connected(self) -> bool: ...

    async def log_out(self) -> None: ...

    async def close(self) -> None: ...


class Service(Protocol):
    """Handler of a session's messages: receives them from the start, and sends once the session is online."""

    async def handle_event(self, event: Any) -> None: ...

    def begin(self, errand: Errand) -> None: ...

    async def finish(self) -> None: ...
