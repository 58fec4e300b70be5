"""Tasks that tests run inside the sandbox, by names such as `fakes.sandbox_tasks:echo`."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from itertools import count as count_from
from pathlib import Path

import av
import numpy as np

from models.errors import ErrorCode, JobCancelled, ProcessingFailed, RequestRejected
from models.jobs.film import Film


def echo(value: object) -> object:
    return value


def count(steps: int, progress: Callable[[str, float], None]) -> int:
    for step in range(steps):
        progress("counting", (step + 1) / steps)
    return steps


def hang(progress: Callable[[str, float], None]) -> None:
    """Report the process id, then block forever, ignoring SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    progress(str(os.getpid()), 0)
    threading.Event().wait()


def hang_in_c(progress: Callable[[str, float], None]) -> None:
    """Block while holding the GIL, as a decoder in an endless loop would."""
    progress(str(os.getpid()), 0)
    ctypes.PyDLL(None).sleep(600)


def raise_rejection() -> None:
    raise RequestRejected(ErrorCode.TOO_LONG, limit=600)


def raise_failure() -> None:
    raise ProcessingFailed(ErrorCode.DISK_FULL)


def raise_cancelled() -> None:
    raise JobCancelled


def raise_lookup_error() -> None:
    raise LookupError("on something unforeseen")


def crash() -> None:
    """Crash with a segmentation fault, as a decoder does on a corrupt file."""
    ctypes.string_at(0)


def exit_process() -> None:
    os._exit(3)


def exhaust_memory() -> int:
    """Allocate and touch memory without end."""
    held = []
    while True:
        held.append(np.ones(50_000_000, np.uint8))


def spin_forever() -> None:
    while True:
        pass


def fill_disk() -> None:
    with Path("big").open("wb") as file:
        while True:
            file.write(bytes(1_000_000))


def fill_folder() -> None:
    """Write files of an allowed size without end."""
    for number in count_from():
        Path(f"part-{number}").write_bytes(bytes(2_000_000))
        time.sleep(0.02)


def create_files() -> None:
    """Create empty files without end, each of which takes space in the file system's tables."""
    for number in count_from():
        Path(f"empty-{number}").touch()
        time.sleep(0.0002)


def hide_files() -> dict[str, str]:
    """Try to hide what is written from a look at the folder."""
    Path("file").touch()
    return {
        "deleted": _name_error(lambda: Path("file").unlink()),
        "renamed": _name_error(lambda: Path("file").rename("other")),
        "unnamed": _name_error(lambda: os.open(".", os.O_TMPFILE | os.O_RDWR)),
    }


def _name_error(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return ""


def raise_long_error() -> None:
    raise LookupError("a" * 5_000_000)


def raise_long_rejection() -> None:
    raise RequestRejected(ErrorCode.TOO_LONG, limit="a" * 5_000_000)


def report_long_stage(progress: Callable[[str, float], None]) -> None:
    progress("a" * 5_000_000, 1)


def exhaust_descriptors() -> None:
    held = []
    while True:
        held.append(Path("/dev/null").open())  # noqa: SIM115 - the leak is intended


def write_to_stdout() -> None:
    """Write to every stream a library might use."""
    sys.stdout.write("from python")
    sys.stdout.flush()
    os.write(1, b"from C, out")
    os.write(2, b"from C, err")


def read(path: Path) -> str:
    return path.read_text()


def read_named(name: str) -> str:
    """Read a file whose path is passed as a text, which the sandbox does not grant access to."""
    return Path(name).read_text()


def open_freely(path: Path) -> float:
    """Open a file with every demuxer and protocol of FFmpeg, unlike the product, and decode a frame."""
    try:
        with av.open(str(path)) as container:
            return float(next(container.decode(video=0)).time or 0)
    except (av.error.FFmpegError, StopIteration) as error:
        raise RequestRejected(ErrorCode.BROKEN_FILE) from error


def read_environment() -> dict[str, str]:
    return dict(os.environ)


def claim_other_file(path: str) -> Film:
    """Return another file as the film."""
    return Film(Path(path), Path(path), 16, 16, 1.0, 25, 1)


def make_film(name: str) -> Film:
    film = Path(name).absolute()
    film.write_bytes(b"film")
    return Film(film, film, 16, 16, 1.0, 25, 4)


def link_film(target: str) -> Film:
    """Return a symlink to another file as the film."""
    link = Path("film.mp4").absolute()
    link.symlink_to(target)
    return Film(link, link, 16, 16, 1.0, 25, 4)


def return_unpicklable() -> object:
    return threading.Lock()


def signal_starter(starter: int) -> None:
    os.kill(starter, 0)


def sleep(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()
