"""Folder of files that are arriving, each upload in a private folder of its own until it is complete."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


class UploadFolder:
    """A folder of uploads under way. What a dead process has left in it is removed by age."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def create_folder(self) -> Path:
        """Create a private folder for one upload."""
        folder = self.root / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        return folder

    @contextmanager
    def discard_afterwards(self, folder: Path) -> Iterator[None]:
        """Remove the folder when the block ends."""
        try:
            yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def remove_older(self, before: datetime) -> int:
        """Remove uploads last modified before that time; the number of them."""
        expired = [entry for entry in self.root.iterdir() if entry.is_dir() and _modification_time_of(entry) < before]
        for folder in expired:
            shutil.rmtree(folder, ignore_errors=True)
        return len(expired)


def _modification_time_of(folder: Path) -> datetime:
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
