"""The way from polling to handling: an update is kept for good before Telegram hears that we have it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram import Update
from telegram.error import NetworkError

from bots.core.channel import Inlet

log = structlog.get_logger(__name__)


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


class Backlog:
    """Updates that are kept and not handled. Those in hand, queued or being handled, are not forgotten ones."""

    def __init__(self, inlet: Inlet) -> None:
        self._inlet = inlet
        self._in_hand: set[str] = set()

    @property
    def size(self) -> int:
        """How many are in hand."""
        return len(self._in_hand)

    async def keep(self, update: Update) -> bool:
        """False for one we already had. It is in hand before it is kept, or it would look forgotten for a moment."""
        name = str(update.update_id)
        mine, new = name not in self._in_hand, False
        self._in_hand.add(name)
        try:
            new = await asyncio.to_thread(self._inlet.remember, name, update.to_dict())
        finally:
            if mine and not new:
                self._in_hand.discard(name)
        return new

    async def forgotten(self) -> list[dict[str, object]]:
        """The bodies of those whose handling a crash or a failure prevented; from now on they are in hand.

        Empty while they cannot be read: the next look finds them.
        """
        before = set(self._in_hand)  # what is handled while we look has been read as unhandled
        try:
            kept = await asyncio.to_thread(self._inlet.forgotten)
        except (SQLAlchemyError, OSError):
            log.exception("kept updates cannot be read")
            return []
        found = {name: body for name, body in kept if name not in before | self._in_hand}
        self._in_hand.update(found)
        return list(found.values())

    def let_go(self, names: Iterable[str]) -> None:
        """They were handled, or failed and may be taken up again."""
        self._in_hand.difference_update(names)
