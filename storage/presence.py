"""File lock that tells whether any process of the product runs on this machine: each holds it while it runs."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

FILE: Final = "house.lock"


class Inhabited(Exception):
    """Other processes of the product are running."""


def enter(folder: Path) -> IO[str]:
    """Take the shared lock until the file is closed, or the process ends. Waits while it is held exclusively."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (folder / FILE).open("w")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock exclusively while the block runs. Raises ProcessesRunning."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Inhabited from None
        yield
