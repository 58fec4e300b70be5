"""Upload of files to the media store before the transaction that refers to them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storage.db import Database
from storage.media import files
from storage.media.files import MeasuredFile
from storage.media.media_store import MediaStore

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class StagedUpload:
    """Context manager that uploads files around the transaction that refers to them: no connection and no lock is held
    during the upload, which may take minutes.

    The files are moved from their paths; one that has a key is in the store already, and whoever put it there deletes
    it. On exit, files without a row are deleted: unused ones, duplicates of stored
    files, or all when the transaction was rolled back. After a database error, or the death of the process, it is
    unknown whether it was; then the sweeper deletes them.

    Raises OSError when the store cannot take a file, and then leaves none in it.
    """

    db: Database
    store: MediaStore
    files: Sequence[MeasuredFile]
    _keys: list[str] = field(default_factory=list)

    def __enter__(self) -> tuple[MeasuredFile, ...]:
        try:
            return tuple(map(self._upload, self.files))
        except OSError:
            self._delete(self._keys)
            raise

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        is_outcome_known = error_type is None or (
            issubclass(error_type, Exception) and not issubclass(error_type, SQLAlchemyError)
        )
        if self._keys and is_outcome_known:
            self._delete(self._list_unreferenced())

    def _upload(self, file: MeasuredFile) -> MeasuredFile:
        if file.key:
            return file
        key = self.store.put(file.path)
        self._keys.append(key)
        return replace(file, key=key)

    def _list_unreferenced(self) -> set[str]:
        try:
            with self.db.read_transaction() as session:
                return files.find_orphans(session, self._keys)
        except SQLAlchemyError as error:
            log.warning("staged-upload-check-failed", error=type(error).__name__)
            return set()

    def _delete(self, keys: Sequence[str] | set[str]) -> None:
        for key in keys:
            with suppress(OSError):  # found again as an orphan
                self.store.delete(key)
