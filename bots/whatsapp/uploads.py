"""Uploads of files to WhatsApp: each file is uploaded once, and its media message stored for reuse."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message
from neonize.utils.enum import MediaType

from bots.core.channel import ChannelError, MessageRejected, Upload
from bots.whatsapp import encoder
from bots.whatsapp.sessions.client import MAX_CONCURRENT_FILES, WhatsAppClient
from models.identity.people import Account
from models.messaging.uploads import UPLOAD_LIFETIME, WhatsAppUpload
from storage.db import Database
from storage.messaging import uploads

T = TypeVar("T")
THUMBNAIL_BYTES = 64 * 1024  # the thumbnail is part of the message


class UploadKind(StrEnum):
    """How a file is displayed in the chat."""

    VIDEO = "video"
    VOICE = "voice"
    DOCUMENT = "document"


NEONIZE_MEDIA_TYPES = {
    UploadKind.VIDEO: MediaType.MediaVideo,
    UploadKind.VOICE: MediaType.MediaAudio,
    UploadKind.DOCUMENT: MediaType.MediaDocument,
}
KIND_BY_SUFFIX = {".mp4": UploadKind.VIDEO, ".ogg": UploadKind.VOICE, ".opus": UploadKind.VOICE}
MAX_INLINE_BYTES = {UploadKind.VIDEO: 64_000_000, UploadKind.VOICE: 16_000_000}
"""Bytes up to which apps play a file in the chat, by convention: all up to 16 MB, phones of recent years up to 64 MB
(each video also has the option to get it as a file). Larger files arrive as documents."""


def upload_kind_of(upload: Upload, size: int) -> UploadKind:
    """The best way to send a file of `size` bytes."""
    kind = KIND_BY_SUFFIX.get(Path(upload.name).suffix.lower(), UploadKind.DOCUMENT)
    is_inline = (
        not upload.as_file
        and size <= MAX_INLINE_BYTES.get(kind, 0)
        and (upload.seconds > 0 or kind is UploadKind.VOICE)
    )
    return kind if is_inline else UploadKind.DOCUMENT


@dataclass(frozen=True, slots=True)
class MediaUploader:
    """Uploader of one account."""

    client: WhatsAppClient
    db: Database
    account: Account
    semaphore: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONCURRENT_FILES))

    async def get_size(self, upload: Upload) -> int:
        """Size in bytes. Raises ChannelError for an unreadable file."""
        return await _read_file(lambda: upload.path.stat().st_size)

    async def find_uploaded(self, upload: Upload, kind: UploadKind) -> Message | None:
        """The media message of an earlier upload that has not expired."""
        if not upload.key:
            return None
        content = await asyncio.to_thread(self._find, _build_key(upload, kind))
        return Message.FromString(content) if content is not None else None

    async def upload_file(self, upload: Upload, kind: UploadKind) -> Message:
        """Upload a file, and store its media message before anything is sent. Raises ChannelError."""
        async with self.semaphore:  # a file is read only now: otherwise all waiting files would be held in memory
            content = await _read_file(upload.path.read_bytes)
            if not content:
                raise MessageRejected("an empty file")
            response = await self.client.upload(content, NEONIZE_MEDIA_TYPES[kind])
        attributes = encoder.MediaAttributes(
            upload.width, upload.height, upload.seconds, await _read_thumbnail(upload.thumbnail)
        )
        media = {
            UploadKind.VIDEO: lambda: encoder.encode_video(response, attributes),
            UploadKind.VOICE: lambda: encoder.encode_voice(response, upload.seconds),
            UploadKind.DOCUMENT: lambda: encoder.encode_document(response, upload.name, attributes),
        }[kind]()
        if upload.key:
            await asyncio.to_thread(self._save, _build_key(upload, kind), media.SerializeToString())
        return media

    async def forget(self, upload: Upload, kind: UploadKind) -> None:
        """Delete the stored media message of a file that WhatsApp no longer has."""
        await asyncio.to_thread(self._forget, _build_key(upload, kind))

    def _find(self, key: str) -> bytes | None:
        with self.db.read_transaction() as session:
            return uploads.find(session, self.account.id, key, self.db.clock() - UPLOAD_LIFETIME)

    def _save(self, key: str, content: bytes) -> None:
        with self.db.transaction() as session:
            now = self.db.clock()
            row = WhatsAppUpload(account_id=self.account.id, key=key, content=content, created_at=now)
            uploads.save(session, row, now - UPLOAD_LIFETIME)

    def _forget(self, key: str) -> None:
        with self.db.transaction() as session:
            uploads.remove(session, self.account.id, key)


def _build_key(upload: Upload, kind: UploadKind) -> str:
    return f"{kind}:{upload.key}"


async def _read_thumbnail(path: Path | None) -> bytes:
    """The thumbnail's bytes; empty if unreadable or too large, as a video without one is better than none."""
    if path is None:
        return b""
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError:
        return b""
    return content if len(content) <= THUMBNAIL_BYTES else b""


async def _read_file(read: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(read)
    except OSError as error:
        raise ChannelError(f"the file to be sent cannot be read: {error.strerror}") from error
