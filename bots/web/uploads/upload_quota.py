"""Upload quota of one user: bytes still arriving, and bytes not yet handled."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from bots.web.uploads.multipart import FormError
from bots.web.uploads.upload_folder import UploadFolder
from bots.web.uploads.upload_store import UploadStore


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
    What is stored counts wherever it has arrived; what is still arriving, in this process.

    What others announce keeps nobody's files out; only what has arrived is on the disk.
    """

    folder: UploadFolder
    uploads: UploadStore
    max_bytes: int
    min_free_bytes: int
    exempt_bytes: int
    _incoming: dict[Path, _IncomingUpload] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def admit(self, user_id: str, size: int) -> Path:
        """Create the folder for an upload of that many bytes. Raises FormError where it exceeds the quota. Call
        `release` when the upload is stored, or has failed.
        """
        stored = self.uploads.size_of(user_id) if size > self.exempt_bytes else 0
        with self._lock:
            if size > self.exempt_bytes:
                self._check(user_id, stored + size, size)
            folder = self.folder.create_folder()
            self._incoming[folder] = _IncomingUpload(user_id, size)
            return folder

    def count(self, folder: Path, new_bytes: int) -> None:
        """Count bytes of files that have arrived. Raises FormError where they exceed the quota or the disk's room."""
        with self._lock:
            upload = self._incoming[folder]
            is_checked = upload.announced > self.exempt_bytes
        stored = 0 if is_checked else self.uploads.size_of(upload.user_id)
        with self._lock:
            upload.arrived += new_bytes
            if not is_checked:
                self._check(upload.user_id, stored, 0)
            elif self._measure_free_bytes() < self.min_free_bytes:
                raise FormError(507, "NO_ROOM")

    def release(self, folder: Path) -> None:
        """End the reservation: the upload is stored, or has failed."""
        with self._lock:
            self._incoming.pop(folder, None)

    def _check(self, user_id: str, known_bytes: int, new_bytes: int) -> None:
        incoming = sum(max(each.announced, each.arrived) for each in self._incoming.values() if each.user_id == user_id)
        if incoming + known_bytes > self.max_bytes:
            raise FormError(429, "TOO_MUCH")
        if self._measure_free_bytes() - new_bytes < self.min_free_bytes:
            raise FormError(507, "NO_ROOM")

    def _measure_free_bytes(self) -> int:
        return shutil.disk_usage(self.folder.root).free
