"""The room there is on the disks a process writes to, and what administrators are told of it."""

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
WELL = 1.1  # times the floor: an incident is not over at the first byte above it
FILLING, ROOMY = 0.8, 0.75  # shares in use at which it is told that a disk fills, and that it does no longer


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def share_used(folder: Path) -> float:
    """Of what may be used at all, as `df` tells it."""
    usage = shutil.disk_usage(folder)
    return usage.used / (usage.used + usage.free)


@dataclass(slots=True)
class Disk:
    """The folders of one machine. Below `floor` bytes free in any of them no job is begun, so that running ones end.

    `free` says how many bytes there are; what cannot be asked counts as none. With `warns` it is told beforehand that a
    disk fills.
    """

    machine: str
    folders: tuple[Path, ...]
    floor: int
    free: Callable[[Path], int] = free_bytes
    used: Callable[[Path], float] = share_used
    warns: bool = False

    @property
    def room(self) -> int:
        """Bytes free where there are least."""
        try:
            return min(self.free(folder) for folder in self.folders)
        except OSError as error:
            log.error("disk-not-asked", error=str(error))  # noqa: TRY400 - it is told
            return 0

    @property
    def share(self) -> float:
        """The share in use where it is largest, between 0 and 1."""
        try:
            return max(self.used(folder) for folder in self.folders)
        except OSError:
            return 1.0

    def has_room(self) -> bool:
        return self.room >= self.floor

    def tell(self, session: Session, clock: Clock) -> None:
        """Owe the administrators a message when room runs out, and one when it is back: each once an incident. How much
        there is can be asked of the database from then on.
        """
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
