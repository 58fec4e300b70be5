"""Protocols that the connection loop of a session depends on: the connection, and the responder to its messages."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bots.whatsapp.sessions.events import ConnectionEvent
from bots.whatsapp.sessions.session_repository import Assignment


class WhatsAppConnection(Protocol):
    """A connection to WhatsApp (`bots.whatsapp.connection.NeonizeConnection` is the real one)."""

    async def open(
        self, on_event: Callable[[ConnectionEvent], None], on_message: Callable[[Any], Awaitable[None]]
    ) -> None: ...

    async def request_pairing_code(self, phone: str) -> str: ...

    async def get_identity(self) -> tuple[str, str | None]: ...

    async def is_connected(self) -> bool: ...

    async def log_out(self) -> None: ...

    async def close(self) -> None: ...


class Responder(Protocol):
    """Handler of a session's messages: receives them from the start, and sends once the session is online."""

    async def handle_event(self, event: Any) -> None: ...

    def start(self, assignment: Assignment) -> None: ...

    async def finish(self) -> None: ...
