"""Sender of the pending outbox messages, in the process that owns the chats' connections."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bots.core.channel import Channel
from bots.core.database_retry import retry_until_stored
from bots.core.delivery.delivery_builder import build_payload, send_payload
from bots.core.delivery.delivery_results import DeliveryResults, ResultAction
from bots.core.rate_limit import TokenBucket
from models.messaging.deliveries import Delivery
from models.retries import DELIVERY_RETRIES
from pipeline import LeaseRenewer, PreviewRenderer
from storage.db import Database
from storage.media.media_store import MediaStore
from storage.messaging import outbox

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)  # renewed while a message is being sent, however long that takes
DRAIN_SECONDS = 8.0  # seconds to finish the messages being sent at shutdown
POLL_INTERVAL = 0.5  # seconds between two polls for messages enqueued by other processes
MAX_CONCURRENT = 20  # messages being sent concurrently
MAX_CONCURRENT_BROADCASTS = 5  # of them broadcasts; the others are reserved for replies and results
BROADCASTS_PER_SECOND = 25.0  # broadcast messages a second; messengers' limits for one bot are little higher


@dataclass(slots=True)
class OutboxSender:
    """Runs in the process that owns these accounts' chats. `wake` makes it poll at once; callable from any thread."""

    db: Database
    store: MediaStore
    channels: Mapping[UUID, Channel]
    lease: timedelta = LEASE
    previews: PreviewRenderer | None = None
    monotonic: Callable[[], float] = time.monotonic
    _wake_event: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _broadcasts: set[int] = field(default_factory=set)  # delivery ids of broadcasts being sent
    _token_bucket: TokenBucket = field(
        default_factory=lambda: TokenBucket(BROADCASTS_PER_SECOND, BROADCASTS_PER_SECOND / 2)
    )
    _lease_renewer: LeaseRenewer[int, Delivery] = field(init=False)
    _results: DeliveryResults = field(init=False)

    def __post_init__(self) -> None:
        self._results = DeliveryResults(self.db)
        self._lease_renewer = LeaseRenewer(
            "outbox-leases", self.lease.total_seconds(), self._renew, self._cancel_lost
        )  # never lost while the database is away: no other process can take over a message either

    def wake(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_event.set)

    async def run(self) -> None:
        """Send until cancelled, then finish the messages being sent. A slow upload to one chat blocks no other chat."""
        self._loop = asyncio.get_running_loop()
        with self._lease_renewer:
            try:
                while True:
                    self._wake_event.clear()
                    await self.start_sends()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(
                            POLL_INTERVAL
                        ):  # not wait_for: Python 3.11's may swallow a cancellation
                            await self._wake_event.wait()
            finally:
                await self.drain()

    async def start_sends(self) -> int:
        """Start sending the messages due now, one per chat; returns their number, 0 while the database is away."""
        try:
            rows = await asyncio.to_thread(self._claim, MAX_CONCURRENT - len(self._tasks))
        except DBAPIError as error:
            log.warning("outbox-database-unavailable", error=type(error).__name__)
            return 0
        for row in rows:
            task = asyncio.create_task(self._send_leased(row))
            self._tasks[row.id or 0] = task
            task.add_done_callback(partial(self._finish_task, row))
        return len(rows)

    def _finish_task(self, row: Delivery, task: asyncio.Task[None]) -> None:
        self._tasks.pop(row.id or 0, None)
        self._broadcasts.discard(row.id or 0)
        self._lease_renewer.remove(row.id or 0)
        self._wake_event.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery-failed", delivery=row.id, exc_info=error)  # sent again when its lease expires

    async def drain(self) -> None:
        """Let the messages being sent finish and be recorded; the next process sends again those not done in time."""
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _cancel_lost(self, delivery_id: int) -> None:
        """Cancel a send whose lease another process has taken over: it must neither arrive late, nor be recorded."""
        log.warning("delivery-lease-lost", delivery=delivery_id)
        task = self._tasks.get(delivery_id)
        if task is not None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(task.cancel)

    def _renew(self, rows: Sequence[Delivery]) -> set[int]:
        with self.db.transaction() as session:
            return outbox.renew_leases(session, rows, self.db.clock() + self.lease)

    def _claim(self, capacity: int) -> list[Delivery]:
        """Claim the messages that are due, and renew their leases from here on."""
        if capacity <= 0:
            return []
        with self.db.transaction() as session:
            excluded_ids, now = self._lease_renewer.held_keys, self.db.clock()
            rows = outbox.claim_due(session, list(self.channels), now, self.lease, capacity, exclude=excluded_ids)
            rows += self._claim_broadcasts(session, capacity - len(rows), now)
        for row in rows:
            self._lease_renewer.add(row.id or 0, row)
        return rows

    def _claim_broadcasts(self, session: Session, capacity: int, now: datetime) -> list[Delivery]:
        """Claim broadcast messages with the remaining capacity, rate-limited and few at once, so that no film waits for
        them."""
        self._token_bucket.refill(self.monotonic())
        max_count = min(
            capacity, MAX_CONCURRENT_BROADCASTS - len(self._broadcasts), self._token_bucket.count_available()
        )
        if max_count <= 0:
            return []
        excluded_ids = self._lease_renewer.held_keys
        rows = outbox.claim_due_broadcasts(
            session, list(self.channels), now, self.lease, max_count, exclude=excluded_ids
        )
        self._token_bucket.take(len(rows))
        self._broadcasts |= {row.id or 0 for row in rows}
        return rows

    async def _send_leased(self, row: Delivery) -> None:
        try:
            await self._send_and_record(row)
        finally:
            self._broadcasts.discard(row.id or 0)
            self._lease_renewer.remove(row.id or 0)

    async def _send_and_record(self, row: Delivery) -> None:
        """Send, then record the result."""
        if row.attempts > DELIVERY_RETRIES.max_attempts:  # every process that claimed it has crashed with it
            await retry_until_stored(self._results.give_up, row, "tried too often")
            return
        channel = self.channels.get(row.account_id)
        if channel is None:
            await retry_until_stored(self._results.postpone, row, 0.0, "its chat is another process's now")
            return
        action: ResultAction
        try:
            run = self.previews.executor.run if self.previews and row.content.has_preview else asyncio.to_thread
            payload = await run(build_payload, self.db, self.store, row, self.previews)
            external_id = await send_payload(channel, payload)
        except Exception as error:  # noqa: BLE001 - a boundary: whatever a channel raises, the chat's other messages are sent
            action = self._results.action_for(row, error)
        else:
            action = partial(self._results.record_sent, row, external_id)
        await retry_until_stored(action)  # a sent message must not be sent again
