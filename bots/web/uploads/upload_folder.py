"""Uploaded files, each upload in a private folder of its own until the conversation has handled it."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from models.errors import ErrorCode, RequestRejected

TAG_LENGTH, TOKEN_LENGTH = 8, 16  # hexadecimal digits of a folder's name: the sender's tag, and a random token


class UploadFolder:
    """A folder of uploads. A file's handle is `<folder>/<position>`, valid only here."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def create_folder(self, sender: str = "") -> Path:
        """Create a private folder for one upload of that user."""
        folder = self.root / (_tag_for(sender) + secrets.token_hex(TOKEN_LENGTH // 2))
        folder.mkdir(mode=0o700)
        return folder

    @contextmanager
    def discard_on_error(self, folder: Path) -> Iterator[None]:
        """Remove the folder when the block raises: an incomplete upload is not kept."""
        try:
            yield
        except BaseException:
            self.discard(folder)
            raise

    def discard(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    def handle_for(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def fetch(self, handle: str, target: Path) -> None:
        """Put the file at `target`, by a hard link where the disk allows it. Raises RequestRejected(FILE_GONE).

        The upload stays until `release`: its handler may crash and fetch it again.
        """
        source = self._path_for(handle)
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except FileNotFoundError:
            raise RequestRejected(ErrorCode.FILE_GONE) from None
        except OSError:
            shutil.copyfile(source, target)

    def release(self, handles: Sequence[str]) -> None:
        """Remove the uploads of these files: the conversation has handled them, and will not fetch them again."""
        for folder in {self._path_for(handle).parent for handle in handles}:
            self.discard(folder)

    def size_of(self, sender: str, *, excluded: Container[Path] = ()) -> int:
        """Bytes of that user's stored files, without the `excluded` folders."""
        folders = [folder for folder in self.root.glob(f"{_tag_for(sender)}*") if folder not in excluded]
        return sum(_file_size_of(file) for folder in folders for file in folder.glob("*"))

    def remove_older(self, before: datetime) -> int:
        """Remove uploads last modified before that time; the number of them."""
        expired = [folder for folder in self._list_folders() if _modification_time_of(folder) < before]
        for folder in expired:
            self.discard(folder)
        return len(expired)

    def _list_folders(self) -> list[Path]:
        return [entry for entry in self.root.iterdir() if entry.is_dir()]

    def _path_for(self, handle: str) -> Path:
        folder, _, position = handle.partition("/")
        if not (folder.isalnum() and len(folder) == TAG_LENGTH + TOKEN_LENGTH and position.isdecimal()):
            raise RequestRejected(ErrorCode.FILE_GONE)
        return self.root / folder / position


def _tag_for(sender: str) -> str:
    return hashlib.sha256(sender.encode()).hexdigest()[:TAG_LENGTH]


def _file_size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # released meanwhile
        return 0


def _modification_time_of(folder: Path) -> datetime:
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
