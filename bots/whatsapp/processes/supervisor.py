"""Supervisor of the gateway processes of a machine: every session it has the lease of runs in exactly one of them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.core.connections.leases import ConnectionLeases
from bots.whatsapp.processes.process_manager import ExitReason, ProcessLauncher, ProcessManager, ProcessTimings
from bots.whatsapp.processes.sharding import MAX_SESSIONS_PER_PROCESS, rebalance_groups
from bots.whatsapp.processes.terminal import TerminalReporter
from models.errors import ConfigError
from models.messaging.whatsapp import WhatsAppSession
from storage.db import Database
from storage.messaging import whatsapp
from storage.messaging.whatsapp import NamedWhatsAppSession
from storage.messaging.whatsapp_backups import KeyBackups
from storage.messaging.whatsapp_keys import KeyStore, LockHeld, hold_lock

log = structlog.get_logger(__name__)

MAINTENANCE_SECONDS = 600.0  # seconds between two maintenance runs
BACKUP_INTERVAL = timedelta(days=1)
KEY_DELETION_DELAY = timedelta(minutes=5)  # after which no process uses a removed session any more
ISOLATE_AFTER_FAILURES = 2  # exits of a process in a row, after which its sessions are isolated


class SupervisorAlreadyRunning(ConfigError):
    """Another supervisor runs on this machine already."""


@dataclass(slots=True)
class GatewaySupervisor:
    """Runs until it is cancelled; `stop` ends the gateways. `wake` is called with the ids of waiting jobs."""

    db: Database
    key_store: KeyStore
    backups: KeyBackups | None
    lock_folder: Path
    launch: ProcessLauncher
    wake: Callable[[UUID], None]
    reporter: TerminalReporter
    leases: ConnectionLeases
    timings: ProcessTimings = field(default_factory=ProcessTimings)
    max_sessions_per_process: int = MAX_SESSIONS_PER_PROCESS
    _managers: dict[ProcessManager, asyncio.Task[None]] = field(default_factory=dict)
    _isolated_ids: set[UUID] = field(default_factory=set)
    _maintained_at: float = float("-inf")

    async def run(self) -> None:
        """Raises SupervisorAlreadyRunning."""
        try:
            with hold_lock(self.lock_folder, "supervisor"):
                await asyncio.to_thread(self._retry_outdated)
                while True:
                    await self.reconcile()
                    await asyncio.sleep(self.timings.poll_seconds)
        except LockHeld:
            raise SupervisorAlreadyRunning("WhatsApp is run by another process on this machine already") from None
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Stop every gateway, by force if needed, and give up the leases."""
        for manager in self._managers:
            manager.stop()
        await asyncio.gather(*self._managers.values(), return_exceptions=True)
        self._managers.clear()
        await asyncio.to_thread(self.leases.close)

    async def reconcile(self) -> None:
        try:
            sessions = await asyncio.to_thread(self._load_sessions)
            own_ids = await asyncio.to_thread(self._share, [each.row for each in sessions])
        except SQLAlchemyError as error:
            log.warning("whatsapp-database-unavailable", error=type(error).__name__)
            return
        self.reporter.show_changes(sessions)
        self._assign(own_ids)
        now = asyncio.get_running_loop().time()
        if now - self._maintained_at >= MAINTENANCE_SECONDS:
            self._maintained_at = now
            await asyncio.to_thread(self._run_maintenance, [each.row.id for each in sessions])

    def _share(self, rows: Sequence[WhatsAppSession]) -> list[UUID]:
        """Take leases and give up others; the sessions this machine runs now. Blocking.

        A lease is given up once no gateway has the session's lock any more.
        """
        now = self.db.clock()
        runnable_ids = [row.id for row in rows if row.is_wanted(now) and self._has_keys_for(row)]
        change = self.leases.balance(runnable_ids, is_shared=self.key_store.is_shared)
        own_ids = [each for each in runnable_ids if self.leases.is_held(each) and each not in change.surplus]
        stopped_ids = [each for each in self.leases.list_held() - set(own_ids) if self._is_stopped(each)]
        if stopped_ids:
            self.leases.release(stopped_ids)
        return own_ids

    def _has_keys_for(self, row: WhatsAppSession) -> bool:
        """Whether this machine can connect a session: the keys may lie on another."""
        return self.key_store.is_shared or row.is_unpaired or self.key_store.has_keys(row.id)

    def _is_stopped(self, session_id: UUID) -> bool:
        if any(session_id in manager.session_ids for manager in self._managers):
            return False
        try:
            with hold_lock(self.lock_folder, session_id.hex):
                return True
        except LockHeld:
            return False

    def _assign(self, own_ids: Sequence[UUID]) -> None:
        self._remove_finished()
        managers = list(self._managers)
        groups = rebalance_groups(
            [manager.session_ids for manager in managers], own_ids, self._isolated_ids, self.max_sessions_per_process
        )
        for manager, group in zip(managers, groups, strict=False):
            manager.assign(group, self.leases.get_deadline(group))
            if not group:
                manager.stop()
        for group in groups[len(managers) :]:
            self._start_manager(group)

    def _start_manager(self, group: set[UUID]) -> None:
        failures = 0 if group.isdisjoint(self._isolated_ids) else 1
        deadline = self.leases.get_deadline(group)
        manager = ProcessManager(self.launch, self.wake, self._isolate_failed, self.timings, group, failures, deadline)
        self._managers[manager] = asyncio.create_task(manager.run())

    def _remove_finished(self) -> None:
        """Remove process managers that have finished; a crash of one is logged, and its sessions are reassigned."""
        for manager, task in list(self._managers.items()):
            if task.done():
                del self._managers[manager]
                if not task.cancelled() and (error := task.exception()):
                    log.error("gateway-manager-failed", exc_info=error)

    def _isolate_failed(self, exit_reason: ExitReason) -> None:
        """Isolate the suspects: the session that hung, or all sessions of a process that was silent or keeps dying."""
        is_crash_looping = any(
            manager.failure_count >= ISOLATE_AFTER_FAILURES and manager.session_ids == exit_reason.session_ids
            for manager in self._managers
        )
        if exit_reason.stuck_session_id is not None:
            self._isolated_ids.add(exit_reason.stuck_session_id)
        elif exit_reason.was_silent or is_crash_looping:
            self._isolated_ids |= exit_reason.session_ids

    def _load_sessions(self) -> list[NamedWhatsAppSession]:
        with self.db.read_transaction() as session:
            return whatsapp.list_sessions(session)

    def _retry_outdated(self) -> None:
        with self.db.transaction() as session:
            whatsapp.retry_outdated(session, self.db.clock())

    def _run_maintenance(self, session_ids: Sequence[UUID]) -> None:
        """Back up each session daily, prune backups older than a week, and delete the keys of removed sessions."""
        for task in (partial(self._back_up, session_ids), self._delete_removed_keys):
            try:
                task()
            except (OSError, SQLAlchemyError) as error:
                log.warning("whatsapp-key-maintenance-failed", error=type(error).__name__)

    def _back_up(self, session_ids: Sequence[UUID]) -> None:
        if self.backups is not None:
            for session_id in session_ids:
                self.backups.create_if_older(session_id, BACKUP_INTERVAL)
            self.backups.prune()

    def _delete_removed_keys(self) -> None:
        with self.db.read_transaction() as session:
            removed_ids = whatsapp.list_removed_before(session, self.db.clock() - KEY_DELETION_DELAY)
        for session_id in removed_ids:
            if self.key_store.has_keys(session_id):
                self.key_store.delete(session_id)
