"""Looking after a machine's disk, in every process that writes to it."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.chores import Chore
from pipeline.disk import Disk
from storage.db import Database
from storage.media import MediaStore

WATCH_EVERY = 15.0  # seconds
TRIM_EVERY = 600.0
ABANDONED = 24 * 3600.0  # seconds; longer than any job or transaction takes


@dataclass(slots=True)
class Caretaker:
    """Watches the room there is, and lets go of what lies about: copies, and folders of processes that died."""

    db: Database
    store: MediaStore
    passing: Path
    disk: Disk

    def chores(self) -> tuple[Chore, ...]:
        return Chore(self.watch, WATCH_EVERY), Chore(self.trim, TRIM_EVERY)

    def watch(self) -> None:
        """Have the administrators told when room runs out and when it is back; without room, copies go."""
        with self.db.transaction() as session:
            self.disk.tell(session, self.db.clock)
        if not self.disk.has_room():
            self.store.trim(hard=True)

    def trim(self, older_than: float = ABANDONED) -> None:
        """Copies nobody needs, and folders of unfinished work that are so many seconds old."""
        self.store.trim()
        clear_folders(self.passing, older_than)


def clear_folders(root: Path, older_than: float) -> None:
    """Delete what dead processes left in the middle of their work, so many seconds ago."""
    for folder in root.glob("*"):
        if _age(folder) > older_than:
            shutil.rmtree(folder, ignore_errors=True)


def _age(folder: Path) -> float:
    """Seconds since its last change; one that has just gone is young."""
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0
