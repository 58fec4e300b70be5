"""Durable update queue between polling and handling: an update is saved before it is confirmed to Telegram."""

import asyncio
from collections.abc import Awaitable, Callable

from telegram import Update
from telegram.error import NetworkError


class UpdateNotSaved(NetworkError):
    """An update could not be saved. A NetworkError makes the poller request the same updates again."""


class DurableQueue(asyncio.Queue[object]):
    """The application's update queue.

    The library confirms updates with the request after the one that returned them, and awaits `put` for each before:
    so what `put` has saved survives a crash, and what it has not saved is sent again.
    """

    def __init__(self, save: Callable[[Update], Awaitable[bool]]) -> None:
        super().__init__()
        self._save = save

    async def put(self, item: object) -> None:
        """Save and queue an update; a duplicate is dropped. Raises UpdateNotSaved."""
        if isinstance(item, Update) and not await self._save_or_raise(item):
            return
        await super().put(item)

    async def requeue(self, update: Update) -> None:
        """Queue an update that was saved before."""
        await super().put(update)

    async def _save_or_raise(self, update: Update) -> bool:
        try:
            return await self._save(update)
        except Exception as error:  # whatever failed, the poller must go on and retry
            raise UpdateNotSaved(f"an update could not be kept: {type(error).__name__}") from error
