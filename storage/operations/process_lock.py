"""File lock that tells whether any process of the product runs on this machine: each holds it while it runs."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

LOCK_FILE: Final = "house.lock"


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
