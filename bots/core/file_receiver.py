"""Receiver of the files of a message: downloads them from the messenger and has them measured."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from bots.core.channel import Attachment, AttachmentKind, Channel, ChannelError
from bots.core.context import ReceivedFile
from models.errors import AppError, ErrorCode, ProcessingFailed, RequestRejected
from pipeline import Pipeline

log = structlog.get_logger(__name__)

DISK_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})
SUBTITLE_SUFFIXES = (".srt", ".vtt", ".ass", ".ssa", ".json")


@dataclass(frozen=True, slots=True)
class FileReceiver:
    """`page_url` is where users can upload files that are too big for the channel; `user_id` says whose files it is
    for.
    """

    channel: Channel
    pipeline: Pipeline
    page_url: str = ""
    user_id: str = ""

    async def receive_all(self, attachments: Sequence[Attachment], folder: Path) -> tuple[ReceivedFile, ...]:
        """Fetch and measure the files one after the other; what is wrong with one is its result."""
        return tuple(
            [await self._receive(attachment, folder / str(index)) for index, attachment in enumerate(attachments)]
        )

    async def _receive(self, attachment: Attachment, path: Path) -> ReceivedFile:
        try:
            if not self.pipeline.has_room():
                raise ProcessingFailed(ErrorCode.DISK_FULL)
            await self._fetch(attachment, path)
            return await self.pipeline.file_executor.measure(self.user_id, self._measure, attachment, path)
        except ChannelError as error:
            log.error("file-download-failed", code=ErrorCode.UNEXPECTED, error=str(error))  # noqa: TRY400 - the error is a field
            return ProcessingFailed(ErrorCode.UNEXPECTED)
        except OSError as error:
            log.error("file-not-stored", error=str(error))  # noqa: TRY400 - the error is a field
            return ProcessingFailed(ErrorCode.DISK_FULL if error.errno in DISK_FULL_ERRNOS else ErrorCode.UNEXPECTED)
        except AppError as error:
            return error

    async def _fetch(self, attachment: Attachment, path: Path) -> None:
        """Download the file. One too big for the messenger can be uploaded on the page, where `page_url` is set."""
        try:
            await self.channel.fetch(attachment, path)
        except RequestRejected as error:
            if error.code is not ErrorCode.FILE_TOO_BIG or not self.page_url:
                raise
            raise RequestRejected(error.code, **error.values, page=self.page_url) from error

    def _measure(self, attachment: Attachment, path: Path) -> ReceivedFile:
        if attachment.kind is AttachmentKind.FILE and attachment.name.lower().endswith(SUBTITLE_SUFFIXES):
            return self.pipeline.receive_subtitles(path)
        return self.pipeline.receive(path, attachment.name)
