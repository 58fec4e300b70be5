"""Downloads of files from WhatsApp. neonize loads each file whole into memory."""

import asyncio
import errno
from pathlib import Path

from bots.core.channel import Attachment, ChannelError, MessageRejected
from bots.whatsapp.errors import MediaExpired
from bots.whatsapp.parser import message_from_handle
from bots.whatsapp.sessions.client import WhatsAppClient
from models.errors import ErrorCode, ProcessingFailed, RequestRejected

MEGABYTE = 1_000_000


async def download_attachment(client: WhatsAppClient, attachment: Attachment, path: Path, max_bytes: int) -> None:
    """Download a file of at most `max_bytes` to `path`.

    Raises RequestRejected(FILE_TOO_BIG), before downloading if the size is known, RequestRejected(FILE_EXPIRED), or
    ChannelError.
    """
    if (attachment.size or 0) > max_bytes:
        raise RequestRejected(ErrorCode.FILE_TOO_BIG, limit=max_bytes // MEGABYTE)
    try:
        content = await client.download(message_from_handle(attachment.handle))
    except MediaExpired as error:
        raise RequestRejected(ErrorCode.FILE_EXPIRED) from error
    except ValueError as error:
        raise MessageRejected(str(error)) from error
    if len(content) > max_bytes:
        raise RequestRejected(ErrorCode.FILE_TOO_BIG, limit=max_bytes // MEGABYTE)
    await _save(content, path)


async def _save(content: bytes, path: Path) -> None:
    try:
        await asyncio.to_thread(path.write_bytes, content)
    except OSError as error:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise ProcessingFailed(ErrorCode.DISK_FULL) from error
        raise ChannelError(f"the file could not be kept: {error.strerror}") from error
