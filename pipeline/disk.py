"""Free space on the disks a process writes to, and the alerts about it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlmodel import Session

from models.deliveries import Message, Wording
from storage import alerts, readings
from storage.db import Clock

log = structlog.get_logger(__name__)

GIGABYTE = 1e9
WELL = 1.1  # times the minimum: an incident does not end at the first byte above it
FILLING, ROOMY = 0.8, 0.75  # used shares at which the early warning begins and ends


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def share_used(folder: Path) -> float:
    """Used share of the space available to users, as `df` reports it."""
    usage = shutil.disk_usage(folder)
    return usage.used / (usage.used + usage.free)


@dataclass(slots=True)
class Disk:
    """Disks of one machine. Below `min_free_bytes` in any folder no job is started, so that running ones can finish.

    `measure_free` returns a folder's free bytes; a folder that cannot be read counts as full. With `has_early_warning`
    the administrators are also warned while the disk fills.
    """

    machine: str
    folders: tuple[Path, ...]
    floor: int
    free: Callable[[Path], int] = free_bytes
    used: Callable[[Path], float] = share_used
    warns: bool = False

    @property
    def room(self) -> int:
        """Free bytes of the fullest disk."""
        try:
            return min(self.free(folder) for folder in self.folders)
        except OSError as error:
            log.error("disk-not-asked", error=str(error))  # noqa: TRY400 - reported to the administrators
            return 0

    @property
    def share(self) -> float:
        """Used share of the fullest disk, 0 to 1."""
        try:
            return max(self.used(folder) for folder in self.folders)
        except OSError:
            return 1.0

    def has_room(self) -> bool:
        return self.room >= self.floor

    def tell(self, session: Session, clock: Clock) -> None:
        """Save a reading, and alert the administrators when space runs out and when it is back, once per incident."""
        room, share, now = self.room, self.share, clock()
        readings.note(session, f"disk:{self.machine}", now, ok=room >= self.floor, free=room, share=round(share, 3))
        self._tell_room(session, room, now)
        if self.warns:
            self._tell_share(session, share, room, now)

    def _tell_room(self, session: Session, room: int, now: datetime) -> None:
        cause = f"disk:{self.machine}"
        if room < self.floor:
            alerts.begin(session, cause, self._message("disk-low", room), now)
        elif room >= self.floor * WELL:
            alerts.end(session, cause, self._message("disk-well", room), now)

    def _tell_share(self, session: Session, share: float, room: int, now: datetime) -> None:
        cause, percent = f"disk-share:{self.machine}", round(100 * share)
        if share > FILLING:
            alerts.begin(session, cause, self._message("disk-filling", room, percent=percent), now)
        elif share < ROOMY:
            alerts.end(session, cause, self._message("disk-roomy", room, percent=percent), now)

    def _message(self, key: str, room: int, **more: int) -> Message:
        gigabytes = {"free": round(room / GIGABYTE, 1), "limit": round(self.floor / GIGABYTE, 1)}
        return Message(paragraphs=(Wording(key=key, values={"name": self.machine, **gigabytes, **more}),))
