"""Scheduler of backups: makes one a day and the requested ones, and notifies the requesters."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bots.core.context import text_for
from models.identity.people import Address
from models.messaging.deliveries import Message, TranslatedText
from models.operations.backups import BackupRun
from pipeline import ScheduledTask, Scheduler
from storage.backups import runs
from storage.backups.pg_dump import PostgresToolError
from storage.backups.service import BackupService, CompletedBackup
from storage.db import Database
from storage.encryption import DecryptionError
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage
from storage.operations import task_runs
from storage.operations.alerts import notify_begin, notify_end

BACKUP_INTERVAL: Final = timedelta(days=1)
INCIDENT_NAME: Final = "backup"
BACKUP_ERRORS: Final = (OSError, DecryptionError, PostgresToolError, sqlite3.Error, psycopg.Error, SQLAlchemyError)
LEASE_NAME: Final = "backup"
BACKUP_LEASE: Final = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class BackupScheduler:
    """Checks every few seconds whether a backup is due. Of all processes of the installation one makes backups at a
    time: it has a lease, which it renews meanwhile. `started_at` is the start of this process: no daily backup is made
    right after it.
    """

    db: Database
    backups: BackupService
    has_daily_backups: bool = True
    lease: timedelta = BACKUP_LEASE
    started_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.started_at = self.db.clock()

    def run_once(self) -> None:
        """Make a backup if one is due, and no other process makes one."""
        claimed_runs = self._claim_runs()
        if claimed_runs:
            with self._renew_lease():
                self._make_backup(claimed_runs)

    def _claim_runs(self) -> list[BackupRun]:
        now = self.db.clock()
        has_warmed_up = now - self.started_at >= timedelta(minutes=10)
        interval = BACKUP_INTERVAL if self.has_daily_backups and has_warmed_up else None
        with self.db.transaction() as session:
            if not task_runs.is_due(session, LEASE_NAME, now, self.lease):
                return []
            claimed_runs = runs.claim(session, now, interval)
            if claimed_runs and not task_runs.claim(session, LEASE_NAME, now, self.lease):
                session.rollback()  # another process was quicker
                return []
        return claimed_runs

    @contextmanager
    def _renew_lease(self) -> Iterator[None]:
        """Renew the lease until the block ends, then end it."""
        interval = self.lease.total_seconds() / 4
        scheduler = Scheduler("backup-lease", (ScheduledTask(self.renew_lease, interval, interval),))
        scheduler.start()
        try:
            yield
        finally:
            scheduler.stop()
            with suppress(SQLAlchemyError), self.db.transaction() as session:
                task_runs.end(session, LEASE_NAME)

    def renew_lease(self) -> None:
        """Renew the lease of the backup that this process makes."""
        with self.db.transaction() as session:
            task_runs.renew(session, LEASE_NAME, self.db.clock())

    def _make_backup(self, claimed_runs: list[BackupRun]) -> None:
        try:
            backup = self.backups.create()
            pruned = self.backups.prune()
        except BACKUP_ERRORS as error:
            log.error("backup-failed", error=type(error).__name__)  # noqa: TRY400 - its text may hold an address
            self._report_failure(claimed_runs, type(error).__name__)
        else:
            log.info("backup-created", name=backup.name, size=backup.size, pruned=len(pruned))
            self._report_success(claimed_runs, backup)

    def _report_failure(self, claimed_runs: list[BackupRun], error: str) -> None:
        now = self.db.clock()
        with self.db.transaction() as session:
            for run in claimed_runs:
                runs.finish(session, run, now, error=error)
                self._notify_requester(session, run, text_for("admin-backup-failed", error=error))
            if all(run.asked_by is None for run in claimed_runs):
                notify_begin(
                    session, INCIDENT_NAME, Message(paragraphs=(text_for("admin-backup-failed", error=error),)), now
                )

    def _report_success(self, claimed_runs: list[BackupRun], backup: CompletedBackup) -> None:
        now, backup_count = self.db.clock(), len(self.backups.store.list_names())
        paragraphs = [
            text_for("admin-backup-made", name=backup.name, size=f"{backup.size / 1e6:.1f}", kept=backup_count)
        ]
        paragraphs += [text_for("admin-backup-missing", what=missing_part) for missing_part in backup.manifest.missing]
        with self.db.transaction() as session:
            for run in claimed_runs:
                runs.finish(session, run, now, name=backup.name, size=backup.size)
                self._notify_requester(session, run, *paragraphs)
            notify_end(session, INCIDENT_NAME, Message(paragraphs=tuple(paragraphs)), now)

    def _notify_requester(self, session: Session, run: BackupRun, *paragraphs: TranslatedText) -> None:
        """Notify the user who requested the backup, if there is one."""
        address = session.get(Address, run.address_id) if run.address_id else None
        if address is not None and run.asked_by is not None:
            outbox_message = OutboxMessage(Message(paragraphs=paragraphs), f"backup:{run.id}")
            outbox.enqueue(session, address, run.asked_by, outbox_message, self.db.clock())
