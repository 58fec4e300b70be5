"""Files for uploads to Telegram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from telegram import InputFile

from bots.core.channel import ChannelError, MessageRejected, Upload

THUMBNAIL_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class UploadFiles:
    """Files of a request: the content, as an open file or as the id of a file Telegram has, and a thumbnail."""

    content: InputFile | str
    thumbnail: InputFile | None = None


@asynccontextmanager
async def open_upload(upload: Upload, max_bytes: int) -> AsyncIterator[UploadFiles]:
    """Open the upload's files, which are streamed from disk.

    Raises ChannelError for a file that cannot be read now, and MessageRejected for one larger than `max_bytes`.
    """
    with ExitStack() as stack:
        try:
            files = await asyncio.to_thread(_open_files, stack, upload, max_bytes)
        except OSError as error:
            raise ChannelError(f"the file to be sent cannot be read: {error.strerror}") from error
        yield files


def _open_files(stack: ExitStack, upload: Upload, max_bytes: int) -> UploadFiles:
    size = upload.path.stat().st_size
    if size > max_bytes:
        raise MessageRejected(f"{size} bytes are more than the messenger takes")
    content = InputFile(_open_file(stack, upload.path), filename=upload.name, read_file_handle=False)
    return UploadFiles(content, _open_thumbnail(stack, upload.thumbnail))


def _open_thumbnail(stack: ExitStack, path: Path | None) -> InputFile | None:
    """None for one that is too large: Telegram would drop it."""
    if path is None or not path.is_file() or path.stat().st_size > THUMBNAIL_BYTES:
        return None
    return InputFile(_open_file(stack, path), filename=path.name, attach=True, read_file_handle=False)


def _open_file(stack: ExitStack, path: Path) -> IO[bytes]:
    return stack.enter_context(path.open("rb"))
