"""Typing indicator shown during an upload."""

import asyncio
from contextlib import suppress
from types import TracebackType

from bots.core.channel import ChannelError
from bots.whatsapp.sessions.client import Wire

EVERY = 10.0  # seconds; phones show the indicator for about twice that


class Typing:
    """Shows "typing..." in the chat while the block runs. Best effort: never fails, and never waits."""

    def __init__(self, wire: Wire, chat: str) -> None:
        self._wire = wire
        self._chat = chat

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._show())

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _show(self) -> None:
        while True:
            with suppress(ChannelError):
                await self._wire.typing(self._chat, on=True)
            await asyncio.sleep(EVERY)
