"""Media store: the protocol, and the implementation on a folder."""

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from models.settings import Settings

PARTIAL_SUFFIX = ".part"  # of an incomplete file


class MediaStore(Protocol):
    """Stores files under random keys that cannot be guessed.

    Every method may block, for seconds on a remote store, and raises OSError when the store cannot be used.
    """

    def put(self, source: Path) -> str:
        """Move the file at `source` into the store and return its key."""
        ...

    def get_local_path(self, key: str) -> Path:
        """Path of a local, read-only copy. Raises FileNotFoundError."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file; a missing key is no error."""
        ...

    def list_older_than(self, seconds: float) -> Iterator[str]:
        """Keys of files stored more than that many seconds ago."""
        ...

    def trim(self, *, hard: bool = False) -> None:
        """Delete local copies that are not needed; `hard`: all that are not in use, as the disk is full."""
        ...


class FolderMediaStore:
    """Media store on a folder; files are written under a temporary name and renamed, so none is ever incomplete."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, source: Path) -> str:
        key = generate_key()
        target = self._path_of(key)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        partial = target.with_suffix(PARTIAL_SUFFIX)
        shutil.move(source, partial)
        _fsync(partial)
        partial.rename(target)
        return key

    def get_local_path(self, key: str) -> Path:
        file_path = self._path_of(key)
        if not file_path.is_file():
            raise FileNotFoundError(key)
        return file_path

    def delete(self, key: str) -> None:
        self._path_of(key).unlink(missing_ok=True)

    def list_older_than(self, seconds: float) -> Iterator[str]:
        """Also deletes incomplete files; files that were not stored by this class are ignored."""
        for path in self.root.glob("??/*"):
            try:
                is_old = path.stat().st_ctime < time.time() - seconds
            except FileNotFoundError:  # deleted or renamed meanwhile
                continue
            if is_old and is_key(path.stem) and path.suffix == PARTIAL_SUFFIX:
                path.unlink(missing_ok=True)
            elif is_old and is_key(path.name):
                yield path.name

    def trim(self, *, hard: bool = False) -> None:
        """Do nothing: the files here are no copies."""

    def _path_of(self, key: str) -> Path:
        if not is_key(key):
            raise FileNotFoundError(key)
        return self.root / key[:2] / key


def open_media_store(settings: Settings) -> MediaStore:
    """Open the store of MEDIA_URL. Raises ModuleNotFoundError for a bucket where boto3 is not installed."""
    if not settings.media_location.startswith("s3://"):
        return FolderMediaStore(Path(settings.media_location))
    from storage.media.s3 import S3MediaStore  # boto3 is an extra, and slow to load

    return S3MediaStore.open(settings)


def find_local_path(store: MediaStore, key: str | None) -> Path | None:
    """Path of a local copy; None where there is no key, or the file is gone."""
    try:
        return store.get_local_path(key) if key else None
    except FileNotFoundError:
        return None


def generate_key() -> str:
    return secrets.token_hex(16)


def is_key(name: str) -> bool:
    return len(name) == 32 and name.isalnum()


def compute_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fsync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
