"""Inbound messages of the chat page, handled in order per user, and again after a crash."""

import asyncio
from datetime import timedelta
from weakref import WeakValueDictionary

import structlog
from pydantic import TypeAdapter, ValidationError

from bots.core.channel import Inbound, UpdateSink
from bots.web.uploads.upload_folder import UploadFolder
from storage.db import Clock

UPLOAD_RETENTION = timedelta(hours=24)
SWEEP_SECONDS = 3600.0  # seconds
SHUTDOWN_GRACE_SECONDS = 5.0  # seconds that running handlers get when the server stops

_INBOUND_ADAPTER = TypeAdapter(Inbound)
_log = structlog.get_logger(__name__)


class InboundReceiver:
    """Stores an update before the page gets its response, then handles it in the background."""

    def __init__(self, sink: UpdateSink, uploads: UploadFolder, clock: Clock) -> None:
        self._sink = sink
        self._uploads = uploads
        self._clock = clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # kept while in use
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, inbound: Inbound) -> bool:
        """Store an update and start its handler; False when it was stored before."""
        body = _INBOUND_ADAPTER.dump_python(inbound, mode="json")
        if not await asyncio.to_thread(self._sink.save_update, inbound.update_ids[0], body):
            return False
        self._start(inbound)
        return True

    async def recover(self) -> None:
        """Handle updates again that a crash interrupted."""
        for update, body in await asyncio.to_thread(self._sink.list_unhandled):
            try:
                self._start(_INBOUND_ADAPTER.validate_python(body))
            except ValidationError:
                _log.exception("unreadable update", update=update)
                await self._sink.ignore([update])

    async def sweep(self) -> int:
        """Remove uploads not handled within a day; the number of them."""
        return await asyncio.to_thread(self._uploads.remove_older, self._clock() - UPLOAD_RETENTION)

    async def sweep_forever(self) -> None:
        """Sweep now and every hour."""
        while True:
            await self.sweep()
            await asyncio.sleep(SWEEP_SECONDS)

    async def close(self) -> None:
        """Wait for running handlers; what does not end in time is handled again at the next start."""
        if self._tasks:
            _, unfinished = await asyncio.wait(set(self._tasks), timeout=SHUTDOWN_GRACE_SECONDS)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)

    def _start(self, inbound: Inbound) -> None:
        task = asyncio.create_task(self._answer(inbound))
        self._tasks.add(task)
        task.add_done_callback(self._handle_done)

    async def _answer(self, inbound: Inbound) -> None:
        lock = self._locks.setdefault(inbound.sender.external_id, asyncio.Lock())
        async with lock:
            await self._sink.handle(inbound)
        handles = [attachment.handle for attachment in inbound.attachments]
        await asyncio.to_thread(self._uploads.release, handles)

    def _handle_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a message was not answered", exc_info=error)
