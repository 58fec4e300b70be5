"""Scheduler of backups: makes one a day and the requested ones, and notifies the requesters."""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bots.core.context import text_for
from models.identity.people import Address
from models.messaging.deliveries import Message, TranslatedText
from models.operations.backups import BackupRun
from storage.backups import runs
from storage.backups.pg_dump import PostgresToolError
from storage.backups.service import BackupService, CompletedBackup
from storage.db import Database
from storage.encryption import DecryptionError
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage
from storage.messaging.whatsapp_keys import LockHeld, hold_lock
from storage.operations.alerts import notify_begin, notify_end

BACKUP_INTERVAL: Final = timedelta(days=1)
INCIDENT_NAME: Final = "backup"
BACKUP_ERRORS: Final = (OSError, DecryptionError, PostgresToolError, sqlite3.Error, psycopg.Error, SQLAlchemyError)
LOCK_NAME: Final = "backup"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class BackupScheduler:
    """Checks every few seconds whether a backup is due. The lock in `lock_folder` keeps two processes of a machine from
    making one at the same time. `started_at` is the start of this process: no daily backup is made right after it.
    """

    db: Database
    backups: BackupService
    lock_folder: Path
    has_daily_backups: bool = True
    started_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.started_at = self.db.clock()

    def run_once(self) -> None:
        """Make a backup if one is due."""
        try:
            with hold_lock(self.lock_folder, LOCK_NAME):
                self._run_locked()
        except LockHeld:
            return

    def _run_locked(self) -> None:
        now = self.db.clock()
        has_warmed_up = now - self.started_at >= timedelta(minutes=10)
        with self.db.transaction() as session:
            claimed_runs = runs.claim(
                session, now, BACKUP_INTERVAL if self.has_daily_backups and has_warmed_up else None
            )
        if claimed_runs:
            self._make_backup(claimed_runs)

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
