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
MOMENT: Final = "%Y%m%dT%H%M%SZ"
NAME: Final = re.compile(r"(rabisco|before-restore)-\d{8}T\d{6}Z\.sealed")
REGULAR, BEFORE_RESTORE = "rabisco", "before-restore"


class Shelf(Protocol):
    """Stores backups by name. Every method may block, and raises OSError when the storage cannot be used."""

    def put(self, file: Path) -> None:
        """Store a copy of a file under its own name, atomically."""
        ...

    def names(self) -> list[str]:
        """Names of the stored backups, newest first."""
        ...

    def fetch(self, name: str, folder: Path) -> Path:
        """A backup as a local file: the store's own, or a copy in `folder`. Raises FileNotFoundError."""
        ...

    def delete(self, name: str) -> None: ...


def name_of(made_at: datetime, why: str = REGULAR) -> str:
    return f"{why}-{made_at:{MOMENT}}{SUFFIX}"


def made_at(name: str) -> datetime:
    """The creation time in a backup's name."""
    return datetime.strptime(name.removesuffix(SUFFIX).rpartition("-")[2], MOMENT).replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FolderShelf:
    """A folder with mode 0700."""

    path: Path

    def put(self, file: Path) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        passing = self.path / f"{file.name}.part"
        shutil.copyfile(file, passing)
        passing.chmod(0o600)
        with passing.open("rb") as written:
            os.fsync(written.fileno())
        passing.replace(self.path / file.name)

    def names(self) -> list[str]:
        return _newest_first(path.name for path in self.path.glob(f"*{SUFFIX}"))

    def fetch(self, name: str, folder: Path) -> Path:  # noqa: ARG002 - it is local already
        path = self.path / name
        if not path.is_file():
            raise FileNotFoundError(name)
        return path

    def delete(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class BucketShelf:
    """Objects under a prefix of a bucket."""

    client: Any  # boto3 generates its clients' methods at run time
    bucket: str
    prefix: str

    def put(self, file: Path) -> None:
        with _asking(file.name):
            self.client.upload_file(str(file), self.bucket, self.prefix + file.name)

    def names(self) -> list[str]:
        with _asking(self.prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
            found = [item["Key"].removeprefix(self.prefix) for page in pages for item in page.get("Contents", ())]
        return _newest_first(found)

    def fetch(self, name: str, folder: Path) -> Path:
        with _asking(name):
            self.client.download_file(self.bucket, self.prefix + name, str(folder / name))
        return folder / name

    def delete(self, name: str) -> None:
        with _asking(name):
            self.client.delete_object(Bucket=self.bucket, Key=self.prefix + name)


def shelf_at(settings: Settings) -> Shelf:
    """The store BACKUP_URL names. Raises ModuleNotFoundError for a bucket where boto3 is not installed."""
    if not settings.backups.startswith("s3://"):
        return FolderShelf(Path(settings.backups).resolve())
    from storage.s3 import client_of  # boto3 is an extra, and slow to load

    bucket, _, prefix = settings.backups.removeprefix("s3://").partition("/")
    return BucketShelf(client_of(settings), bucket, f"{prefix.strip('/')}/".lstrip("/"))


def _newest_first(names: Iterator[str] | list[str]) -> list[str]:
    return sorted((name for name in names if NAME.fullmatch(name)), key=made_at, reverse=True)


@contextmanager
def _asking(name: str) -> Iterator[None]:
    """Translate boto3's errors to OSError and FileNotFoundError."""
    from storage.s3 import said

    with said(name):
        yield
