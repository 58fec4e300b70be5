"""Backup service: creates, verifies, prunes and restores backups."""

import importlib.metadata
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from models.settings import Settings
from storage import migrate
from storage.backups import extra_files, pg_dump, postgresql, sqlite
from storage.backups.archive import Manifest, pack, unpack, verify
from storage.backups.backup_store import (
    BEFORE_RESTORE_PREFIX,
    REGULAR_PREFIX,
    BackupStore,
    name_of,
    open_backup_store,
    parse_creation_time,
)
from storage.db import Database
from storage.encryption import DecryptionError


class IncompatibleBackup(Exception):
    """The backup is intact, and cannot be restored into this installation; the message says why."""


@dataclass(frozen=True, slots=True)
class CompletedBackup:
    """A stored and verified backup: its name, its size in bytes, and its manifest."""

    name: str
    size: int
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class BackupService:
    """The backups of one installation, encrypted with a key derived from SECRET_KEY; unreadable without it."""

    settings: Settings
    db: Database
    secret: bytes
    store: BackupStore

    @classmethod
    def from_settings(cls, settings: Settings, db: Database, secret: bytes) -> Self:
        """Raises ModuleNotFoundError where a bucket is named and boto3 is not installed."""
        return cls(settings, db, secret, open_backup_store(settings))

    def create(self, prefix: str = REGULAR_PREFIX) -> CompletedBackup:
        """Make a backup while other processes run, store it, and verify it by reading it back from the store.

        Raises OSError, sqlite3.Error, psycopg.Error or PostgresToolError when it cannot be made, DecryptionError when
        what is read back differs from what was written.
        """
        name = name_of(self.db.clock(), prefix)
        with self._make_working_folder() as folder:
            manifest = self._collect(folder / "parts")
            file = folder / name
            complete = pack(folder / "parts", manifest, file, self.secret)
            self.store.put(file)
            size = file.stat().st_size
            file.unlink()
            if verify(self.store.fetch(name, folder), self.secret) != complete:
                raise DecryptionError(name)
        return CompletedBackup(name, size, complete)

    def prune(self) -> list[str]:
        """Delete backups older than BACKUP_DAYS, never the newest one; the names deleted."""
        if not self.settings.backup_days:
            return []
        cutoff = self.db.clock() - timedelta(days=self.settings.backup_days)
        expired = [name for name in self.store.list_names()[1:] if parse_creation_time(name) < cutoff]
        for name in expired:
            self.store.delete(name)
        return expired

    def find_newest(self) -> str | None:
        """The name of the newest backup that was not made before a restore."""
        return next((name for name in self.store.list_names() if name.startswith(REGULAR_PREFIX)), None)

    @contextmanager
    def open_backup(self, file: Path) -> Iterator["UnpackedBackup"]:
        """A backup file, unpacked and verified. Raises DecryptionError, IncompatibleBackup."""
        with self._make_working_folder() as folder:
            manifest = unpack(file, self.secret, folder / "parts")
            _check_compatibility(manifest, self.db)
            yield UnpackedBackup(self, folder / "parts", manifest)

    @contextmanager
    def fetch_backup(self, name: str) -> Iterator[Path]:
        """A stored backup as a local file. Raises FileNotFoundError, OSError."""
        with self._make_working_folder() as folder:
            yield self.store.fetch(name, folder)

    def is_database_empty(self) -> bool:
        """Whether a restore would replace nothing."""
        return sqlite.is_empty(self.db) if self.db.is_sqlite else postgresql.is_empty(self.db)

    def _collect(self, folder: Path) -> Manifest:
        folder.mkdir()
        form, rows = _dump_database(self.db, folder)
        missing = extra_files.collect(self.settings, folder)
        with self.db.engine.connect() as connection:
            schema = migrate.revision_of(connection)
        return Manifest(
            version=importlib.metadata.version("rabisco"),
            made_at=self.db.clock(),
            schema_of=schema,
            form=form,
            rows=rows,
            missing=missing,
        )

    @contextmanager
    def _make_working_folder(self) -> Iterator[Path]:
        """A private temporary folder on the data disk, which has the room for it."""
        data_dir = self.settings.data_dir.resolve()
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=data_dir) as folder:
            yield Path(folder)


@dataclass(frozen=True, slots=True)
class UnpackedBackup:
    """An unpacked backup that can be restored."""

    service: BackupService
    folder: Path
    manifest: Manifest

    def back_up_current(self) -> CompletedBackup | None:
        """Back up what a restore would replace; None where there is nothing. Raises what `create` does."""
        return None if self.service.is_database_empty() else self.service.create(BEFORE_RESTORE_PREFIX)

    def restore(self) -> list[str]:
        """Restore everything, and upgrade the database to this version's schema; the names of the restored files.

        No other process may run meanwhile. Raises OSError, sqlite3.Error, psycopg.Error, PostgresToolError; the
        database is then unchanged.
        """
        db, settings = self.service.db, self.service.settings
        match self.manifest.form:
            case sqlite.FORMAT:
                sqlite.load(db, self.folder)
            case postgresql.FORMAT:
                postgresql.load(db, self.folder, self.manifest.schema_of)
            case _:
                pg_dump.load(postgresql.conninfo_of(db), self.folder)
                migrate.upgrade(db)
        return extra_files.restore(settings, self.folder)


def _dump_database(db: Database, folder: Path) -> tuple[str, dict[str, int]]:
    """Format and rows per table. PostgreSQL by pg_dump where it is installed, as that covers more than tables."""
    if db.is_sqlite:
        return sqlite.FORMAT, sqlite.dump(db, folder)
    if pg_dump.can_dump(postgresql.conninfo_of(db)):
        pg_dump.dump(postgresql.conninfo_of(db), folder)
        return pg_dump.FORMAT, {}
    return postgresql.FORMAT, postgresql.dump(db, folder)


def _check_compatibility(manifest: Manifest, db: Database) -> None:
    """Raises IncompatibleBackup."""
    if (manifest.form == sqlite.FORMAT) != db.is_sqlite:
        kind = "SQLite" if manifest.form == sqlite.FORMAT else "PostgreSQL"
        raise IncompatibleBackup(f"it is of {kind}, and DATABASE_URL names another kind of database")
    if manifest.schema_of not in migrate.list_revisions():
        raise IncompatibleBackup(
            f"it was made by version {manifest.version}, which is newer; install that version first"
        )
    if manifest.form == pg_dump.FORMAT and not pg_dump.can_load():
        raise IncompatibleBackup("it was made with pg_dump; install PostgreSQL's client programs, which bring psql")
