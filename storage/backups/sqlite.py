"""SQLite backups: a copy made while others write, and the replacement of the database file."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from storage.db import Database
from storage.migrate import upgrade

FORMAT: Final = "sqlite"
DATABASE_FILE: Final = "database.sqlite"
SIDE_FILE_SUFFIXES: Final = ("-wal", "-shm", "-journal")  # of files that belong to the database beside them


def dump(db: Database, folder: Path) -> dict[str, int]:
    """Copy what is committed now into a folder; rows per table. Raises sqlite3.DatabaseError."""
    target = folder / DATABASE_FILE
    with (
        closing(sqlite3.connect(f"file:{_path_of(db)}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        result = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if result != "ok":
            raise sqlite3.DatabaseError(result)
        return {table: copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in _list_tables(copy)}  # noqa: S608 - the names are our own schema's


def load(db: Database, folder: Path) -> None:
    """Replace the database with the copy, upgraded to this version's schema. No process may have it open.

    The copy is upgraded beside the old file, which is replaced at the very end.
    """
    target = _path_of(db)
    temporary = target.with_name(f"{target.name}.restored")
    _delete_files(temporary)
    shutil.move(folder / DATABASE_FILE, temporary)
    temporary.chmod(0o600)
    temporary_db = Database(f"sqlite:///{temporary}")
    try:
        upgrade(temporary_db)
    finally:
        temporary_db.close()
    with closing(sqlite3.connect(temporary)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    for suffix in SIDE_FILE_SUFFIXES:  # the old one's write-ahead log would be applied to the new one
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    temporary.replace(target)
    _delete_files(temporary)


def is_empty(db: Database) -> bool:
    """Whether the file does not exist, so that a restore loses nothing."""
    return not _path_of(db).exists()


def _path_of(db: Database) -> Path:
    return Path(db.url.database or "").resolve()


def _list_tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in connection.execute(query)]


def _delete_files(path: Path) -> None:
    for suffix in ("", *SIDE_FILE_SUFFIXES):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
