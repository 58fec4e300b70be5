"""Encrypted backups of WhatsApp session keys, made while the library has them open, kept for a week."""

import os
import secrets
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from storage.clock import Clock
from storage.encryption import decrypt, encrypt
from storage.messaging.whatsapp_keys import FolderKeyStore, KeyStore

PURPOSE = "whatsapp session"
RETENTION = timedelta(days=7)
SUFFIX = ".sealed"
TIMESTAMP_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class KeyBackups:
    """Backups of keys stored in a folder, encrypted with a key derived from SECRET_KEY; unreadable without it."""

    key_store: FolderKeyStore
    secret: bytes
    clock: Clock

    @property
    def directory(self) -> Path:
        return self.key_store.directory / "backups"

    def create(self, session_id: UUID) -> Path | None:
        """Back up a session's keys; None where there are none. Raises sqlite3.DatabaseError."""
        content = copy_database(self.key_store.file_of(session_id))
        if content is None:
            return None
        self.directory.mkdir(exist_ok=True, mode=0o700)
        path = self.directory / f"{session_id.hex}-{self.clock():{TIMESTAMP_FORMAT}}{SUFFIX}"
        write_atomically(path, encrypt(self.secret, PURPOSE, content))
        return path

    def create_if_older(self, session_id: UUID, max_age: timedelta) -> Path | None:
        """Back up if the newest backup is older than `max_age`, or there is none. Skips keys that cannot be read."""
        newest = next(iter(self.list_for(session_id)), None)
        if newest is not None and _parse_timestamp(newest) > self.clock() - max_age:
            return None
        try:
            return self.create(session_id)
        except sqlite3.DatabaseError:
            return None

    def list_for(self, session_id: UUID) -> list[Path]:
        """A session's backups, newest first."""
        return sorted(self.directory.glob(f"{session_id.hex}-*{SUFFIX}"), reverse=True)

    def restore(self, session_id: UUID, file: Path | None = None) -> tuple[Path, str]:
        """Replace a session's keys with a backup, by default the newest; its path, and the JID of the device in it.

        The present keys are backed up first, where they can be read. No process may run the session meanwhile.
        Raises FileNotFoundError, DecryptionError.
        """
        backup = file or next(iter(self.list_for(session_id)), None)
        if backup is None:
            raise FileNotFoundError(session_id.hex)
        content = decrypt(self.secret, PURPOSE, backup.read_bytes())
        jid = _read_jid(content)
        with suppress(sqlite3.DatabaseError):
            self.create(session_id)
        self.key_store.delete(session_id)
        write_atomically(self.key_store.file_of(session_id), content)
        return backup, jid

    def prune(self) -> int:
        """Delete backups older than a week; how many there were."""
        old = [path for path in self.directory.glob(f"*{SUFFIX}") if _parse_timestamp(path) < self.clock() - RETENTION]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The keys of one session. Keys in PostgreSQL are backed up with their database."""

    store: KeyStore
    session_id: UUID
    backups: KeyBackups | None = None

    def renew(self) -> None:
        """Make room for new keys. The old ones are backed up first, to be restored if pairing fails."""
        if self.backups is not None:
            with suppress(sqlite3.DatabaseError):
                self.backups.create(self.session_id)
        self.store.delete(self.session_id)
        self.store.prepare(self.session_id)

    def is_readable(self) -> bool:
        """Whether there are readable keys to connect with."""
        if not (self.store.has_keys(self.session_id) and self.store.is_readable(self.session_id)):
            return False
        self.store.prepare(self.session_id)
        return True


def copy_database(file: Path) -> bytes | None:
    """The bytes of a consistent copy of a database in use; None without a device. Raises sqlite3.DatabaseError."""
    if not file.exists() or file.stat().st_size == 0:
        return None
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
        if not _has_device(source):
            return None
        with closing(sqlite3.connect(":memory:")) as copy:
            source.backup(copy)
            return _clear_wal_flag(copy.serialize())


def _clear_wal_flag(content: bytes) -> bytes:
    """Clear the WAL mode in the SQLite header: the copy is complete, and opens without a write-ahead log."""
    return content[:18] + b"\x01\x01" + content[20:]


def _has_device(connection: sqlite3.Connection) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'whatsmeow_device'"
    if connection.execute(query).fetchone() is None:
        return False
    return connection.execute("SELECT 1 FROM whatsmeow_device LIMIT 1").fetchone() is not None


def _read_jid(content: bytes) -> str:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        return str(connection.execute("SELECT jid FROM whatsmeow_device LIMIT 1").fetchone()[0])


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file atomically, with mode 0600."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _parse_timestamp(path: Path) -> datetime:
    return datetime.strptime(path.name.removesuffix(SUFFIX).rpartition("-")[2], TIMESTAMP_FORMAT).replace(tzinfo=UTC)
