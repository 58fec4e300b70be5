"""LRU cache of files in a folder, bounded in bytes: local copies of remote files."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

MIN_IDLE_SECONDS = 3600.0  # seconds after its last use in which a copy is kept: a sandbox may be reading it
MAX_IDLE_SECONDS = 24 * 3600.0  # seconds after its last use after which a copy is deleted, even below the bound
PARTIAL_SUFFIX = ".part"  # of an incomplete copy


@dataclass(frozen=True, slots=True)
class CachedFile:
    path: Path
    size: int
    used_at: float  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class FileCache:
    """A folder of cached files, safe to share between threads and processes; copies appear atomically.

    A copy's modification time is the time of its last use. Recently used copies may exceed `max_bytes`.
    """

    root: Path
    max_bytes: int
    time: Callable[[], float] = time.time

    def find(self, key: str) -> CachedFile | None:
        """The copy of a key, if cached; does not count as a use."""
        return _stat_file(self.root / key)

    def touch(self, copy: CachedFile) -> Path:
        """Mark a copy as used and return its path. Raises FileNotFoundError when it was just evicted."""
        now = self.time()
        os.utime(copy.path, (now, now))
        return copy.path

    def fill(self, key: str, write: Callable[[Path], object]) -> Path:
        """Create a copy: `write` is called with a path to write to; when it raises, nothing is left behind."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.root / f"{uuid4().hex}{PARTIAL_SUFFIX}"
        try:
            write(partial)
            now = self.time()
            os.utime(partial, (now, now))
            partial.rename(self.root / key)
        finally:
            partial.unlink(missing_ok=True)
        self.evict()
        return self.root / key

    def move_in(self, key: str, source: Path) -> None:
        """Move a file into the cache."""
        self.fill(key, lambda partial: shutil.move(source, partial))

    def remove(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def evict(self, max_bytes: int | None = None) -> None:
        """Delete stale copies, and the least recently used ones beyond `max_bytes` (default: the cache's bound)."""
        now, bytes_left = self.time(), self.max_bytes if max_bytes is None else max_bytes
        for copy in sorted(self._iterate_files(), key=lambda copy: copy.used_at, reverse=True):
            bytes_left -= copy.size
            idle = now - copy.used_at
            if idle > MAX_IDLE_SECONDS or (
                idle > MIN_IDLE_SECONDS and (bytes_left < 0 or copy.path.suffix == PARTIAL_SUFFIX)
            ):
                bytes_left += copy.size
                copy.path.unlink(missing_ok=True)

    def _iterate_files(self) -> Iterator[CachedFile]:
        yield from filter(None, map(_stat_file, self.root.glob("*")))


def _stat_file(path: Path) -> CachedFile | None:
    with suppress(FileNotFoundError):
        stat = path.stat()
        return CachedFile(path, stat.st_size, stat.st_mtime)
    return None
