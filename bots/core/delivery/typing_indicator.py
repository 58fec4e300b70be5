"""Typing indicator: what a chat shows while something is sent to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from bots.core.channel import ChannelError, RetryLater


@asynccontextmanager
async def show_typing(send_typing: Callable[[], Awaitable[None]], refresh_seconds: float) -> AsyncIterator[None]:
    """Call `send_typing` repeatedly while the block runs, as messengers hide the indicator by themselves.

    Best effort: it delays nothing, and a ChannelError stops nothing. After a RetryLater it is not called again.
    """
    task = asyncio.create_task(_repeat(send_typing, refresh_seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _repeat(send_typing: Callable[[], Awaitable[None]], refresh_seconds: float) -> None:
    while True:
        try:
            await send_typing()
        except RetryLater:
            return
        except ChannelError:
            pass
        await asyncio.sleep(refresh_seconds)
