"""What tests have a child do. Each runs inside, by the name `fakes.tasks:...`."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from models.errors import ErrorCode, JobCancelled, ProcessingFailed, RequestRejected
from models.jobs.options import Film


def echo(value: object) -> object:
    return value


def count(steps: int, progress: Callable[[str, float], None]) -> int:
    for step in range(steps):
        progress("counting", (step + 1) / steps)
    return steps


def hang(progress: Callable[[str, float], None]) -> None:
    """Tell the process id, then wait for ever, deaf to everything but SIGKILL."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    progress(str(os.getpid()), 0)
    threading.Event().wait()


def hang_in_c(progress: Callable[[str, float], None]) -> None:
    """The same while holding the interpreter's lock, as a decoder in a loop would."""
    progress(str(os.getpid()), 0)
    ctypes.PyDLL(None).sleep(600)


def refuse() -> None:
    raise RequestRejected(ErrorCode.TOO_LONG, limit=600)


def fail() -> None:
    raise ProcessingFailed(ErrorCode.DISK_FULL)


def give_up() -> None:
    raise JobCancelled


def stumble() -> None:
    raise LookupError("on something unforeseen")


def fault() -> None:
    """Die as a decoder dies that a file has led astray."""
    ctypes.string_at(0)


def leave() -> None:
    os._exit(3)


def grow() -> int:
    """Take and touch memory without end."""
    held = []
    while True:
        held.append(np.ones(50_000_000, np.uint8))


def spin() -> None:
    while True:
        pass


def fill() -> None:
    with Path("big").open("wb") as file:
        while True:
            file.write(bytes(1_000_000))


def open_many() -> None:
    held = []
    while True:
        held.append(Path("/dev/null").open())  # noqa: SIM115 - leaking is the point


def babble() -> None:
    """Speak on every channel a library might use."""
    sys.stdout.write("from python")
    sys.stdout.flush()
    os.write(1, b"from C, out")
    os.write(2, b"from C, err")


def read(path: Path) -> str:
    return path.read_text()


def read_named(name: str) -> str:
    """The same by a text, which allows nothing."""
    return Path(name).read_text()


def open_freely(path: Path) -> float:
    """Open a file as no code of ours does, with every demuxer and protocol there is, and decode a frame."""
    try:
        with av.open(str(path)) as container:
            return float(next(container.decode(video=0)).time or 0)
    except (av.error.FFmpegError, StopIteration) as error:
        raise RequestRejected(ErrorCode.BROKEN_FILE) from error


def environment() -> dict[str, str]:
    return dict(os.environ)


def forkserver_environment() -> str:
    return Path(f"/proc/{os.getppid()}/environ").read_text()


def claim(path: str) -> Film:
    """Say that the film is another file."""
    return Film(Path(path), Path(path), 16, 16, 1.0, 25, 1)


def make(name: str) -> Film:
    film = Path(name).absolute()
    film.write_bytes(b"film")
    return Film(film, film, 16, 16, 1.0, 25, 4)


def linked(target: str) -> Film:
    """Hand back a link to another file, under a name of one's own."""
    link = Path("film.mp4").absolute()
    link.symlink_to(target)
    return Film(link, link, 16, 16, 1.0, 25, 4)


def opaque() -> object:
    return threading.Lock()


def signal_starter(starter: int) -> None:
    os.kill(starter, 0)


def pause(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()
