"""Downloads of files from WhatsApp. neonize loads each file whole into memory."""

import asyncio
import errno
from pathlib import Path

from bots.core.channel import Attachment, ChannelError, MessageRejected
from bots.whatsapp.errors import UploadGone
from bots.whatsapp.parser import file_of
from bots.whatsapp.sessions.client import Wire
from models.errors import ErrorCode, ProcessingFailed, RequestRejected

MEGABYTE = 1_000_000


async def bring(wire: Wire, attachment: Attachment, path: Path, longest: int) -> None:
    """Download a file of at most `max_bytes` to `path`.

    Raises RequestRejected(FILE_TOO_BIG), before downloading if the size is known, RequestRejected(FILE_EXPIRED), or
    ChannelError.
    """
    if (attachment.size or 0) > longest:
        raise RequestRejected(ErrorCode.FILE_TOO_BIG, limit=longest // MEGABYTE)
    try:
        content = await wire.download(file_of(attachment.handle))
    except UploadGone as error:
        raise RequestRejected(ErrorCode.FILE_EXPIRED) from error
    except ValueError as error:
        raise MessageRejected(str(error)) from error
    if len(content) > longest:
        raise RequestRejected(ErrorCode.FILE_TOO_BIG, limit=longest // MEGABYTE)
    await _save(content, path)


async def _save(content: bytes, path: Path) -> None:
    try:
        await asyncio.to_thread(path.write_bytes, content)
    except OSError as error:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise ProcessingFailed(ErrorCode.DISK_FULL) from error
        raise ChannelError(f"the file could not be kept: {error.strerror}") from error
