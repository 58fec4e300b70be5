"""Manager of the sessions of one gateway process: starts, restarts and stops them, isolated from each other."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.whatsapp.processes.ipc import STUCK_EXIT_CODE, SessionAssignment, SupervisorPipe
from bots.whatsapp.sessions.events import ClientStuck
from bots.whatsapp.sessions.runner import SessionRunner
from models.messaging.whatsapp import WhatsAppSession
from storage.db import Database
from storage.messaging import whatsapp
from storage.messaging.whatsapp_keys import LockHeld, hold_lock

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 10.0  # seconds between two heartbeats
POLL_SECONDS = 1.0  # seconds between two checks of the database for requests
CHECK_SECONDS = 0.2  # seconds between two looks at whether the assignment is still valid
DISCONNECT_SECONDS = 1.2  # seconds for the connections to close when it is not; the rest of the lease's margin is spare
LOCK_RETRY_SECONDS = 0.5  # seconds between two attempts to lock a session that another process still holds
RESTART_DELAY = timedelta(seconds=30)
SHUTDOWN_SECONDS = 5.0  # seconds for all sessions together


@dataclass(slots=True)
class RunningSession:
    """A running session: its runner, and the time of the last request it has been given."""

    runner: SessionRunner
    task: asyncio.Task[None]
    requested_at: datetime | None
    is_disconnecting: bool = False


@dataclass(slots=True)
class SessionGateway:
    """Runs the sessions it is assigned. A failure stays within its session; only a hanging client ends the process.

    An assignment that is not extended in time ends by itself, however the supervisor, the database or the machine is
    hindered: another machine runs the sessions then. `abort` ends the process at once when connections do not close.
    """

    db: Database
    supervisor_pipe: SupervisorPipe
    lock_folder: Path
    create_runner: Callable[[UUID], SessionRunner]
    delete_keys: Callable[[UUID], None]
    abort: Callable[[], None] = lambda: os._exit(STUCK_EXIT_CODE)
    monotonic: Callable[[], float] = time.monotonic
    _assignment: SessionAssignment = field(default_factory=SessionAssignment)
    _running: dict[UUID, RunningSession] = field(default_factory=dict)
    _failed_at: dict[UUID, datetime] = field(default_factory=dict)
    _stop_event: asyncio.Event = field(default_factory=asyncio.Event)
    _change_event: asyncio.Event = field(default_factory=asyncio.Event)
    _exit_code: int = 0

    def assign(self, assignment: SessionAssignment) -> None:
        """Run exactly these sessions from now on."""
        is_changed = assignment.session_ids != self._assignment.session_ids or self._is_expired()
        self._assignment = assignment
        if is_changed:
            self._change_event.set()

    def is_assigned(self, session_id: UUID) -> bool:
        return session_id in self._assignment.session_ids and not self._is_expired()

    def _is_expired(self) -> bool:
        return self.monotonic() >= self._assignment.valid_until

    def stop(self) -> None:
        self._stop_event.set()
        self._change_event.set()

    async def run(self) -> None:
        """Reconcile the sessions until stopped."""
        tasks = [asyncio.create_task(self._send_heartbeats()), asyncio.create_task(self._watch_assignment())]
        try:
            while not self._stop_event.is_set():
                self._change_event.clear()
                await self.reconcile()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._change_event.wait()
        finally:
            for task in tasks:
                task.cancel()

    async def _watch_assignment(self) -> None:
        """Disconnect all sessions when the assignment expires, whether or not the database answers."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            if self._is_expired() and self._disconnect_all():
                await self._wait_disconnected()

    def _disconnect_all(self) -> bool:
        """Stop every session; whether any had not been told before."""
        told = False
        for session_id, each in self._running.items():
            if not (each.task.done() or each.is_disconnecting):
                log.warning("whatsapp-lease-lost", number=session_id.hex)
                each.runner.disconnect()
                each.is_disconnecting = told = True
        return told

    async def _wait_disconnected(self) -> None:
        deadline = self.monotonic() + DISCONNECT_SECONDS
        while any(each.runner.is_connected and not each.task.done() for each in self._running.values()):
            if self.monotonic() >= deadline:
                log.error("whatsapp-disconnect-timeout")
                return self.abort()
            await asyncio.sleep(CHECK_SECONDS / 4)
        return None

    async def _send_heartbeats(self) -> None:
        """Send heartbeats from the event loop, so that a frozen loop is noticed."""
        while True:
            self.supervisor_pipe.send_heartbeat()
            try:
                await asyncio.to_thread(self.mark_seen)
            except SQLAlchemyError as error:
                log.warning("whatsapp-database-unavailable", error=type(error).__name__)
            await asyncio.sleep(HEARTBEAT_SECONDS)

    def mark_seen(self) -> None:
        if self._running:
            with self.db.transaction() as session:
                whatsapp.mark_seen(session, list(self._running), self.db.clock())

    async def reconcile(self) -> None:
        """Bring the running sessions in line with the database and the assignment."""
        try:
            rows = await asyncio.to_thread(self._load_rows)
        except SQLAlchemyError as error:
            log.warning("whatsapp-database-unavailable", error=type(error).__name__)
            return
        for row in rows:
            running = self._running.get(row.id)
            if running is not None and running.task.done():
                self._remove_finished(row)
                running = None
            if running is None:
                self._start_if_wanted(row)
            elif row.id not in self._assignment.session_ids:
                running.runner.stop(log_out=row.removed_at is not None)
            elif _is_newer(_get_requested_at(row), running.requested_at):
                running.requested_at = _get_requested_at(row)
                running.runner.restart()
        self._stop_deleted({row.id for row in rows})

    def _remove_finished(self, row: WhatsAppSession) -> None:
        del self._running[row.id]
        if row.removed_at is not None:
            self.delete_keys(row.id)

    def _start_if_wanted(self, row: WhatsAppSession) -> None:
        now = self.db.clock()
        is_delayed = row.id in self._failed_at and now < self._failed_at[row.id] + RESTART_DELAY
        if self.is_assigned(row.id) and row.is_wanted(now) and not is_delayed:
            runner = self.create_runner(row.id)
            task = asyncio.create_task(self._run_session(row.id, runner))
            self._running[row.id] = RunningSession(runner, task, _get_requested_at(row))

    def _stop_deleted(self, existing_ids: set[UUID]) -> None:
        """Stop sessions whose row is gone: their phone number was paired again under another row."""
        for session_id in self._running.keys() - existing_ids:
            self._running[session_id].runner.stop()
            if self._running[session_id].task.done():
                del self._running[session_id]
                self.delete_keys(session_id)

    def _load_rows(self) -> Sequence[WhatsAppSession]:
        with self.db.read_transaction() as session:
            return whatsapp.list_by_ids(session, self._assignment.session_ids | self._running.keys())

    async def _run_session(self, session_id: UUID, runner: SessionRunner) -> None:
        try:
            with contextlib.ExitStack() as stack:
                if await self._acquire_lock(session_id, stack):
                    await runner.run()
        except ClientStuck as error:
            log.error("whatsapp-client-stuck", number=session_id.hex, error=str(error))  # noqa: TRY400 - it is told
            self.supervisor_pipe.send_stuck(session_id)
            self._exit_code = STUCK_EXIT_CODE
            self.stop()
        except Exception:
            log.exception("whatsapp-session-failed", number=session_id.hex)
            self._failed_at[session_id] = self.db.clock()

    async def _acquire_lock(self, session_id: UUID, stack: contextlib.ExitStack) -> bool:
        """Lock a session until the stack is unwound: two processes with the same keys disconnect each other.

        False when the session is unassigned before the other process releases it.
        """
        while self.is_assigned(session_id) and not self._stop_event.is_set():
            try:
                stack.enter_context(hold_lock(self.lock_folder, session_id.hex))
            except LockHeld:
                await asyncio.sleep(LOCK_RETRY_SECONDS)
            else:
                return True
        return False

    async def shut_down(self) -> int:
        """End every connection, and return the exit code.

        Nothing is cancelled: neonize would be called from the event loop then, and may hang.
        """
        unfinished = [each for each in self._running.values() if not each.task.done()]
        for each in unfinished:
            each.runner.stop()
        if unfinished and self._exit_code != STUCK_EXIT_CODE:
            await asyncio.wait([each.task for each in unfinished], timeout=SHUTDOWN_SECONDS)
        return self._exit_code


def _get_requested_at(row: WhatsAppSession) -> datetime | None:
    request_times = [time for time in (row.pairing_asked_at, row.restart_asked_at) if time is not None]
    return max(request_times, default=None)


def _is_newer(requested_at: datetime | None, known_at: datetime | None) -> bool:
    return requested_at is not None and (known_at is None or requested_at > known_at)
