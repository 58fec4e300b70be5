"""A disk that is full: a real small one where this machine lets one be mounted, else a folder that says so."""

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.media.media_store import FolderMediaStore


class FullFolder(FolderMediaStore):
    """`MediaFolder` on a disk without room, until it is `cleared`."""

    is_full = True

    def put(self, source: Path) -> str:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().put(source)


@dataclass(slots=True)
class SmallDisk:
    """A store without room."""

    store: FolderMediaStore
    ballast: Path | None

    def clear(self) -> None:
        """There is room again."""
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
