"""File locks that tell which processes of the product run on this machine: each holds them while it runs."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final
from uuid import UUID

LOCK_FILE: Final = "house.lock"
_OWN_FILE: Final = "process-{}.lock"
_KEEP_SECONDS: Final = 86400.0


class ProcessesRunning(Exception):
    """Other processes of the product are running."""


def acquire_shared(folder: Path) -> IO[str]:
    """Take the shared lock until the file is closed, or the process ends. Waits while it is held exclusively."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (folder / LOCK_FILE).open("w")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


@contextmanager
def hold_exclusive(folder: Path) -> Iterator[None]:
    """Hold the lock exclusively while the block runs. Raises ProcessesRunning."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK_FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProcessesRunning from None
        yield


@contextmanager
def hold_own(folder: Path, process_id: UUID) -> Iterator[None]:
    """Hold the lock of one process while the block runs; the system releases it when the process ends."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _delete_old(folder)
    path = _own_file_of(folder, process_id)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
        path.unlink(missing_ok=True)


def has_ended(folder: Path, process_id: UUID) -> bool:
    """Whether a process is known to have ended without deleting its lock; never of one on another machine."""
    return _is_unlocked(_own_file_of(folder, process_id))


def _delete_old(folder: Path) -> None:
    """Delete the files of processes that were killed, once nobody asks for them any more."""
    for path in folder.glob(_OWN_FILE.format("*")):
        if path.stat().st_mtime < time.time() - _KEEP_SECONDS and _is_unlocked(path):
            path.unlink(missing_ok=True)


def _is_unlocked(path: Path) -> bool:
    """Whether a file exists and nobody holds its lock."""
    with suppress(FileNotFoundError), path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
    return False


def _own_file_of(folder: Path, process_id: UUID) -> Path:
    return folder / _OWN_FILE.format(process_id.hex)
