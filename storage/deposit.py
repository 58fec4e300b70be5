"""Upload of files to the media store before the transaction that refers to them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storage import files
from storage.db import Database
from storage.files import Measured
from storage.media import MediaStore

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Deposit:
    """Context manager that uploads files around the transaction that refers to them: no connection and no lock is held
    during the upload, which may take minutes.

    The files are moved from their paths. On exit, files without a row are deleted: unused ones, duplicates of stored
    files, or all when the transaction was rolled back. After a database error, or the death of the process, it is
    unknown whether it was; then the sweeper deletes them.

    Raises OSError when the store cannot take a file, and then leaves none in it.
    """

    db: Database
    store: MediaStore
    files: Sequence[Measured]
    _keys: list[str] = field(default_factory=list)

    def __enter__(self) -> tuple[Measured, ...]:
        try:
            return tuple(map(self._brought, self.files))
        except OSError:
            self._delete(self._keys)
            raise

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        is_decided = kind is None or (issubclass(kind, Exception) and not issubclass(kind, SQLAlchemyError))
        if self._keys and is_decided:
            self._delete(self._unnamed())

    def _brought(self, file: Measured) -> Measured:
        key = self.store.put(file.path)
        self._keys.append(key)
        return replace(file, key=key)

    def _unnamed(self) -> set[str]:
        try:
            with self.db.reading() as session:
                return files.orphans(session, self._keys)
        except SQLAlchemyError as error:
            log.warning("deposit-not-looked-over", error=type(error).__name__)
            return set()

    def _delete(self, keys: Sequence[str] | set[str]) -> None:
        for key in keys:
            with suppress(OSError):  # found again as an orphan
                self.store.delete(key)
