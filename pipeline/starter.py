"""Client of the forkserver: starts its process and requests children from it."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import structlog

from models.errors import Code, Failed
from models.limits import limits

log = structlog.get_logger(__name__)

GRACE: Final = 5.0  # seconds a killed process may take to exit
START_SECONDS: Final = 60.0  # for the libraries to load on a busy machine
PASSED_ON: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # paths of the machine's libraries, never a secret
ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MB of the limited address space
    "OPENBLAS_NUM_THREADS": "1",  # a forkserver must have one thread
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(limits().picture.max_pixels),
}
_START: Final = "import sys; sys.path[:] = sys.argv[2:]; from pipeline.forkserver import main; main(int(sys.argv[1]))"


class Forkserver:
    """The forkserver's process and the socket to it. Raises `ProcessingFailed` (UNEXPECTED) if it does not start."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._door, theirs = socket.socketpair()
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        path = [str(Path(entry).absolute()) for entry in sys.path]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START, str(theirs.fileno()), *path],
                env={**ENVIRONMENT, **passed},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,  # until it is ready
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # not interrupted by the terminal's Ctrl-C
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        self._door.settimeout(START_SECONDS)
        try:
            ready = self._door.recv(16) == b"ready"
        except TimeoutError:
            ready = False
            self._process.kill()
        self._door.settimeout(None)
        if not ready:
            said = self._process.communicate()[1].decode(errors="replace")
            log.error("forkserver-did-not-start", said=said[-20_000:])
            self.close()
            raise Failed(Code.UNEXPECTED)
        if self._process.stderr:
            self._process.stderr.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_ours(self) -> bool:
        return self._owner == os.getpid() and self._process.poll() is None

    def fork(self, task: str) -> tuple[socket.socket, socket.socket]:
        """Fork a child; returns its data socket, and the control socket to kill it and to read its exit code."""
        module = task.partition(":")[0].encode()
        talk, its_talk = socket.socketpair()
        control, its_control = socket.socketpair()
        with its_talk, its_control:
            socket.send_fds(self._door, [bytes([len(module)]) + module], [its_talk.fileno(), its_control.fileno()])
        return talk, control

    def close(self) -> None:
        self._door.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
