"""Media files under random keys."""

import hashlib
import os
import secrets
import shutil
from pathlib import Path
from typing import Protocol


class MediaStore(Protocol):
    """Keeps bytes under keys that cannot be guessed."""

    def put(self, source: Path) -> str:
        """Take the file at `source` (it is gone afterwards) and return its key."""
        ...

    def path(self, key: str) -> Path:
        """A local file with those bytes, to be read only. Raises FileNotFoundError."""
        ...

    def delete(self, key: str) -> None:
        """Forget the bytes; a key that is not there is no error."""
        ...


class MediaFolder:
    """A folder of media files, each written under another name and renamed, so none is ever half there."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, source: Path) -> str:
        key = secrets.token_hex(16)
        target = self._place(key)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        passing = target.with_suffix(".part")
        shutil.move(source, passing)
        _flush(passing)
        passing.rename(target)
        return key

    def path(self, key: str) -> Path:
        place = self._place(key)
        if not place.is_file():
            raise FileNotFoundError(key)
        return place

    def delete(self, key: str) -> None:
        self._place(key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        if not (key.isalnum() and len(key) == 32):
            raise FileNotFoundError(key)
        return self.root / key[:2] / key


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
