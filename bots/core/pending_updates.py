"""Stored updates that are not handled yet."""

import asyncio
from collections.abc import Iterable

from bots.core.channel import UpdateSink


class PendingUpdates:
    """Tracks which stored, unhandled updates this process has in progress (queued or being handled), so that only the
    others count as interrupted."""

    def __init__(self, sink: UpdateSink) -> None:
        self._sink = sink
        self._in_progress: set[str] = set()

    @property
    def size(self) -> int:
        """Number of updates in progress."""
        return len(self._in_progress)

    async def save(self, name: str, body: dict[str, object]) -> bool:
        """Store an update; False for a duplicate. It is in progress before it is stored, or it would briefly look
        interrupted."""
        is_ours, is_new = name not in self._in_progress, False
        self._in_progress.add(name)
        try:
            is_new = await asyncio.to_thread(self._sink.save_update, name, body)
        finally:
            if is_ours and not is_new:
                self._in_progress.discard(name)
        return is_new

    async def claim_unhandled(self, max_count: int) -> list[tuple[str, dict[str, object]]]:
        """Return the ids and bodies of updates that a crash, a failure or a full queue left unhandled, oldest first, at
        most `max_count`, and mark them as in progress.
        """
        in_progress_before = set(self._in_progress)  # updates handled during the query are still read as unhandled
        stored = await asyncio.to_thread(self._sink.list_unhandled)
        fresh = [(name, body) for name, body in stored if name not in in_progress_before | self._in_progress]
        claimed = fresh[: max(0, max_count)]
        self._in_progress.update(name for name, _ in claimed)
        return claimed

    def release(self, names: Iterable[str]) -> None:
        """Forget updates that were handled, or that failed and may be retried."""
        self._in_progress.difference_update(names)
