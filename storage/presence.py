"""Whether any process of the product runs on this machine: each holds a file as long as it does."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

FILE: Final = "house.lock"


class Inhabited(Exception):
    """Something is running."""


def enter(folder: Path) -> IO[str]:
    """Be there until this file is closed, or the process ends. Waits while somebody is alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (folder / FILE).open("w")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only one there while the block runs. Raises Inhabited."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / FILE).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Inhabited from None
        yield
