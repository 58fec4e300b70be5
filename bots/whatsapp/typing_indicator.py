"""Typing indicator shown during an upload."""

import asyncio
from contextlib import suppress
from types import TracebackType

from bots.core.channel import ChannelError
from bots.whatsapp.sessions.client import WhatsAppClient

REFRESH_SECONDS = 10.0  # seconds; phones show the indicator for about twice that


class TypingIndicator:
    """Shows "typing..." in the chat while the block runs. Best effort: never fails, and never waits."""

    def __init__(self, client: WhatsAppClient, chat: str) -> None:
        self._client = client
        self._chat = chat

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._refresh())

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _refresh(self) -> None:
        while True:
            with suppress(ChannelError):
                await self._client.send_typing(self._chat, on=True)
            await asyncio.sleep(REFRESH_SECONDS)
