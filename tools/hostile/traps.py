"""What a hostile file would like to reach: an address that listens, and other people's files."""

import ctypes
import os
import socket
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from fakes import sample_files

IN_ACCESS: Final = 0x01
IN_OPEN: Final = 0x20
IN_NONBLOCK: Final = 0o4000
CANARIES: Final = ("neighbour.mp4", "secret.txt", "sub/secret.txt")


class Listener:
    """An address on this machine that counts who comes."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.setblocking(False)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/x.mp4"

    def __enter__(self) -> Self:
        with socket.create_connection(self._server.getsockname()):
            pass
        if self.visitors() != 1:
            raise RuntimeError("the listener hears nobody")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.close()

    def visitors(self) -> int:
        """How many came since it was last asked."""
        count = 0
        while True:
            try:
                self._server.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


class Canaries:
    """Files of somebody else, right beside the hostile ones; inotify tells when any process opens one."""

    def __init__(self, folder: Path) -> None:
        self._paths = [folder / name for name in CANARIES]
        (folder / "sub").mkdir()
        sample_files.write_silent_film(self._paths[0])
        for path in self._paths[1:]:
            path.write_text("somebody else's secret\n" * 50)
        libc = ctypes.CDLL(None, use_errno=True)
        self._watch = libc.inotify_init1(IN_NONBLOCK)
        for path in self._paths:
            if libc.inotify_add_watch(self._watch, bytes(path), IN_ACCESS | IN_OPEN) < 0:
                raise OSError(ctypes.get_errno(), "inotify")

    def __enter__(self) -> Self:
        self._paths[0].read_bytes()
        if not self.touched():
            raise RuntimeError("the canaries notice nothing")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._watch)

    def touched(self) -> bool:
        """Whether one was opened since this was last asked."""
        try:
            return bool(os.read(self._watch, 65_536))
        except BlockingIOError:
            return False
