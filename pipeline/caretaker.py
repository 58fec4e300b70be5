"""Disk monitoring and cleanup, run by every process that writes to the disk."""

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
    """Monitors free disk space and deletes cached copies and the temporary folders of dead processes."""

    db: Database
    store: MediaStore
    passing: Path
    disk: Disk

    def chores(self) -> tuple[Chore, ...]:
        return Chore(self.watch, WATCH_EVERY), Chore(self.trim, TRIM_EVERY)

    def watch(self) -> None:
        """Alert the administrators when disk space runs out and when it is back; without space, drop cached copies."""
        with self.db.transaction() as session:
            self.disk.tell(session, self.db.clock)
        if not self.disk.has_room():
            self.store.trim(hard=True)

    def trim(self, older_than: float = ABANDONED) -> None:
        """Delete unused cached copies, and temporary folders older than `older_than` seconds."""
        self.store.trim()
        clear_folders(self.passing, older_than)


def clear_folders(root: Path, older_than: float) -> None:
    """Delete folders of `root` not changed for `older_than` seconds, left behind by dead processes."""
    for folder in root.glob("*"):
        if _age(folder) > older_than:
            shutil.rmtree(folder, ignore_errors=True)


def _age(folder: Path) -> float:
    """Seconds since the folder's last change; 0 if it has just been deleted."""
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0
