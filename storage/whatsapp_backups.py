"""Encrypted backups of WhatsApp session keys, made while the library has them open, kept for a week."""

import os
import secrets
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from storage.db import Clock
from storage.vault import seal, unseal
from storage.whatsapp_keys import Folder, KeyStore

PURPOSE = "whatsapp session"
KEPT = timedelta(days=7)
SUFFIX = ".sealed"
MOMENT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Backups:
    """Backups of keys stored in a folder, encrypted with a key derived from SECRET_KEY; unreadable without it."""

    folder: Folder
    secret: bytes
    clock: Clock

    @property
    def path(self) -> Path:
        return self.folder.path / "backups"

    def make(self, number: UUID) -> Path | None:
        """Back up a session's keys; None where there are none. Raises sqlite3.DatabaseError."""
        content = copied(self.folder.file(number))
        if content is None:
            return None
        self.path.mkdir(exist_ok=True, mode=0o700)
        path = self.path / f"{number.hex}-{self.clock():{MOMENT}}{SUFFIX}"
        written(path, seal(self.secret, PURPOSE, content))
        return path

    def make_if_older(self, number: UUID, age: timedelta) -> Path | None:
        """Back up if the newest backup is older than `max_age`, or there is none. Skips keys that cannot be read."""
        newest = next(iter(self.of(number)), None)
        if newest is not None and _made_at(newest) > self.clock() - age:
            return None
        try:
            return self.make(number)
        except sqlite3.DatabaseError:
            return None

    def of(self, number: UUID) -> list[Path]:
        """A session's backups, newest first."""
        return sorted(self.path.glob(f"{number.hex}-*{SUFFIX}"), reverse=True)

    def restore(self, number: UUID, file: Path | None = None) -> tuple[Path, str]:
        """Replace a session's keys with a backup, by default the newest; its path, and the JID of the device in it.

        The present keys are backed up first, where they can be read. No process may run the session meanwhile.
        Raises FileNotFoundError, DecryptionError.
        """
        backup = file or next(iter(self.of(number)), None)
        if backup is None:
            raise FileNotFoundError(number.hex)
        content = unseal(self.secret, PURPOSE, backup.read_bytes())
        jid = _device(content)
        with suppress(sqlite3.DatabaseError):
            self.make(number)
        self.folder.forget(number)
        written(self.folder.file(number), content)
        return backup, jid

    def prune(self) -> int:
        """Delete backups older than a week; how many there were."""
        old = [path for path in self.path.glob(f"*{SUFFIX}") if _made_at(path) < self.clock() - KEPT]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


@dataclass(frozen=True, slots=True)
class NumberKeys:
    """The keys of one session. Keys in PostgreSQL are backed up with their database."""

    store: KeyStore
    number: UUID
    backups: Backups | None = None

    def renew(self) -> None:
        """Make room for new keys. The old ones are backed up first, to be restored if pairing fails."""
        if self.backups is not None:
            with suppress(sqlite3.DatabaseError):
                self.backups.make(self.number)
        self.store.forget(self.number)
        self.store.prepare(self.number)

    def are_sound(self) -> bool:
        """Whether there are readable keys to connect with."""
        if not (self.store.has(self.number) and self.store.is_sound(self.number)):
            return False
        self.store.prepare(self.number)
        return True


def copied(file: Path) -> bytes | None:
    """The bytes of a consistent copy of a database in use; None without a device. Raises sqlite3.DatabaseError."""
    if not file.exists() or file.stat().st_size == 0:
        return None
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
        if not _has_device(source):
            return None
        with closing(sqlite3.connect(":memory:")) as copy:
            source.backup(copy)
            return _by_itself(copy.serialize())


def _by_itself(content: bytes) -> bytes:
    """Clear the WAL mode in the SQLite header: the copy is complete, and opens without a write-ahead log."""
    return content[:18] + b"\x01\x01" + content[20:]


def _has_device(opened: sqlite3.Connection) -> bool:
    tables = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'whatsmeow_device'"
    if opened.execute(tables).fetchone() is None:
        return False
    return opened.execute("SELECT 1 FROM whatsmeow_device LIMIT 1").fetchone() is not None


def _device(content: bytes) -> str:
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.deserialize(content)
        return str(opened.execute("SELECT jid FROM whatsmeow_device LIMIT 1").fetchone()[0])


def written(path: Path, content: bytes) -> None:
    """Write a file atomically, with mode 0600."""
    passing = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    passing.replace(path)


def _made_at(path: Path) -> datetime:
    return datetime.strptime(path.name.removesuffix(SUFFIX).rpartition("-")[2], MOMENT).replace(tzinfo=UTC)
