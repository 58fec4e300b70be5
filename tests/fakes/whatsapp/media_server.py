"""WhatsApp's media server: encrypted files, found by path, which expire after some weeks."""

import hashlib
import itertools
import os
from dataclasses import dataclass, field

IMAGE, VIDEO, AUDIO, DOCUMENT = range(4)  # neonize's media types; each is encrypted in another way
KIND_BY_FIELD = {
    "imageMessage": IMAGE,
    "stickerMessage": IMAGE,
    "videoMessage": VIDEO,
    "ptvMessage": VIDEO,
    "audioMessage": AUDIO,
    "documentMessage": DOCUMENT,
}
DOWNLOADABLE_FIELDS = (
    "imageMessage",
    "videoMessage",
    "audioMessage",
    "documentMessage",
    "stickerMessage",
)  # by DownloadAny


@dataclass
class StoredMedia:
    content: bytes
    kind: int
    direct_path: str
    media_key: bytes
    sha256: bytes
    enc_sha256: bytes
    is_expired: bool = False

    @property
    def url(self) -> str:
        return f"https://mmg.whatsapp.net{self.direct_path}"


@dataclass
class MediaServer:
    """Every file ever uploaded; keys contain NUL bytes, as any key may."""

    _by_path: dict[str, StoredMedia] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def store(self, content: bytes, kind: int) -> StoredMedia:
        key = b"\x00" + os.urandom(30) + b"\x00"
        path = f"/v/t62.7118-24/{next(self._numbers)}_n.enc?ccb=11-4&oh=fake"
        digest, encrypted_digest = hashlib.sha256(content).digest(), hashlib.sha256(b"sealed" + key + content).digest()
        stored = StoredMedia(content, kind, path, key, digest, encrypted_digest)
        self._by_path[path] = stored
        return stored

    def find(self, path: str) -> StoredMedia | None:
        return self._by_path.get(path)

    def expire_all(self) -> None:
        """Expire all files stored so far."""
        for stored in self._by_path.values():
            stored.is_expired = True

    def __len__(self) -> int:
        return len(self._by_path)
