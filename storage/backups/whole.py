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
from storage.backups import belongings, pg_dump, postgresql, sqlite
from storage.backups.archive import Manifest, check, pack, unpack
from storage.backups.shelf import BEFORE_RESTORE, REGULAR, Shelf, made_at, name_of, shelf_at
from storage.db import Database
from storage.vault import Sealed


class Unfit(Exception):
    """The backup is intact, and cannot be restored into this installation; the message says why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A stored and verified backup: its name, its size in bytes, and its manifest."""

    name: str
    size: int
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Backups:
    """The backups of one installation, encrypted with a key derived from SECRET_KEY; unreadable without it."""

    settings: Settings
    db: Database
    secret: bytes
    shelf: Shelf

    @classmethod
    def of(cls, settings: Settings, db: Database, secret: bytes) -> Self:
        """Raises ModuleNotFoundError where a bucket is named and boto3 is not installed."""
        return cls(settings, db, secret, shelf_at(settings))

    def make(self, why: str = REGULAR) -> Made:
        """Make a backup while other processes run, store it, and verify it by reading it back from the store.

        Raises OSError, sqlite3.Error, psycopg.Error or PostgresToolError when it cannot be made, DecryptionError when
        what is read back differs from what was written.
        """
        name = name_of(self.db.clock(), why)
        with self._working() as folder:
            manifest = self._gathered(folder / "parts")
            file = folder / name
            whole = pack(folder / "parts", manifest, file, self.secret)
            self.shelf.put(file)
            size = file.stat().st_size
            file.unlink()
            if check(self.shelf.fetch(name, folder), self.secret) != whole:
                raise Sealed(name)
        return Made(name, size, whole)

    def prune(self) -> list[str]:
        """Delete backups older than BACKUP_DAYS, never the newest one; the names deleted."""
        if not self.settings.backup_days:
            return []
        before = self.db.clock() - timedelta(days=self.settings.backup_days)
        old = [name for name in self.shelf.names()[1:] if made_at(name) < before]
        for name in old:
            self.shelf.delete(name)
        return old

    def newest(self) -> str | None:
        """The name of the newest backup that was not made before a restore."""
        return next((name for name in self.shelf.names() if name.startswith(REGULAR)), None)

    @contextmanager
    def opened(self, file: Path) -> Iterator["Opened"]:
        """A backup file, unpacked and verified. Raises DecryptionError, IncompatibleBackup."""
        with self._working() as folder:
            manifest = unpack(file, self.secret, folder / "parts")
            _fits(manifest, self.db)
            yield Opened(self, folder / "parts", manifest)

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """A stored backup as a local file. Raises FileNotFoundError, OSError."""
        with self._working() as folder:
            yield self.shelf.fetch(name, folder)

    def is_empty(self) -> bool:
        """Whether a restore would replace nothing."""
        return sqlite.is_empty(self.db) if self.db.is_sqlite else postgresql.is_empty(self.db)

    def _gathered(self, folder: Path) -> Manifest:
        folder.mkdir()
        form, rows = _dumped(self.db, folder)
        missing = belongings.gather(self.settings, folder)
        with self.db.engine.connect() as connection:
            schema = migrate.schema_of(connection)
        return Manifest(
            version=importlib.metadata.version("rabisco"),
            made_at=self.db.clock(),
            schema_of=schema,
            form=form,
            rows=rows,
            missing=missing,
        )

    @contextmanager
    def _working(self) -> Iterator[Path]:
        """A private temporary folder on the data disk, which has the room for it."""
        home = self.settings.data_dir.resolve()
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=home) as folder:
            yield Path(folder)


@dataclass(frozen=True, slots=True)
class Opened:
    """An unpacked backup that can be restored."""

    backups: Backups
    folder: Path
    manifest: Manifest

    def kept_first(self) -> Made | None:
        """Back up what a restore would replace; None where there is nothing. Raises what `create` does."""
        return None if self.backups.is_empty() else self.backups.make(BEFORE_RESTORE)

    def restore(self) -> list[str]:
        """Restore everything, and upgrade the database to this version's schema; the names of the restored files.

        No other process may run meanwhile. Raises OSError, sqlite3.Error, psycopg.Error, PostgresToolError; the
        database is then unchanged.
        """
        db, settings = self.backups.db, self.backups.settings
        match self.manifest.form:
            case sqlite.FORM:
                sqlite.load(db, self.folder)
            case postgresql.FORM:
                postgresql.load(db, self.folder, self.manifest.schema_of)
            case _:
                pg_dump.load(postgresql.address(db), self.folder)
                migrate.upgrade(db)
        return belongings.lay(settings, self.folder)


def _dumped(db: Database, folder: Path) -> tuple[str, dict[str, int]]:
    """Format and rows per table. PostgreSQL by pg_dump where it is installed, as that covers more than tables."""
    if db.is_sqlite:
        return sqlite.FORM, sqlite.dump(db, folder)
    if pg_dump.can_dump(postgresql.address(db)):
        pg_dump.dump(postgresql.address(db), folder)
        return pg_dump.FORM, {}
    return postgresql.FORM, postgresql.dump(db, folder)


def _fits(manifest: Manifest, db: Database) -> None:
    """Raises IncompatibleBackup."""
    if (manifest.form == sqlite.FORM) != db.is_sqlite:
        kind = "SQLite" if manifest.form == sqlite.FORM else "PostgreSQL"
        raise Unfit(f"it is of {kind}, and DATABASE_URL names another kind of database")
    if manifest.schema_of not in migrate.known():
        raise Unfit(f"it was made by version {manifest.version}, which is newer; install that version first")
    if manifest.form == pg_dump.FORM and not pg_dump.can_load():
        raise Unfit("it was made with pg_dump; install PostgreSQL's client programs, which bring psql")
