"""What the life of a number needs of the library, and of who answers at it."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bots.whatsapp.sessions.events import Signal
from bots.whatsapp.sessions.session_repository import Errand


class Link(Protocol):
    """A connection (`bots.whatsapp.sessions.connection.Connection` is the real one)."""

    async def open(self, tell: Callable[[Signal], None], on_message: Callable[[Any], Awaitable[None]]) -> None: ...

    async def ask_code(self, phone: str) -> str: ...

    async def who(self) -> tuple[str, str | None]: ...

    async def is_connected(self) -> bool: ...

    async def log_out(self) -> None: ...

    async def close(self) -> None: ...


class Service(Protocol):
    """What answers at a number: it takes messages from the start, and sends once the number is online."""

    async def write_packet(self, event: Any) -> None: ...

    def begin(self, errand: Errand) -> None: ...

    async def finish(self) -> None: ...
