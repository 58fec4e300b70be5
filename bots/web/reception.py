"""Hands what the page sent to the conversation: in order, and again after a crash."""

import asyncio
from datetime import timedelta
from weakref import WeakValueDictionary

import structlog
from pydantic import TypeAdapter, ValidationError

from bots.core.channel import Inbound, Inlet
from bots.web.uploads import Uploads
from storage.db import Clock

KEEP_UPLOADS = timedelta(hours=24)
SWEEP_EVERY = 3600.0  # seconds
GRACE = 5.0  # seconds that answers under way are given when the server stops

_INBOUND = TypeAdapter(Inbound)
_log = structlog.get_logger(__name__)


class Reception:
    """Keeps an update before the page is told that we have it, and has it answered in the background."""

    def __init__(self, inlet: Inlet, uploads: Uploads, clock: Clock) -> None:
        self._inlet = inlet
        self._uploads = uploads
        self._clock = clock
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # while somebody waits for a turn
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, inbound: Inbound) -> bool:
        """Take it, and have it answered; False when we had it already."""
        body = _INBOUND.dump_python(inbound, mode="json")
        if not await asyncio.to_thread(self._inlet.remember, inbound.updates[0], body):
            return False
        self._start(inbound)
        return True

    async def recover(self) -> None:
        """Take up what a crash interrupted."""
        for update, body in await asyncio.to_thread(self._inlet.forgotten):
            try:
                self._start(_INBOUND.validate_python(body))
            except ValidationError:
                _log.exception("unreadable update", update=update)
                await self._inlet.ignore([update])

    async def sweep(self) -> int:
        """Remove uploads that nobody took within a day; how many there were."""
        return await asyncio.to_thread(self._uploads.sweep, self._clock() - KEEP_UPLOADS)

    async def sweep_on(self) -> None:
        """Sweep now and every hour."""
        while True:
            await self.sweep()
            await asyncio.sleep(SWEEP_EVERY)

    async def close(self) -> None:
        """Let answers under way end; what does not is taken up at the next start."""
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _start(self, inbound: Inbound) -> None:
        task = asyncio.create_task(self._answer(inbound))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _answer(self, inbound: Inbound) -> None:
        turn = self._turns.setdefault(inbound.sender.external_id, asyncio.Lock())
        async with turn:
            await self._inlet.handle(inbound)
        handles = [attachment.handle for attachment in inbound.attachments]
        await asyncio.to_thread(self._uploads.let_go, handles)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a message was not answered", exc_info=error)
