"""Storage of backup files: a folder, or a bucket."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from models.settings import Settings

SUFFIX: Final = ".sealed"
TIMESTAMP_FORMAT: Final = "%Y%m%dT%H%M%SZ"
NAME_PATTERN: Final = re.compile(r"(rabisco|before-restore)-\d{8}T\d{6}Z\.sealed")
REGULAR_PREFIX, BEFORE_RESTORE_PREFIX = "rabisco", "before-restore"


class BackupStore(Protocol):
    """Stores backups by name. Every method may block, and raises OSError when the storage cannot be used."""

    def put(self, file: Path) -> None:
        """Store a copy of a file under its own name, atomically."""
        ...

    def list_names(self) -> list[str]:
        """Names of the stored backups, newest first."""
        ...

    def fetch(self, name: str, folder: Path) -> Path:
        """A backup as a local file: the store's own, or a copy in `folder`. Raises FileNotFoundError."""
        ...

    def delete(self, name: str) -> None: ...


def name_of(made_at: datetime, prefix: str = REGULAR_PREFIX) -> str:
    return f"{prefix}-{made_at:{TIMESTAMP_FORMAT}}{SUFFIX}"


def parse_creation_time(name: str) -> datetime:
    """The creation time in a backup's name."""
    return datetime.strptime(name.removesuffix(SUFFIX).rpartition("-")[2], TIMESTAMP_FORMAT).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FolderBackupStore:
    """A folder with mode 0700."""

    path: Path

    def put(self, file: Path) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self.path / f"{file.name}.part"
        shutil.copyfile(file, temporary)
        temporary.chmod(0o600)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(self.path / file.name)

    def list_names(self) -> list[str]:
        return _sort_newest_first(path.name for path in self.path.glob(f"*{SUFFIX}"))

    def fetch(self, name: str, folder: Path) -> Path:  # noqa: ARG002 - it is local already
        path = self.path / name
        if not path.is_file():
            raise FileNotFoundError(name)
        return path

    def delete(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class BucketBackupStore:
    """Objects under a prefix of a bucket."""

    client: Any  # boto3 generates its clients' methods at run time
    bucket: str
    prefix: str

    def put(self, file: Path) -> None:
        with _translate_errors(file.name):
            self.client.upload_file(str(file), self.bucket, self.prefix + file.name)

    def list_names(self) -> list[str]:
        with _translate_errors(self.prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
            found = [item["Key"].removeprefix(self.prefix) for page in pages for item in page.get("Contents", ())]
        return _sort_newest_first(found)

    def fetch(self, name: str, folder: Path) -> Path:
        with _translate_errors(name):
            self.client.download_file(self.bucket, self.prefix + name, str(folder / name))
        return folder / name

    def delete(self, name: str) -> None:
        with _translate_errors(name):
            self.client.delete_object(Bucket=self.bucket, Key=self.prefix + name)


def open_backup_store(settings: Settings) -> BackupStore:
    """The store BACKUP_URL names. Raises ModuleNotFoundError for a bucket where boto3 is not installed."""
    if not settings.backup_location.startswith("s3://"):
        return FolderBackupStore(Path(settings.backup_location).resolve())
    from storage.media.s3 import create_client  # boto3 is an extra, and slow to load

    bucket, _, prefix = settings.backup_location.removeprefix("s3://").partition("/")
    return BucketBackupStore(create_client(settings), bucket, f"{prefix.strip('/')}/".lstrip("/"))


def _sort_newest_first(names: Iterator[str] | list[str]) -> list[str]:
    return sorted((name for name in names if NAME_PATTERN.fullmatch(name)), key=parse_creation_time, reverse=True)


@contextmanager
def _translate_errors(name: str) -> Iterator[None]:
    """Translate boto3's errors to OSError and FileNotFoundError."""
    from storage.media.s3 import translate_errors

    with translate_errors(name):
        yield
