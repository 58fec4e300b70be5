"""Telegram's side of the inbound processor: how its updates are read, and the queue that has them stored."""

import asyncio
from collections.abc import Awaitable, Callable

from telegram import Bot, Update
from telegram.error import NetworkError

from bots.core.channel import Inbound
from bots.core.inbound import IsAlbumOpen, ParsedMessage, UpdateAdapter
from bots.telegram.read import TelegramIdentity, album_of, message_number_of, read_update


class UpdateNotSaved(NetworkError):
    """An update could not be saved. A NetworkError makes the poller request the same updates again."""


class DurableQueue(asyncio.Queue[object]):
    """The application's update queue. `receive` stores and handles an update, which does not enter the queue itself.

    The library confirms updates with the request after the one that returned them, and awaits `put` for each before:
    so what is stored survives a crash, and what is not stored is sent again.
    """

    def __init__(self, receive: Callable[[Update], Awaitable[object]]) -> None:
        super().__init__()
        self._receive = receive

    async def put(self, item: object) -> None:
        """Have an update stored, or queue a signal of the library. Raises UpdateNotSaved."""
        if not isinstance(item, Update):
            return await super().put(item)
        try:
            await self._receive(item)
        except Exception as error:  # whatever failed, the poller must go on and retry
            raise UpdateNotSaved(f"an update could not be kept: {type(error).__name__}") from error


class TelegramAdapter(UpdateAdapter[Update]):
    """Reads updates with the bot's identity, which is known once Telegram has been reached."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def id_of(self, update: Update) -> str:
        return str(update.update_id)

    def read(self, update: Update, is_album_open: IsAlbumOpen) -> ParsedMessage | None:
        return self._parse(update, is_addressed=is_album_open(album_of(update)))

    def serialize(self, update: Update) -> dict[str, object]:
        return update.to_dict()

    def restore(self, body: dict[str, object]) -> ParsedMessage | None:
        """A stored message in a group was found to be meant for the bot when it arrived."""
        try:
            update = Update.de_json(body, self._bot)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("no update of the library") from error
        return self._parse(update, is_addressed=True)

    def sort_key(self, item: Inbound) -> int:
        return message_number_of(item)

    def _parse(self, update: Update, *, is_addressed: bool) -> ParsedMessage | None:
        identity = TelegramIdentity(self._bot.id, self._bot.username)
        inbound = read_update(update, identity, is_addressed=is_addressed)
        return ParsedMessage(inbound, album_of(update)) if inbound else None
