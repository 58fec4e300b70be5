"""Making backups, keeping them for a while, and putting the house back as it was."""

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
    """The backup is whole, and this house cannot take it; why is in the message."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that lies where it belongs and was read back: its name, its bytes, and what is in it."""

    name: str
    size: int
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Backups:
    """The backups of one house. Sealed with a key that follows from SECRET_KEY; without it nobody reads them."""

    settings: Settings
    db: Database
    secret: bytes
    shelf: Shelf

    @classmethod
    def of(cls, settings: Settings, db: Database, secret: bytes) -> Self:
        """Raises ModuleNotFoundError where a bucket is named and boto3 is not installed."""
        return cls(settings, db, secret, shelf_at(settings))

    def make(self, why: str = REGULAR) -> Made:
        """Make a backup while everything goes on, and read it back from where it lies.

        Raises OSError, sqlite3.Error, psycopg.Error or ToolFailed when it cannot be made, Sealed when what was written
        is not what is read.
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
        """Throw away what is older than BACKUP_DAYS, never the newest one; what went."""
        if not self.settings.backup_days:
            return []
        before = self.db.clock() - timedelta(days=self.settings.backup_days)
        old = [name for name in self.shelf.names()[1:] if made_at(name) < before]
        for name in old:
            self.shelf.delete(name)
        return old

    def newest(self) -> str | None:
        """The newest backup that was not made to undo a restore."""
        return next((name for name in self.shelf.names() if name.startswith(REGULAR)), None)

    @contextmanager
    def opened(self, file: Path) -> Iterator["Opened"]:
        """A backup, unpacked and found whole. Raises Sealed, Unfit."""
        with self._working() as folder:
            manifest = unpack(file, self.secret, folder / "parts")
            _fits(manifest, self.db)
            yield Opened(self, folder / "parts", manifest)

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """A backup of the shelf as a local file. Raises FileNotFoundError, OSError."""
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
        """A folder on the disk that has the room, for this process alone."""
        home = self.settings.data_dir.resolve()
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=home) as folder:
            yield Path(folder)


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup that may be put back."""

    backups: Backups
    folder: Path
    manifest: Manifest

    def kept_first(self) -> Made | None:
        """What a restore would replace, as a backup of its own; None where there is nothing. Raises as `make` does."""
        return None if self.backups.is_empty() else self.backups.make(BEFORE_RESTORE)

    def restore(self) -> list[str]:
        """Put everything back, and bring the database to this version's schema; the files that were laid down.

        Nobody may use the house meanwhile. Raises OSError, sqlite3.Error, psycopg.Error, ToolFailed; then the database
        is as it was.
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
    """By PostgreSQL's own tool where it is, which knows more of it than we do."""
    if db.is_sqlite:
        return sqlite.FORM, sqlite.dump(db, folder)
    if pg_dump.can_dump(postgresql.address(db)):
        pg_dump.dump(postgresql.address(db), folder)
        return pg_dump.FORM, {}
    return postgresql.FORM, postgresql.dump(db, folder)


def _fits(manifest: Manifest, db: Database) -> None:
    """Raises Unfit."""
    if (manifest.form == sqlite.FORM) != db.is_sqlite:
        kind = "SQLite" if manifest.form == sqlite.FORM else "PostgreSQL"
        raise Unfit(f"it is of {kind}, and DATABASE_URL names another kind of database")
    if manifest.schema_of not in migrate.known():
        raise Unfit(f"it was made by version {manifest.version}, which is newer; install that version first")
    if manifest.form == pg_dump.FORM and not pg_dump.can_load():
        raise Unfit("it was made with pg_dump; install PostgreSQL's client programs, which bring psql")
