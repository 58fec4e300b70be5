"""Telegram's file store: a file id for each upload, a unique id for each content, and download paths."""

import hashlib
import io
import itertools
import mimetypes
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

DOWNLOAD_LIMIT = 20_000_000
UPLOAD_LIMIT = 50_000_000
PHOTO_LIMIT = 10_000_000
GEOMETRY_REQUIRED_FROM = 10_000_000  # a larger video without declared geometry is stored as a square of 0 seconds
THUMBNAIL_LIMIT = 200_000
THUMBNAIL_SIDE = 320
PHOTO_SIDES = (90, 320, 800, 1280, 2560)


@dataclass(frozen=True)
class TelegramMedia:
    """A file in a message; `declared` is what the sender stated about it."""

    kind: str  # video, animation, document, photo, audio, voice, video_note
    content: bytes
    name: str
    mime: str
    width: int = 0
    height: int = 0
    duration: int = 0
    thumbnail: bytes | None = None
    declared: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TelegramFile:
    file_id: str
    media: TelegramMedia

    @property
    def unique_id(self) -> str:
        return unique_id_of(self.media.content)

    def to_json(self) -> dict[str, Any]:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.media.content)}


def unique_id_of(content: bytes) -> str:
    return "AQAD" + hashlib.sha256(content).hexdigest()[:14]


class TelegramFileStore:
    def __init__(self) -> None:
        self._by_id: dict[str, TelegramFile] = {}
        self._by_path: dict[str, TelegramFile] = {}
        self._numbers = itertools.count(1)

    def store(self, media: TelegramMedia) -> TelegramFile:
        """Store a file under a new file id; equal contents share only their unique id."""
        number = next(self._numbers)
        digest = hashlib.sha256(f"{number}".encode()).hexdigest()[:40]
        stored = TelegramFile(f"BAACAgIAAxkBAA{number}_{digest}", media)
        self._by_id[stored.file_id] = stored
        return stored

    def find(self, file_id: str) -> TelegramFile | None:
        return self._by_id.get(file_id)

    def publish(self, stored: TelegramFile) -> str:
        """A download path, as getFile returns it."""
        suffix = mimetypes.guess_extension(stored.media.mime) or ""
        path = f"{stored.media.kind}s/file_{stored.file_id.split('_')[0][14:]}{suffix}"
        self._by_path[path] = stored
        return path

    def find_by_path(self, path: str) -> TelegramFile | None:
        return self._by_path.get(path)


def has_sound(content: bytes) -> bool:
    """Whether an MP4 has an audio track: the handler type of one is `soun`."""
    return b"soun" in content


def render_photo_sizes(content: bytes) -> list[TelegramMedia]:
    """The JPEGs Telegram makes of a photo, smallest first: at least three for a picture wider than 320 pixels."""
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGB")
    longest = max(picture.size)
    sides = [side for side in PHOTO_SIDES if side < longest] + ([longest] if longest <= PHOTO_SIDES[-1] else [])
    return [_scale_photo(picture, side) for side in sides]


def _scale_photo(picture: Image.Image, side: int) -> TelegramMedia:
    copy = picture.copy()
    copy.thumbnail((side, side))
    buffer = io.BytesIO()
    copy.save(buffer, "JPEG", quality=87)
    return TelegramMedia("photo", buffer.getvalue(), "photo.jpg", "image/jpeg", *copy.size)


def accept_thumbnail(content: bytes | None) -> TelegramMedia | None:
    """Telegram leaves out a thumbnail that is no JPEG, too heavy or too wide."""
    if not content or len(content) > THUMBNAIL_LIMIT:
        return None
    with Image.open(io.BytesIO(content)) as picture:
        if picture.format != "JPEG" or max(picture.size) > THUMBNAIL_SIDE:
            return None
        return TelegramMedia("photo", content, "thumbnail.jpg", "image/jpeg", *picture.size)
