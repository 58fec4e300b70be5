"""Disk monitoring and cleanup, run by every process that writes to the disk."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.operations.disk_monitor import DiskMonitor
from pipeline.operations.scheduler import ScheduledTask
from storage.db import Database
from storage.media.media_store import MediaStore

DISK_CHECK_INTERVAL = 15.0  # seconds
TRIM_INTERVAL = 600.0
ABANDONED_AFTER = 24 * 3600.0  # seconds; longer than any job or transaction takes


@dataclass(slots=True)
class DiskCleaner:
    """Monitors free disk space and deletes cached copies and the temporary folders of dead processes."""

    db: Database
    store: MediaStore
    temp_folder: Path
    disk: DiskMonitor

    def list_tasks(self) -> tuple[ScheduledTask, ...]:
        return ScheduledTask(self.check_disk, DISK_CHECK_INTERVAL), ScheduledTask(self.trim, TRIM_INTERVAL)

    def check_disk(self) -> None:
        """Alert the administrators when disk space runs out and when it is back; without space, drop cached copies."""
        with self.db.transaction() as session:
            self.disk.report_state(session, self.db.clock)
        if not self.disk.has_room():
            self.store.trim(hard=True)

    def trim(self, older_than: float = ABANDONED_AFTER) -> None:
        """Delete unused cached copies, and temporary folders older than `older_than` seconds."""
        self.store.trim()
        delete_stale_folders(self.temp_folder, older_than)


def delete_stale_folders(root: Path, older_than: float) -> None:
    """Delete folders of `root` not changed for `older_than` seconds, left behind by dead processes."""
    for folder in root.glob("*"):
        if _measure_idle_seconds(folder) > older_than:
            shutil.rmtree(folder, ignore_errors=True)


def _measure_idle_seconds(folder: Path) -> float:
    """Seconds since the folder's last change; 0 if it has just been deleted."""
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0
