"""Download of files from Telegram, with a size limit enforced while streaming."""

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from telegram import Bot, File
from telegram.error import BadRequest

from bots.core.channel import Attachment, ChannelError
from bots.telegram.errors import FILE_TOO_BIG, has_reason
from bots.telegram.transport import StreamingRequest
from models.errors import ErrorCode, ProcessingFailed, RequestRejected

MEGABYTE = 1_000_000
CHUNK_BYTES = 256 * 1024


async def download(bot: Bot, attachment: Attachment, path: Path, max_bytes: int) -> None:
    """Download a file to `path`, at most `max_bytes` bytes.

    Raises RequestRejected(FILE_TOO_BIG) before, during or after the request, ProcessingFailed(DISK_FULL),
    TelegramError, or ChannelError when the disk fails.
    """
    if (attachment.size or 0) > max_bytes:
        raise build_size_error(max_bytes)
    file = await _get_file(bot, attachment, max_bytes)
    if (file.file_size or 0) > max_bytes:
        raise build_size_error(max_bytes)
    try:
        await _save(_stream_chunks(bot, file), path, max_bytes)
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise


def build_size_error(max_bytes: int) -> RequestRejected:
    return RequestRejected(ErrorCode.FILE_TOO_BIG, limit=max_bytes // MEGABYTE)


async def _get_file(bot: Bot, attachment: Attachment, max_bytes: int) -> File:
    try:
        return await bot.get_file(attachment.handle)
    except BadRequest as error:
        if has_reason(error, FILE_TOO_BIG):
            raise build_size_error(max_bytes) from error
        raise


def _stream_chunks(bot: Bot, file: File) -> AsyncIterator[bytes]:
    """Read from the disk shared with a self-hosted server, or over HTTP, streamed where the client supports it."""
    url = file.file_path or ""
    if not url.startswith(("http://", "https://")):
        return _read_from_disk(Path(url))
    if isinstance(bot.request, StreamingRequest):
        return bot.request.stream(url)
    return _retrieve_whole(bot, url)


async def _retrieve_whole(bot: Bot, url: str) -> AsyncIterator[bytes]:
    yield await bot.request.retrieve(url)


async def _read_from_disk(path: Path) -> AsyncIterator[bytes]:
    source = await asyncio.to_thread(path.open, "rb")
    with source:
        while chunk := await asyncio.to_thread(source.read, CHUNK_BYTES):
            yield chunk


async def _save(chunks: AsyncIterator[bytes], path: Path, max_bytes: int) -> None:
    try:
        target = await asyncio.to_thread(path.open, "wb")
        with target:
            await _copy(chunks, target, max_bytes)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise ProcessingFailed(ErrorCode.DISK_FULL) from error
        raise ChannelError(f"the file could not be kept: {error.strerror}") from error


async def _copy(chunks: AsyncIterator[bytes], target: IO[bytes], max_bytes: int) -> None:
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        if received > max_bytes:
            raise build_size_error(max_bytes)
        await asyncio.to_thread(target.write, chunk)
