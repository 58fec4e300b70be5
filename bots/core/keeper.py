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

from bots.core.visit import word
from models.backups import BackupRun
from models.deliveries import Message, Wording
from models.people import Address
from storage import outbox
from storage.alerts import begin, end
from storage.backups import runs
from storage.backups.pg_dump import ToolFailed
from storage.backups.whole import Backups, Made
from storage.db import Database
from storage.outbox import Owed
from storage.vault import Sealed
from storage.whatsapp_keys import Held, in_hand

A_DAY: Final = timedelta(days=1)
INCIDENT: Final = "backup"
TROUBLE: Final = (OSError, Sealed, ToolFailed, sqlite3.Error, psycopg.Error, SQLAlchemyError)
LOCK: Final = "backup"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Keeper:
    """Checks every few seconds whether a backup is due. The lock in `lock_folder` keeps two processes of a machine from
    making one at the same time. `started_at` is the start of this process: no daily backup is made right after it.
    """

    db: Database
    backups: Backups
    locks: Path
    regular: bool = True
    begun: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.db.clock()

    def look(self) -> None:
        """Make a backup if one is due."""
        try:
            with in_hand(self.locks, LOCK):
                self._look()
        except Held:
            return

    def _look(self) -> None:
        now = self.db.clock()
        settled = now - self.begun >= timedelta(minutes=10)
        with self.db.transaction() as session:
            taken = runs.take(session, now, A_DAY if self.regular and settled else None)
        if taken:
            self._make(taken)

    def _make(self, taken: list[BackupRun]) -> None:
        try:
            made = self.backups.make()
            gone = self.backups.prune()
        except TROUBLE as error:
            log.error("backup-failed", error=type(error).__name__)  # noqa: TRY400 - its text may hold an address
            self._failed(taken, type(error).__name__)
        else:
            log.info("backup-made", name=made.name, size=made.size, thrown_away=len(gone))
            self._succeeded(taken, made)

    def _failed(self, taken: list[BackupRun], error: str) -> None:
        now = self.db.clock()
        with self.db.transaction() as session:
            for run in taken:
                runs.end(session, run, now, error=error)
                self._answer(session, run, word("admin-backup-failed", error=error))
            if all(run.asked_by is None for run in taken):
                begin(session, INCIDENT, Message(paragraphs=(word("admin-backup-failed", error=error),)), now)

    def _succeeded(self, taken: list[BackupRun], made: Made) -> None:
        now, kept = self.db.clock(), len(self.backups.shelf.names())
        told = [word("admin-backup-made", name=made.name, size=f"{made.size / 1e6:.1f}", kept=kept)]
        told += [word("admin-backup-missing", what=what) for what in made.manifest.missing]
        with self.db.transaction() as session:
            for run in taken:
                runs.end(session, run, now, name=made.name, size=made.size)
                self._answer(session, run, *told)
            end(session, INCIDENT, Message(paragraphs=tuple(told)), now)

    def _answer(self, session: Session, run: BackupRun, *paragraphs: Wording) -> None:
        """Notify the user who requested the backup, if there is one."""
        address = session.get(Address, run.address_id) if run.address_id else None
        if address is not None and run.asked_by is not None:
            owed = Owed(Message(paragraphs=paragraphs), f"backup:{run.id}")
            outbox.owe(session, address, run.asked_by, owed, self.db.clock())
