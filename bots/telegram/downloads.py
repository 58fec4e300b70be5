"""Download of files from Telegram, with a size limit enforced while streaming."""

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from telegram import Bot, File
from telegram.error import BadRequest

from bots.core.channel import Attachment, ChannelError
from bots.telegram.errors import FILE_TOO_BIG, says
from bots.telegram.transport import StreamingRequest
from models.errors import Code, Failed, Refused

MEGABYTE = 1_000_000
PIECE = 256 * 1024


async def bring(bot: Bot, attachment: Attachment, path: Path, longest: int) -> None:
    """Download a file to `path`, at most `max_bytes` bytes.

    Raises Refused(FILE_TOO_BIG) before, during or after the request, Failed(DISK_FULL), TelegramError, or ChannelError
    when the disk fails.
    """
    if (attachment.size or 0) > longest:
        raise too_big(longest)
    file = await _described(bot, attachment, longest)
    if (file.file_size or 0) > longest:
        raise too_big(longest)
    try:
        await _save(_pieces(bot, file), path, longest)
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise


def too_big(longest: int) -> Refused:
    return Refused(Code.FILE_TOO_BIG, limit=longest // MEGABYTE)


async def _described(bot: Bot, attachment: Attachment, longest: int) -> File:
    try:
        return await bot.get_file(attachment.handle)
    except BadRequest as error:
        if says(error, FILE_TOO_BIG):
            raise too_big(longest) from error
        raise


def _pieces(bot: Bot, file: File) -> AsyncIterator[bytes]:
    """Read from the disk shared with a self-hosted server, or over HTTP, streamed where the client supports it."""
    address = file.file_path or ""
    if not address.startswith(("http://", "https://")):
        return _from_disk(Path(address))
    if isinstance(bot.request, StreamingRequest):
        return bot.request.stream(address)
    return _whole(bot, address)


async def _whole(bot: Bot, address: str) -> AsyncIterator[bytes]:
    yield await bot.request.retrieve(address)


async def _from_disk(path: Path) -> AsyncIterator[bytes]:
    source = await asyncio.to_thread(path.open, "rb")
    with source:
        while piece := await asyncio.to_thread(source.read, PIECE):
            yield piece


async def _save(pieces: AsyncIterator[bytes], path: Path, longest: int) -> None:
    try:
        target = await asyncio.to_thread(path.open, "wb")
        with target:
            await _copy(pieces, target, longest)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Failed(Code.DISK_FULL) from error
        raise ChannelError(f"the file could not be kept: {error.strerror}") from error


async def _copy(pieces: AsyncIterator[bytes], target: IO[bytes], longest: int) -> None:
    taken = 0
    async for piece in pieces:
        taken += len(piece)
        if taken > longest:
            raise too_big(longest)
        await asyncio.to_thread(target.write, piece)
