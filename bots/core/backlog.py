"""Stored updates that are not handled yet."""

import asyncio
from collections.abc import Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.core.channel import Inlet

log = structlog.get_logger(__name__)


class Backlog:
    """Tracks which stored, unhandled updates this process has in progress (queued or being handled), so that only the
    others count as interrupted."""

    def __init__(self, inlet: Inlet) -> None:
        self._inlet = inlet
        self._in_hand: set[str] = set()

    @property
    def size(self) -> int:
        """Number of updates in progress."""
        return len(self._in_hand)

    async def keep(self, name: str, body: dict[str, object]) -> bool:
        """Store an update; False for a duplicate. It is in progress before it is stored, or it would briefly look
        interrupted."""
        mine, new = name not in self._in_hand, False
        self._in_hand.add(name)
        try:
            new = await asyncio.to_thread(self._inlet.remember, name, body)
        finally:
            if mine and not new:
                self._in_hand.discard(name)
        return new

    async def forgotten(self, most: int | None = None) -> list[dict[str, object]]:
        """Return the bodies of updates whose handling a crash or a failure interrupted, oldest first, at most
        `max_count`, and mark them as in progress.

        Empty while the database cannot be read: the next call finds them.
        """
        before = set(self._in_hand)  # updates handled during the query are still read as unhandled
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
        """Forget updates that were handled, or that failed and may be retried."""
        self._in_hand.difference_update(names)
