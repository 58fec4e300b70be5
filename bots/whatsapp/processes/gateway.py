"""Manager of the sessions of one gateway process: starts, restarts and stops them, isolated from each other."""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.whatsapp.processes.ipc import STUCK, Report
from bots.whatsapp.sessions.events import Stuck
from bots.whatsapp.sessions.session import Session
from models.messaging.whatsapp import WhatsAppSession
from storage.db import Database
from storage.messaging import whatsapp
from storage.messaging.whatsapp_keys import LockHeld, hold_lock

log = structlog.get_logger(__name__)

BEAT = 10.0  # seconds between two heartbeats
LOOK = 1.0  # seconds between two checks of the database for requests
HELD = 0.5  # seconds between two attempts to lock a session that another process still holds
AFTER_FAILURE = timedelta(seconds=30)
HANGING_UP = 5.0  # seconds for all sessions together


@dataclass(slots=True)
class Charge:
    """A running session: its runner, and the time of the last request it has been given."""

    session: Session
    task: asyncio.Task[None]
    asked_at: datetime | None


@dataclass(slots=True)
class Gateway:
    """Runs the sessions it is assigned. A failure stays within its session; only a hanging client ends the process."""

    db: Database
    report: Report
    locks: Path
    session_of: Callable[[UUID], Session]
    forget: Callable[[UUID], None]
    _assigned: set[UUID] = field(default_factory=set)
    _charges: dict[UUID, Charge] = field(default_factory=dict)
    _failed: dict[UUID, datetime] = field(default_factory=dict)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _status: int = 0

    def assign(self, numbers: Collection[UUID]) -> None:
        """Run exactly these sessions from now on."""
        self._assigned = set(numbers)
        self._news.set()

    def end(self) -> None:
        self._over.set()
        self._news.set()

    async def run(self) -> None:
        """Reconcile the sessions until stopped."""
        beating = asyncio.create_task(self._beat())
        try:
            while not self._over.is_set():
                self._news.clear()
                await self.look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await self._news.wait()
        finally:
            beating.cancel()

    async def _beat(self) -> None:
        """Send heartbeats from the event loop, so that a frozen loop is noticed."""
        while True:
            self.report.beat()
            try:
                await asyncio.to_thread(self.note_seen)
            except SQLAlchemyError as error:
                log.warning("whatsapp-database-away", error=type(error).__name__)
            await asyncio.sleep(BEAT)

    def note_seen(self) -> None:
        if self._charges:
            with self.db.transaction() as session:
                whatsapp.mark_seen(session, list(self._charges), self.db.clock())

    async def look(self) -> None:
        """Bring the running sessions in line with the database and the assignment."""
        try:
            rows = await asyncio.to_thread(self._rows)
        except SQLAlchemyError as error:
            log.warning("whatsapp-database-away", error=type(error).__name__)
            return
        for row in rows:
            charge = self._charges.get(row.id)
            if charge is not None and charge.task.done():
                self._finished(row)
                charge = None
            if charge is None:
                self._maybe_begin(row)
            elif row.id not in self._assigned:
                charge.session.stop(leaving=row.removed_at is not None)
            elif _newer(_asked_at(row), charge.asked_at):
                charge.asked_at = _asked_at(row)
                charge.session.restart()
        self._drop_vanished({row.id for row in rows})

    def _finished(self, row: WhatsAppSession) -> None:
        del self._charges[row.id]
        if row.removed_at is not None:
            self.forget(row.id)

    def _maybe_begin(self, row: WhatsAppSession) -> None:
        now = self.db.clock()
        is_resting = row.id in self._failed and now < self._failed[row.id] + AFTER_FAILURE
        if row.id in self._assigned and row.is_wanted(now) and not is_resting:
            session = self.session_of(row.id)
            task = asyncio.create_task(self._keep(row.id, session))
            self._charges[row.id] = Charge(session, task, _asked_at(row))

    def _drop_vanished(self, there: set[UUID]) -> None:
        """Stop sessions whose row is gone: their phone number was paired again under another row."""
        for number in self._charges.keys() - there:
            self._charges[number].session.stop()
            if self._charges[number].task.done():
                del self._charges[number]
                self.forget(number)

    def _rows(self) -> Sequence[WhatsAppSession]:
        with self.db.read_transaction() as session:
            return whatsapp.list_by_ids(session, self._assigned | self._charges.keys())

    async def _keep(self, number: UUID, session: Session) -> None:
        try:
            with contextlib.ExitStack() as stack:
                if await self._in_hand(number, stack):
                    await session.run()
        except Stuck as error:
            log.error("whatsapp-stuck", number=number.hex, error=str(error))  # noqa: TRY400 - it is told
            self.report.stuck(number)
            self._status = STUCK
            self.end()
        except Exception:
            log.exception("whatsapp-session-failed", number=number.hex)
            self._failed[number] = self.db.clock()

    async def _in_hand(self, number: UUID, stack: contextlib.ExitStack) -> bool:
        """Lock a session until the stack is unwound: two processes with the same keys disconnect each other.

        False when the session is unassigned before the other process releases it.
        """
        while number in self._assigned and not self._over.is_set():
            try:
                stack.enter_context(hold_lock(self.locks, number.hex))
            except LockHeld:
                await asyncio.sleep(HELD)
            else:
                return True
        return False

    async def hang_up(self) -> int:
        """End every connection, and return the exit code.

        Nothing is cancelled: neonize would be called from the event loop then, and may hang.
        """
        running = [charge for charge in self._charges.values() if not charge.task.done()]
        for charge in running:
            charge.session.stop()
        if running and self._status != STUCK:
            await asyncio.wait([charge.task for charge in running], timeout=HANGING_UP)
        return self._status


def _asked_at(row: WhatsAppSession) -> datetime | None:
    asked = [moment for moment in (row.pairing_asked_at, row.restart_asked_at) if moment is not None]
    return max(asked, default=None)


def _newer(asked: datetime | None, known: datetime | None) -> bool:
    return asked is not None and (known is None or asked > known)
