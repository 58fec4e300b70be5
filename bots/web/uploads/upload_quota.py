"""Upload quota of one user: bytes still arriving, and bytes not yet handled."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from bots.web.uploads.multipart import FormError
from bots.web.uploads.upload_folder import UploadFolder


@dataclass(slots=True)
class UploadQuota:
    """`max_bytes` per user, `min_free_bytes` that stay free on the disk; uploads of up to `exempt_bytes` are always
    accepted.
    """

    uploads: UploadFolder
    max_bytes: int
    min_free_bytes: int
    exempt_bytes: int
    _incoming: dict[Path, tuple[str, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def admit(self, user_id: str, size: int) -> Path:
        """Create the folder for an upload of that many bytes. Raises FormError where it exceeds the quota. Call
        `release` when the upload has ended.
        """
        with self._lock:
            if size > self.exempt_bytes:
                self._check(user_id, size)
            folder = self.uploads.create_folder(user_id)
            self._incoming[folder] = user_id, size
            return folder

    def release(self, folder: Path) -> None:
        """End the reservation: the upload is complete, or has failed."""
        with self._lock:
            self._incoming.pop(folder, None)

    def _check(self, user_id: str, new_bytes: int) -> None:
        incoming = [size for sender, size in self._incoming.values() if sender == user_id]
        if sum(incoming) + new_bytes + self.uploads.size_of(user_id, excluded=self._incoming) > self.max_bytes:
            raise FormError(429, "TOO_MUCH")
        unwritten = sum(size for _, size in self._incoming.values()) + new_bytes
        if shutil.disk_usage(self.uploads.root).free - unwritten < self.min_free_bytes:
            raise FormError(507, "NO_ROOM")
