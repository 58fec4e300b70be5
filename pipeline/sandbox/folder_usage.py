"""Disk space that a folder takes."""

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_BLOCK: Final = 512  # bytes, the unit of st_blocks whatever the file system


class FolderUsage(NamedTuple):
    """Bytes of the disk, and the number of files and folders."""

    size: float
    files: float


UNBOUNDED: Final = FolderUsage(math.inf, math.inf)


def measure_folder(folder: Path, enough: FolderUsage = UNBOUNDED) -> FolderUsage:
    """Measure a folder's content, until one of two numbers exceeds `enough`: a bound on the time it takes."""
    size = files = 0
    for blocks in _list_blocks(folder):
        size += blocks * _BLOCK
        files += 1
        if size > enough.size or files > enough.files:
            break
    return FolderUsage(size, files)


def _list_blocks(folder: Path) -> Iterator[int]:
    """Yield the blocks of each file and folder below; what disappears meanwhile is passed over."""
    folders = [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
                    yield entry.stat(follow_symlinks=False).st_blocks
        except FileNotFoundError:
            continue
