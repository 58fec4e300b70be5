"""The room there is on the disks a worker writes to, and what administrators are told of it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlmodel import Session

from models.deliveries import Message, Wording
from storage import alerts
from storage.db import Clock

log = structlog.get_logger(__name__)

GIGABYTE = 1e9
WELL = 1.1  # times the floor: an incident is not over at the first byte above it


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(slots=True)
class Disk:
    """The folders of one machine. Below `floor` bytes free in any of them no job is begun, so that running ones end.

    `free` says how many bytes there are; what cannot be asked counts as none.
    """

    machine: str
    folders: tuple[Path, ...]
    floor: int
    free: Callable[[Path], int] = free_bytes

    @property
    def room(self) -> int:
        """Bytes free where there are least."""
        try:
            return min(self.free(folder) for folder in self.folders)
        except OSError as error:
            log.error("disk-not-asked", error=str(error))  # noqa: TRY400 - it is told
            return 0

    def has_room(self) -> bool:
        return self.room >= self.floor

    def tell(self, session: Session, clock: Clock) -> None:
        """Owe the administrators a message when room runs out, and one when it is back: each once an incident."""
        room = self.room
        cause = f"disk:{self.machine}"
        if room < self.floor:
            alerts.begin(session, cause, self._message("disk-low", room), clock())
        elif room >= self.floor * WELL:
            alerts.end(session, cause, self._message("disk-well", room), clock())

    def _message(self, key: str, room: int) -> Message:
        values = {"name": self.machine, "free": round(room / GIGABYTE, 1), "limit": round(self.floor / GIGABYTE, 1)}
        return Message(paragraphs=(Wording(key=key, values=values),))
