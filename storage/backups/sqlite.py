"""SQLite backups: a copy made while others write, and the replacement of the database file."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from storage.db import Database
from storage.migrate import upgrade

FORM: Final = "sqlite"
NAME: Final = "database.sqlite"
BESIDE: Final = ("-wal", "-shm", "-journal")  # of files that belong to the database beside them


def dump(db: Database, folder: Path) -> dict[str, int]:
    """Copy what is committed now into a folder; rows per table. Raises sqlite3.DatabaseError."""
    target = folder / NAME
    with (
        closing(sqlite3.connect(f"file:{_path(db)}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        return {table: copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in _tables(copy)}  # noqa: S608 - the names are our own schema's


def load(db: Database, folder: Path) -> None:
    """Replace the database with the copy, upgraded to this version's schema. No process may have it open.

    The copy is upgraded beside the old file, which is replaced at the very end.
    """
    target = _path(db)
    passing = target.with_name(f"{target.name}.restored")
    _forget(passing)
    shutil.move(folder / NAME, passing)
    passing.chmod(0o600)
    beside = Database(f"sqlite:///{passing}")
    try:
        upgrade(beside)
    finally:
        beside.close()
    with closing(sqlite3.connect(passing)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    for suffix in BESIDE:  # the old one's write-ahead log would be applied to the new one
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    passing.replace(target)
    _forget(passing)


def is_empty(db: Database) -> bool:
    """Whether the file does not exist, so that a restore loses nothing."""
    return not _path(db).exists()


def _path(db: Database) -> Path:
    return Path(db.url.database or "").resolve()


def _tables(opened: sqlite3.Connection) -> list[str]:
    wanted = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in opened.execute(wanted)]


def _forget(path: Path) -> None:
    for suffix in ("", *BESIDE):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
