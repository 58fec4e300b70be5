"""Files for uploads to Telegram, and the chat action shown meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from telegram import Bot, InputFile
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bots.core.channel import ChannelError, MessageRejected, Upload

THUMBNAIL_BYTES = 200_000
ACTION_INTERVAL_SECONDS = 4.0  # Telegram shows an action for 5 seconds


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


class ChatActionSender:
    """Shows "sending a video..." in the chat during an upload. Best effort: never fails and never blocks."""

    def __init__(self, bot: Bot, target: Mapping[str, Any], action: ChatAction) -> None:
        self._bot = bot
        self._target = dict(target)
        self._action = action

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._send_actions())

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _send_actions(self) -> None:
        with suppress(TelegramError):
            while True:
                await self._bot.send_chat_action(action=self._action, **self._target)
                await asyncio.sleep(ACTION_INTERVAL_SECONDS)
