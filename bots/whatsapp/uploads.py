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
from bots.whatsapp.sessions.client import FILES_AT_ONCE, Wire
from models.identity.people import Account
from models.messaging.uploads import UPLOAD_LIFETIME, WhatsAppUpload
from storage.db import Database
from storage.messaging import uploads

T = TypeVar("T")
THUMBNAIL_BYTES = 64 * 1024  # the thumbnail is part of the message


class Manner(StrEnum):
    """How a file is displayed in the chat."""

    VIDEO = "video"
    VOICE = "voice"
    DOCUMENT = "document"


KINDS = {
    Manner.VIDEO: MediaType.MediaVideo,
    Manner.VOICE: MediaType.MediaAudio,
    Manner.DOCUMENT: MediaType.MediaDocument,
}
MANNERS = {".mp4": Manner.VIDEO, ".ogg": Manner.VOICE, ".opus": Manner.VOICE}
INLINE = {Manner.VIDEO: 64_000_000, Manner.VOICE: 16_000_000}
"""Bytes up to which apps play a file in the chat, by convention: all up to 16 MB, phones of recent years up to 64 MB
(each video also has the option to get it as a file). Larger files arrive as documents."""


def manner_of(upload: Upload, size: int) -> Manner:
    """The best way to send a file of `size` bytes."""
    manner = MANNERS.get(Path(upload.name).suffix.lower(), Manner.DOCUMENT)
    is_shown = not upload.as_file and size <= INLINE.get(manner, 0) and (upload.seconds > 0 or manner is Manner.VOICE)
    return manner if is_shown else Manner.DOCUMENT


@dataclass(frozen=True, slots=True)
class Uploads:
    """Uploader of one account."""

    wire: Wire
    db: Database
    account: Account
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FILES_AT_ONCE))

    async def size(self, upload: Upload) -> int:
        """Size in bytes. Raises ChannelError for an unreadable file."""
        return await _readable(lambda: upload.path.stat().st_size)

    async def known(self, upload: Upload, manner: Manner) -> Message | None:
        """The media message of an earlier upload that has not expired."""
        if not upload.key:
            return None
        content = await asyncio.to_thread(self._find, _key(upload, manner))
        return Message.FromString(content) if content is not None else None

    async def made(self, upload: Upload, manner: Manner) -> Message:
        """Upload a file, and store its media message before anything is sent. Raises ChannelError."""
        async with self.turns:  # a file is read only now: otherwise all waiting files would be held in memory
            content = await _readable(upload.path.read_bytes)
            if not content:
                raise MessageRejected("an empty file")
            done = await self.wire.upload(content, KINDS[manner])
        shape = encoder.Shape(upload.width, upload.height, upload.seconds, await _thumbnail(upload.thumbnail))
        media = {
            Manner.VIDEO: lambda: encoder.video(done, shape),
            Manner.VOICE: lambda: encoder.voice(done, upload.seconds),
            Manner.DOCUMENT: lambda: encoder.document(done, upload.name, shape),
        }[manner]()
        if upload.key:
            await asyncio.to_thread(self._keep, _key(upload, manner), media.SerializeToString())
        return media

    async def forget(self, upload: Upload, manner: Manner) -> None:
        """Delete the stored media message of a file that WhatsApp no longer has."""
        await asyncio.to_thread(self._forget, _key(upload, manner))

    def _find(self, key: str) -> bytes | None:
        with self.db.read_transaction() as session:
            return uploads.find(session, self.account.id, key, self.db.clock() - UPLOAD_LIFETIME)

    def _keep(self, key: str, content: bytes) -> None:
        with self.db.transaction() as session:
            now = self.db.clock()
            row = WhatsAppUpload(account_id=self.account.id, key=key, content=content, created_at=now)
            uploads.save(session, row, now - UPLOAD_LIFETIME)

    def _forget(self, key: str) -> None:
        with self.db.transaction() as session:
            uploads.remove(session, self.account.id, key)


def _key(upload: Upload, manner: Manner) -> str:
    return f"{manner}:{upload.key}"


async def _thumbnail(path: Path | None) -> bytes:
    """The thumbnail's bytes; empty if unreadable or too large, as a video without one is better than none."""
    if path is None:
        return b""
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError:
        return b""
    return content if len(content) <= THUMBNAIL_BYTES else b""


async def _readable(read: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(read)
    except OSError as error:
        raise ChannelError(f"the file to be sent cannot be read: {error.strerror}") from error
