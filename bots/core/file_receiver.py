"""Receiver of the files of a message: downloads them from the messenger and has them read."""

import asyncio
import errno
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from bots.core.channel import Attachment, AttachmentKind, Channel, ChannelError, Inbound, RetryLater
from bots.core.context import ReceivedFile
from models.errors import AppError, ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.transcript import Transcript
from models.media.facts import MediaKind
from pipeline import Pipeline
from storage.media.files import MeasuredFile

log = structlog.get_logger(__name__)

MAX_FETCHES = 6  # of a file that the messenger gives out later, such as after a connection is back
MAX_PAUSE = 30.0  # seconds between two of them
DISK_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class FileReceiver:
    """`page_url` is where users can upload files that are too big for the channel; `user_id` says whose files it is
    for.
    """

    channel: Channel
    pipeline: Pipeline
    page_url: str = ""
    user_id: str = ""

    async def receive_all(self, inbound: Inbound, folder: Path) -> tuple[ReceivedFile, ...]:
        """Fetch and read the files one after the other; what is wrong with one is its result. Where there are subtitles
        or a sound among them, the files of the message replied to follow, of which a sound needs the pictures."""
        files = await self._receive_each(inbound.attachments, folder / "sent")
        quoted = [each for each in inbound.quoted_attachments if _is_needed(each, files)]
        if quoted:
            files += await self._receive_each(quoted, folder / "quoted")
        return tuple(files)

    async def _receive_each(self, attachments: Sequence[Attachment], folder: Path) -> list[ReceivedFile]:
        await asyncio.to_thread(folder.mkdir)
        return [await self._receive(attachment, folder / str(index)) for index, attachment in enumerate(attachments)]

    async def _receive(self, attachment: Attachment, path: Path) -> ReceivedFile:
        try:
            if not self.pipeline.has_room():
                raise ProcessingFailed(ErrorCode.DISK_FULL)
            key = await self._fetch_patiently(attachment, path)
            receive, measure = self.pipeline.receive, self.pipeline.file_executor.measure
            received = await measure(self.user_id, receive, path, attachment.name)
            return replace(received, key=key or "") if isinstance(received, MeasuredFile) else received
        except ChannelError as error:
            log.error("file-download-failed", code=ErrorCode.UNEXPECTED, error=str(error))  # noqa: TRY400 - the error is a field
            return ProcessingFailed(ErrorCode.UNEXPECTED)
        except OSError as error:
            log.error("file-not-stored", error=str(error))  # noqa: TRY400 - the error is a field
            return ProcessingFailed(ErrorCode.DISK_FULL if error.errno in DISK_FULL_ERRNOS else ErrorCode.UNEXPECTED)
        except AppError as error:
            return error

    async def _fetch_patiently(self, attachment: Attachment, path: Path) -> str | None:
        """Download the file, again after the pauses that the messenger asks for."""
        for _ in range(MAX_FETCHES - 1):
            try:
                return await self._fetch(attachment, path)
            except RetryLater as retry:
                await asyncio.sleep(min(retry.seconds, MAX_PAUSE))
        return await self._fetch(attachment, path)

    async def _fetch(self, attachment: Attachment, path: Path) -> str | None:
        """Download the file; its key where the media store has it already. One too big for the messenger can be
        uploaded on the page, where `page_url` is set.
        """
        try:
            return await self.channel.fetch(attachment, path)
        except RequestRejected as error:
            if error.code is not ErrorCode.FILE_TOO_BIG or not self.page_url:
                raise
            raise RequestRejected(error.code, **error.values, page=self.page_url) from error


def _is_needed(quoted: Attachment, files: Sequence[ReceivedFile]) -> bool:
    """Whether a file of the message replied to is needed for files that were sent."""
    has_sound = any(isinstance(file, MeasuredFile) and file.info.kind is MediaKind.AUDIO for file in files)
    is_picture = quoted.kind is AttachmentKind.PICTURE
    return (has_sound and is_picture) or any(isinstance(file, Transcript) for file in files)
