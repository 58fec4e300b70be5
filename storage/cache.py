"""LRU cache of files in a folder, bounded in bytes: local copies of remote files."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

YOUNG = 3600.0  # seconds after its last use in which a copy is kept: a sandbox may be reading it
STALE = 24 * 3600.0  # seconds after its last use after which a copy is deleted, even below the bound
PASSING = ".part"  # of an incomplete copy


@dataclass(frozen=True, slots=True)
class Copy:
    path: Path
    size: int
    used_at: float  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class FileCache:
    """A folder of cached files, safe to share between threads and processes; copies appear atomically.

    A copy's modification time is the time of its last use. Recently used copies may exceed `max_bytes`.
    """

    root: Path
    most: int
    time: Callable[[], float] = time.time

    def find(self, key: str) -> Copy | None:
        """The copy of a key, if cached; does not count as a use."""
        return _copy(self.root / key)

    def use(self, copy: Copy) -> Path:
        """Mark a copy as used and return its path. Raises FileNotFoundError when it was just evicted."""
        now = self.time()
        os.utime(copy.path, (now, now))
        return copy.path

    def fill(self, key: str, write: Callable[[Path], object]) -> Path:
        """Create a copy: `write` is called with a path to write to; when it raises, nothing is left behind."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        passing = self.root / f"{uuid4().hex}{PASSING}"
        try:
            write(passing)
            now = self.time()
            os.utime(passing, (now, now))
            passing.rename(self.root / key)
        finally:
            passing.unlink(missing_ok=True)
        self.clear()
        return self.root / key

    def take(self, key: str, source: Path) -> None:
        """Move a file into the cache."""
        self.fill(key, lambda passing: shutil.move(source, passing))

    def forget(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def clear(self, most: int | None = None) -> None:
        """Delete stale copies, and the least recently used ones beyond `max_bytes` (default: the cache's bound)."""
        now, room = self.time(), self.most if most is None else most
        for copy in sorted(self._copies(), key=lambda copy: copy.used_at, reverse=True):
            room -= copy.size
            idle = now - copy.used_at
            if idle > STALE or (idle > YOUNG and (room < 0 or copy.path.suffix == PASSING)):
                room += copy.size
                copy.path.unlink(missing_ok=True)

    def _copies(self) -> Iterator[Copy]:
        yield from filter(None, map(_copy, self.root.glob("*")))


def _copy(path: Path) -> Copy | None:
    with suppress(FileNotFoundError):
        facts = path.stat()
        return Copy(path, facts.st_size, facts.st_mtime)
    return None
