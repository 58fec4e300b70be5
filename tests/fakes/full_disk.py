"""A full disk: a small tmpfs if this machine allows mounting, else a media folder that raises ENOSPC."""

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.media.media_store import FolderMediaStore


class FullFolder(FolderMediaStore):
    """`FolderMediaStore` on a full disk, until `is_full` is reset."""

    is_full = True

    def put(self, source: Path) -> str:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().put(source)


@dataclass(slots=True)
class SmallDisk:
    """A media store on a full disk."""

    store: FolderMediaStore
    ballast: Path | None

    def clear(self) -> None:
        """Make room on the disk."""
        if self.ballast is not None:
            self.ballast.unlink()
        if isinstance(self.store, FullFolder):
            self.store.is_full = False


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "rabisco-test", str(folder)]
    try:
        is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        is_mounted = False
    if not is_mounted:
        yield SmallDisk(FullFolder(folder), None)
        return
    try:
        yield SmallDisk(FolderMediaStore(folder), _filled(folder))
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _filled(folder: Path) -> Path:
    ballast = folder / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1024))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    return ballast
