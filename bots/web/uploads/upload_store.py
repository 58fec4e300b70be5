"""Uploaded files in the media store until they are handled: any process of the page finds them there."""

import asyncio
import errno
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import structlog

from bots.web.uploads.multipart import FormError
from models.errors import ErrorCode, RequestRejected
from pipeline import FileExecutor
from storage.db import Database
from storage.media import files
from storage.media.media_store import MediaStore
from storage.messaging import updates

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class UploadStore:
    """Uploads of one account. A file is stored before the update that refers to it by its key, so that no update is
    ever without its files. A job that is made from it takes the file over, as it lies there. What nobody refers to, as
    a process died in between, is deleted as an orphan of the store.
    """

    db: Database
    store: MediaStore
    account_id: UUID
    executor: FileExecutor = field(default_factory=FileExecutor, repr=False)  # a bucket may take minutes

    async def save(self, paths: Sequence[Path]) -> list[str]:
        """Move files into the store; their keys. Raises FormError, and then leaves none in it."""
        return await self.executor.run(self._put, paths) if paths else []

    async def fetch(self, key: str, target: Path) -> None:
        """Put a file at `target`, by a hard link where the disk allows it. Raises RequestRejected(FILE_GONE).

        It stays in the store until `release`: its handler may crash and fetch it again.
        """
        await self.executor.run(self._link, key, target)

    async def release(self, keys: Sequence[str]) -> None:
        """Delete the files of a handled message that no job took over."""
        if keys:
            await asyncio.to_thread(self._delete_orphans, keys)

    def size_of(self, sender: str) -> int:
        """Bytes of a user's files that are not handled yet, whichever process stored them."""
        with self.db.read_transaction() as session:
            pending = updates.list_pending_attachments(session, self.account_id, sender)
        return sum(int(each.get("size") or 0) for attachments in pending for each in attachments)

    def _put(self, paths: Sequence[Path]) -> list[str]:
        keys: list[str] = []
        try:
            for path in paths:
                key = self.store.put(path)
                keys.append(key)
        except OSError as error:
            self._delete(keys)
            log.warning("upload-not-stored", error=type(error).__name__)
            is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            raise (FormError(507, "DISK_FULL") if is_full else FormError(503, "NOT_STORED")) from error
        return keys

    def _link(self, key: str, target: Path) -> None:
        try:
            source = self.store.get_local_path(key)
        except FileNotFoundError:
            raise RequestRejected(ErrorCode.FILE_GONE) from None
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)

    def _delete_orphans(self, keys: Sequence[str]) -> None:
        with self.db.read_transaction() as session:
            orphans = files.find_orphans(session, keys)
        self._delete(orphans)

    def _delete(self, keys: Sequence[str] | set[str]) -> None:
        for key in keys:
            with suppress(OSError):  # found again as an orphan
                self.store.delete(key)
