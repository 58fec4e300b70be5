"""Free space on the disks a process writes to, and the alerts about it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlmodel import Session

from models.messaging.deliveries import Message, TranslatedText
from models.operations.thresholds import load_thresholds
from storage.clock import Clock
from storage.operations import alerts, health_readings

log = structlog.get_logger(__name__)

GIGABYTE = 1e9
RECOVERY_FACTOR = 1.1  # times the minimum: an incident does not end at the first byte above it


def measure_free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def measure_used_share(folder: Path) -> float:
    """Used share of the space available to users, as `df` reports it."""
    usage = shutil.disk_usage(folder)
    return usage.used / (usage.used + usage.free)


@dataclass(slots=True)
class DiskMonitor:
    """Disks of one machine. Below `min_free_bytes` in any folder no job is started, so that running ones can finish.

    `measure_free` returns a folder's free bytes; a folder that cannot be read counts as full. With `has_early_warning`
    the administrators are also warned while the disk fills.
    """

    machine: str
    folders: tuple[Path, ...]
    min_free_bytes: int
    measure_free: Callable[[Path], int] = measure_free_bytes
    measure_used: Callable[[Path], float] = measure_used_share
    has_early_warning: bool = False

    @property
    def free_bytes(self) -> int:
        """Free bytes of the fullest disk."""
        try:
            return min(self.measure_free(folder) for folder in self.folders)
        except OSError as error:
            log.error("disk-check-failed", error=str(error))  # noqa: TRY400 - reported to the administrators
            return 0

    @property
    def used_share(self) -> float:
        """Used share of the fullest disk, 0 to 1."""
        try:
            return max(self.measure_used(folder) for folder in self.folders)
        except OSError:
            return 1.0

    def has_room(self) -> bool:
        return self.free_bytes >= self.min_free_bytes

    def report_state(self, session: Session, clock: Clock) -> None:
        """Save a reading, and alert the administrators when space runs out and when it is back, once per incident."""
        free, share, now = self.free_bytes, self.used_share, clock()
        health_readings.save(
            session, f"disk:{self.machine}", now, ok=free >= self.min_free_bytes, free=free, share=round(share, 3)
        )
        self._report_free(session, free, now)
        if self.has_early_warning:
            self._report_share(session, share, free, now)

    def _report_free(self, session: Session, free: int, now: datetime) -> None:
        cause = f"disk:{self.machine}"
        if free < self.min_free_bytes:
            alerts.notify_begin(session, cause, self._build_message("disk-low", free), now)
        elif free >= self.min_free_bytes * RECOVERY_FACTOR:
            alerts.notify_end(session, cause, self._build_message("disk-well", free), now)

    def _report_share(self, session: Session, share: float, free: int, now: datetime) -> None:
        cause, percent = f"disk-share:{self.machine}", round(100 * share)
        if share > load_thresholds().disk.high_share:
            alerts.notify_begin(session, cause, self._build_message("disk-filling", free, percent=percent), now)
        elif share < load_thresholds().disk.normal_share:
            alerts.notify_end(session, cause, self._build_message("disk-roomy", free, percent=percent), now)

    def _build_message(self, key: str, free: int, **values: int) -> Message:
        gigabytes = {"free": round(free / GIGABYTE, 1), "limit": round(self.min_free_bytes / GIGABYTE, 1)}
        return Message(paragraphs=(TranslatedText(key=key, values={"name": self.machine, **gigabytes, **values}),))
