"""Bringing files into the store before the transaction that keeps them."""

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
    """A block with files in the store, around the transaction that keeps them: while bytes travel, which may take
    minutes, no connection is held and no lock.

    The files are gone from their paths. What no row names at the end is deleted: a file nobody kept, one whose equal
    was there, or all when the transaction was undone. After a failure of the database, or the end of the process,
    nobody can say whether it was; then the sweeper finds them.

    Raises OSError when the store cannot take a file, and then none stays.
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
