"""Updates that are kept and not handled yet."""

import asyncio
from collections.abc import Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.core.channel import Inlet

log = structlog.get_logger(__name__)


class Backlog:
    """Updates that are kept and not handled. Those in hand, queued or being handled, are not forgotten ones."""

    def __init__(self, inlet: Inlet) -> None:
        self._inlet = inlet
        self._in_hand: set[str] = set()

    @property
    def size(self) -> int:
        """How many are in hand."""
        return len(self._in_hand)

    async def keep(self, name: str, body: dict[str, object]) -> bool:
        """False for one we already had. It is in hand before it is kept, or it would look forgotten for a moment."""
        mine, new = name not in self._in_hand, False
        self._in_hand.add(name)
        try:
            new = await asyncio.to_thread(self._inlet.remember, name, body)
        finally:
            if mine and not new:
                self._in_hand.discard(name)
        return new

    async def forgotten(self, most: int | None = None) -> list[dict[str, object]]:
        """The bodies of those whose handling a crash or a failure prevented, oldest first, so many at most; from now on
        they are in hand.

        Empty while they cannot be read: the next look finds them.
        """
        before = set(self._in_hand)  # what is handled while we look has been read as unhandled
        try:
            kept = await asyncio.to_thread(self._inlet.forgotten)
        except (SQLAlchemyError, OSError):
            log.exception("kept updates cannot be read")
            return []
        fresh = [(name, body) for name, body in kept if name not in before | self._in_hand]
        found = dict(fresh[: None if most is None else max(0, most)])
        self._in_hand.update(found)
        return list(found.values())

    def let_go(self, names: Iterable[str]) -> None:
        """They were handled, or failed and may be taken up again."""
        self._in_hand.difference_update(names)
