"""A full disk: a small tmpfs if this machine allows mounting, else a media folder that raises ENOSPC."""

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.media.media_store import FolderMediaStore


class FullMediaFolder(FolderMediaStore):
    """`FolderMediaStore` on a full disk, until `is_full` is reset."""

    is_full = True

    def put(self, source: Path) -> str:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().put(source)


@dataclass(slots=True)
class FullDisk:
    """A media store on a full disk."""

    store: FolderMediaStore
    filler: Path | None

    def free_space(self) -> None:
        """Make room on the disk."""
        if self.filler is not None:
            self.filler.unlink()
        if isinstance(self.store, FullMediaFolder):
            self.store.is_full = False


@contextmanager
def open_full_disk(folder: Path) -> Iterator[FullDisk]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "rabisco-test", str(folder)]
    try:
        is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        is_mounted = False
    if not is_mounted:
        yield FullDisk(FullMediaFolder(folder), None)
        return
    try:
        yield FullDisk(FolderMediaStore(folder), _fill(folder))
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(folder: Path) -> Path:
    filler = folder / "ballast"
    try:
        with filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1024))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    return filler
