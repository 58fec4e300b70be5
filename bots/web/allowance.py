"""How much one person may have lying here: what is on its way and what is not answered yet."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from bots.web.forms import BadForm
from bots.web.uploads import Uploads


@dataclass(slots=True)
class Allowance:
    """`most` bytes a person, `floor` bytes that stay free on the disk; sendings of up to `small` bytes always go in."""

    uploads: Uploads
    most: int
    floor: int
    small: int
    _coming: dict[Path, tuple[str, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def admit(self, guest: str, announced: int) -> Path:
        """A folder for a sending of so many bytes. Raises BadForm where it is too much. End it with `release`."""
        with self._lock:
            if announced > self.small:
                self._check(guest, announced)
            folder = self.uploads.open(guest)
            self._coming[folder] = guest, announced
            return folder

    def release(self, folder: Path) -> None:
        """The sending is here, or has failed."""
        with self._lock:
            self._coming.pop(folder, None)

    def _check(self, guest: str, announced: int) -> None:
        coming = [size for who, size in self._coming.values() if who == guest]
        if sum(coming) + announced + self.uploads.weight(guest, but=self._coming) > self.most:
            raise BadForm(429, "TOO_MUCH")
        unwritten = sum(size for _, size in self._coming.values()) + announced
        if shutil.disk_usage(self.uploads.root).free - unwritten < self.floor:
            raise BadForm(507, "NO_ROOM")
