"""Upload quota of one user: bytes still arriving, and bytes not yet handled."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from bots.web.uploads.multipart import FormError
from bots.web.uploads.upload_folder import UploadFolder


@dataclass(slots=True)
class _IncomingUpload:
    """An upload under way: the bytes it announced, which count for its user alone, and those of files that arrived."""

    user_id: str
    announced: int
    arrived: int = 0


@dataclass(slots=True)
class UploadQuota:
    """`max_bytes` per user, `min_free_bytes` that stay free on the disk. Forms of up to `exempt_bytes` may be sent by a
    user whose quota is used up, and when the disk is full, as long as they bring no file: a text is stored elsewhere.

    What others announce keeps nobody's files out; only what has arrived is on the disk.
    """

    uploads: UploadFolder
    max_bytes: int
    min_free_bytes: int
    exempt_bytes: int
    _incoming: dict[Path, _IncomingUpload] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def admit(self, user_id: str, size: int) -> Path:
        """Create the folder for an upload of that many bytes. Raises FormError where it exceeds the quota. Call
        `release` when the upload has ended.
        """
        with self._lock:
            if size > self.exempt_bytes:
                self._check(user_id, size)
            folder = self.uploads.create_folder(user_id)
            self._incoming[folder] = _IncomingUpload(user_id, size)
            return folder

    def count(self, folder: Path, new_bytes: int) -> None:
        """Count bytes of files that have arrived. Raises FormError where they exceed the quota or the disk's room."""
        with self._lock:
            upload = self._incoming[folder]
            upload.arrived += new_bytes
            if upload.announced <= self.exempt_bytes:  # it was not checked before
                self._check(upload.user_id, 0)
            elif self._measure_free_bytes() < self.min_free_bytes:
                raise FormError(507, "NO_ROOM")

    def release(self, folder: Path) -> None:
        """End the reservation: the upload is complete, or has failed."""
        with self._lock:
            self._incoming.pop(folder, None)

    def _check(self, user_id: str, new_bytes: int) -> None:
        incoming = sum(max(each.announced, each.arrived) for each in self._incoming.values() if each.user_id == user_id)
        if incoming + new_bytes + self.uploads.size_of(user_id, excluded=self._incoming) > self.max_bytes:
            raise FormError(429, "TOO_MUCH")
        if self._measure_free_bytes() - new_bytes < self.min_free_bytes:
            raise FormError(507, "NO_ROOM")

    def _measure_free_bytes(self) -> int:
        return shutil.disk_usage(self.uploads.root).free
