"""Storage of WhatsApp session keys: one file each in a folder, or one schema each in PostgreSQL. They are secrets:
whoever has them is that phone's linked device."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, LiteralString, Protocol, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from models.errors import ConfigError

POOLED = (
    "WHATSAPP_SESSIONS is the address of a connection pooler, such as PgBouncer. "
    "WhatsApp's library needs a connection of its own: give the address of PostgreSQL itself."
)
SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")  # of a SQLite database file and those beside it


class LockHeld(Exception):
    """Another process holds the lock."""


class KeyStore(Protocol):
    """The keys of all sessions; `is_shared` where every machine has the same."""

    is_shared: ClassVar[bool]

    def check(self) -> None:
        """Raise ConfigError where keys cannot be stored as they are configured to be."""
        ...

    def location_of(self, session_id: UUID) -> str:
        """The path or URL the library opens."""
        ...

    def prepare(self, session_id: UUID) -> None:
        """Create the file or schema of a session's keys. Raises OSError."""
        ...

    def has_keys(self, session_id: UUID) -> bool:
        """Whether there may be keys."""
        ...

    def is_readable(self, session_id: UUID) -> bool:
        """Whether the stored keys can be read."""
        ...

    def delete(self, session_id: UUID) -> None:
        """Delete a session's keys."""
        ...


@dataclass(frozen=True, slots=True)
class FolderKeyStore:
    """One SQLite file per session, readable by its owner alone. Other machines do not have them."""

    is_shared: ClassVar[bool] = False
    directory: Path

    @classmethod
    def open_at(cls, directory: Path) -> Self:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        directory.chmod(0o700)
        return cls(directory)

    def check(self) -> None:
        """A folder that was opened needs no check."""

    def file_of(self, session_id: UUID) -> Path:
        return self.directory / f"{session_id.hex}.db"

    def location_of(self, session_id: UUID) -> str:
        return str(self.file_of(session_id))

    def prepare(self, session_id: UUID) -> None:
        """The library would create the file readable for others, so an empty one is created first."""
        os.close(os.open(self.file_of(session_id), os.O_WRONLY | os.O_CREAT, 0o600))
        for file in self._list_files(session_id):
            with suppress(FileNotFoundError):
                file.chmod(0o600)

    def has_keys(self, session_id: UUID) -> bool:
        file = self.file_of(session_id)
        return file.exists() and file.stat().st_size > 0

    def is_readable(self, session_id: UUID) -> bool:
        try:
            with closing(sqlite3.connect(f"file:{self.file_of(session_id)}?mode=rw", uri=True)) as connection:
                return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        except sqlite3.DatabaseError:
            return False

    def delete(self, session_id: UUID) -> None:
        for file in self._list_files(session_id):
            file.unlink(missing_ok=True)

    def _list_files(self, session_id: UUID) -> list[Path]:
        file = self.file_of(session_id)
        return [file.with_name(file.name + suffix) for suffix in SQLITE_SUFFIXES]


@dataclass(frozen=True, slots=True)
class PostgresKeyStore:
    """One schema per session in a PostgreSQL database, backed up with it. The driver is imported here only."""

    is_shared: ClassVar[bool] = True
    url: str

    def check(self) -> None:
        """Connect as the library does. A pooler that shares connections between clients refuses the schema, or ignores
        it and would have all sessions read the same keys.
        """
        import psycopg

        probe_id = UUID(int=0)
        try:
            with psycopg.connect(self.location_of(probe_id)) as connection:
                (search_path,) = connection.execute("SHOW search_path").fetchone() or ("",)
        except psycopg.OperationalError as error:
            if "startup parameter" not in str(error):
                return  # it cannot be reached now, and is tried again
            search_path = ""
        if search_path != _schema_of(probe_id):
            raise ConfigError(POOLED)

    def location_of(self, session_id: UUID) -> str:
        parts = urlsplit(self.url)
        query = urlencode([*parse_qsl(parts.query), ("options", f"-csearch_path={_schema_of(session_id)}")])
        return urlunsplit(parts._replace(query=query))

    def prepare(self, session_id: UUID) -> None:
        import psycopg

        try:
            self._run("CREATE SCHEMA IF NOT EXISTS {}", session_id)
        except psycopg.Error as error:
            raise OSError(f"WHATSAPP_SESSIONS: {type(error).__name__}") from error

    def has_keys(self, session_id: UUID) -> bool:
        import psycopg

        query = "SELECT 1 FROM information_schema.tables WHERE table_schema = %s LIMIT 1"
        with psycopg.connect(self.url) as connection:
            return connection.execute(query, [_schema_of(session_id)]).fetchone() is not None

    def is_readable(self, session_id: UUID) -> bool:
        return self.has_keys(session_id)

    def delete(self, session_id: UUID) -> None:
        self._run("DROP SCHEMA IF EXISTS {} CASCADE", session_id)

    def _run(self, command: LiteralString, session_id: UUID) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL(command).format(sql.Identifier(_schema_of(session_id))))


def open_key_store(sessions: str) -> KeyStore:
    """The key store `WHATSAPP_SESSIONS` names: the path of a folder, or a PostgreSQL URL."""
    return PostgresKeyStore(sessions) if "://" in sessions else FolderKeyStore.open_at(Path(sessions).resolve())


@contextmanager
def hold_lock(folder: Path, name: str) -> Iterator[None]:
    """Hold a file lock as the only process on this machine; the system releases it when the process ends.

    Raises LockHeld.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockHeld(name) from None
        yield


def _schema_of(session_id: UUID) -> str:
    return f"whatsapp_{session_id.hex}"
