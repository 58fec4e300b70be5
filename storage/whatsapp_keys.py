"""Storage of WhatsApp session keys: one file each in a folder, or one schema each in PostgreSQL. They are secrets:
whoever has them is that phone's linked device."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, Protocol, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

SUFFIXES = ("", "-wal", "-shm", "-journal")  # of a SQLite database file and those beside it


class Held(Exception):
    """Another process holds the lock."""


class KeyStore(Protocol):
    """The keys of all sessions."""

    def name(self, number: UUID) -> str:
        """The path or URL the library opens."""
        ...

    def prepare(self, number: UUID) -> None:
        """Create the file or schema of a session's keys. Raises OSError."""
        ...

    def has(self, number: UUID) -> bool:
        """Whether there may be keys."""
        ...

    def is_sound(self, number: UUID) -> bool:
        """Whether the stored keys can be read."""
        ...

    def forget(self, number: UUID) -> None:
        """Delete a session's keys."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """One SQLite file per session, readable by its owner alone."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> Self:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)
        return cls(path)

    def file(self, number: UUID) -> Path:
        return self.path / f"{number.hex}.db"

    def name(self, number: UUID) -> str:
        return str(self.file(number))

    def prepare(self, number: UUID) -> None:
        """The library would create the file readable for others, so an empty one is created first."""
        os.close(os.open(self.file(number), os.O_WRONLY | os.O_CREAT, 0o600))
        for each in self._files(number):
            with suppress(FileNotFoundError):
                each.chmod(0o600)

    def has(self, number: UUID) -> bool:
        file = self.file(number)
        return file.exists() and file.stat().st_size > 0

    def is_sound(self, number: UUID) -> bool:
        try:
            with closing(sqlite3.connect(f"file:{self.file(number)}?mode=rw", uri=True)) as opened:
                return bool(opened.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        except sqlite3.DatabaseError:
            return False

    def forget(self, number: UUID) -> None:
        for each in self._files(number):
            each.unlink(missing_ok=True)

    def _files(self, number: UUID) -> list[Path]:
        file = self.file(number)
        return [file.with_name(file.name + suffix) for suffix in SUFFIXES]


@dataclass(frozen=True, slots=True)
class Schemas:
    """One schema per session in a PostgreSQL database, backed up with it. The driver is imported here only."""

    url: str

    def name(self, number: UUID) -> str:
        parts = urlsplit(self.url)
        query = urlencode([*parse_qsl(parts.query), ("options", f"-csearch_path={_schema(number)}")])
        return urlunsplit(parts._replace(query=query))

    def prepare(self, number: UUID) -> None:
        import psycopg

        try:
            self._run("CREATE SCHEMA IF NOT EXISTS {}", number)
        except psycopg.Error as error:
            raise OSError(f"WHATSAPP_SESSIONS: {type(error).__name__}") from error

    def has(self, number: UUID) -> bool:
        import psycopg

        wanted = "SELECT 1 FROM information_schema.tables WHERE table_schema = %s LIMIT 1"
        with psycopg.connect(self.url) as connection:
            return connection.execute(wanted, [_schema(number)]).fetchone() is not None

    def is_sound(self, number: UUID) -> bool:
        return self.has(number)

    def forget(self, number: UUID) -> None:
        self._run("DROP SCHEMA IF EXISTS {} CASCADE", number)

    def _run(self, command: LiteralString, number: UUID) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL(command).format(sql.Identifier(_schema(number))))


def key_store_at(sessions: str) -> KeyStore:
    """The key store `WHATSAPP_SESSIONS` names: the path of a folder, or a PostgreSQL URL."""
    return Schemas(sessions) if "://" in sessions else Folder.at(Path(sessions).resolve())


@contextmanager
def in_hand(folder: Path, name: str) -> Iterator[None]:
    """Hold a file lock as the only process on this machine; the system releases it when the process ends.

    Raises LockHeld.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(name) from None
        yield


def _schema(number: UUID) -> str:
    return f"whatsapp_{number.hex}"
