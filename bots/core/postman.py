"""Sender of the pending outbox messages, in the process that owns the chats' connections."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bots.core.channel import Channel
from bots.core.heartbeat import Heartbeat
from bots.core.parcels import hand_over, packed
from bots.core.receipts import MAX_ATTEMPTS, Note, Receipts, noted
from bots.core.throttle import Throttle
from models.deliveries import Delivery
from storage import outbox
from storage.db import Database
from storage.media import MediaStore

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)  # renewed while a message is being sent, however long that takes
GRACE = 8.0  # seconds to finish the messages being sent at shutdown
IDLE = 0.5  # seconds between two polls for messages enqueued by other processes
AT_ONCE = 20  # messages being sent concurrently
NEWS_AT_ONCE = 5  # of them broadcasts; the others are reserved for replies and results
NEWS_RATE = 25.0  # broadcast messages a second; messengers' limits for one bot are little higher


@dataclass(slots=True)
class Postman:
    """Runs in the process that owns these accounts' chats. `wake` makes it poll at once; callable from any thread."""

    db: Database
    store: MediaStore
    channels: Mapping[UUID, Channel]
    lease: timedelta = LEASE
    _poked: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _under_way: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _news: set[int] = field(default_factory=set)  # delivery ids of broadcasts being sent
    _throttle: Throttle = field(default_factory=lambda: Throttle(NEWS_RATE, NEWS_RATE / 2))
    _heartbeat: Heartbeat = field(init=False)
    _receipts: Receipts = field(init=False)

    def __post_init__(self) -> None:
        self._receipts = Receipts(self.db)
        self._heartbeat = Heartbeat(self.db, self.lease, self._lost)

    def poke(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._poked.set)

    async def run(self) -> None:
        """Send until cancelled, then finish the messages being sent. A slow upload to one chat blocks no other chat."""
        self._loop = asyncio.get_running_loop()
        with self._heartbeat:
            try:
                while True:
                    self._poked.clear()
                    await self._begin()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(IDLE):  # not wait_for: Python 3.11's may swallow a cancellation
                            await self._poked.wait()
            finally:
                await self._wind_down()

    async def deliver(self) -> int:
        """Send the messages due now, one per chat; returns their number."""
        rows = await asyncio.to_thread(self._claim, AT_ONCE)
        await asyncio.gather(*(self._send(row) for row in rows))
        return len(rows)

    async def _begin(self) -> None:
        try:
            rows = await asyncio.to_thread(self._claim, AT_ONCE - len(self._under_way))
        except DBAPIError as error:
            log.warning("outbox-database-away", error=type(error).__name__)
            return
        for row in rows:
            task = asyncio.create_task(self._send(row))
            self._under_way[row.id or 0] = task
            task.add_done_callback(partial(self._ended, row))

    def _ended(self, row: Delivery, task: asyncio.Task[None]) -> None:
        self._under_way.pop(row.id or 0, None)
        self._news.discard(row.id or 0)
        self._heartbeat.let_go(row)
        self._poked.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery-surprised", delivery=row.id, exc_info=error)  # sent again when its lease expires

    async def _wind_down(self) -> None:
        """Let the messages being sent finish and be recorded; the next process sends again those not done in time."""
        tasks = list(self._under_way.values())
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _lost(self, delivery: int) -> None:
        """Cancel a send whose lease another process has taken over: it must neither arrive late, nor be recorded."""
        task = self._under_way.get(delivery)
        if task is not None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(task.cancel)

    def _claim(self, room: int) -> list[Delivery]:
        """Claim the messages that are due, and renew their leases from here on."""
        if room <= 0:
            return []
        with self.db.transaction() as session:
            but, now = self._heartbeat.held, self.db.clock()
            rows = outbox.claim_due(session, list(self.channels), now, self.lease, room, but=but)
            rows += self._claim_news(session, room - len(rows), now)
        for row in rows:
            self._heartbeat.hold(row)
        return rows

    def _claim_news(self, session: Session, room: int, now: datetime) -> list[Delivery]:
        """Claim broadcast messages with the remaining capacity, rate-limited and few at once, so that no film waits for
        them."""
        most = min(room, NEWS_AT_ONCE - len(self._news), self._throttle.room(now))
        if most <= 0:
            return []
        but = self._heartbeat.held
        rows = outbox.claim_news(session, list(self.channels), now, self.lease, most, but=but)
        self._throttle.take(len(rows))
        self._news |= {row.id or 0 for row in rows}
        return rows

    async def _send(self, row: Delivery) -> None:
        try:
            await self._deliver(row)
        finally:
            self._news.discard(row.id or 0)
            self._heartbeat.let_go(row)

    async def _deliver(self, row: Delivery) -> None:
        """Send, then record the result."""
        if row.attempts > MAX_ATTEMPTS:  # every process that claimed it has crashed with it
            await noted(partial(self._receipts.given_up, row, "tried too often"), row)
            return
        note: Note
        try:
            parcel = await asyncio.to_thread(packed, self.db, self.store, row)
            external_id = await hand_over(self.channels[row.account_id], parcel)
        except Exception as error:  # noqa: BLE001 - a boundary: whatever a channel raises, the chat's other messages are sent
            note = self._receipts.of(row, error)
        else:
            note = partial(self._receipts.sent, row, external_id)
        await noted(note, row)
