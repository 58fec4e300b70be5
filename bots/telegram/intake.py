"""The way from polling to handling: an update is kept for good before Telegram hears that we have it."""

import asyncio
from collections.abc import Awaitable, Callable

from telegram import Update
from telegram.error import NetworkError


class NotKept(NetworkError):
    """An update could not be kept. For the poller this is a bad connection: it asks for the same updates again."""


class DurableQueue(asyncio.Queue[object]):
    """The application's update queue.

    The library confirms updates with the request after the one that brought them, and awaits `put` for each before: so
    what `put` has kept survives a crash, and what it has not kept is sent again.
    """

    def __init__(self, keep: Callable[[Update], Awaitable[bool]]) -> None:
        super().__init__()
        self._keep = keep

    async def put(self, item: object) -> None:
        """Keep and queue an update; one we already had is left out. Raises NotKept."""
        if isinstance(item, Update) and not await self._kept(item):
            return
        await super().put(item)

    async def again(self, update: Update) -> None:
        """Queue an update that was kept before."""
        await super().put(update)

    async def _kept(self, update: Update) -> bool:
        try:
            return await self._keep(update)
        except Exception as error:  # whatever failed, the poller must go on and ask again
            raise NotKept(f"an update could not be kept: {type(error).__name__}") from error
