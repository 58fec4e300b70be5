"""Client of the forkserver: starts its process and requests children from it."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import structlog

from models.errors import ErrorCode, ProcessingFailed
from models.limits import load_limits

log = structlog.get_logger(__name__)

KILL_TIMEOUT: Final = 5.0  # seconds a killed process may take to exit
START_TIMEOUT: Final = 60.0  # for the libraries to load on a busy machine
INHERITED_VARIABLES: Final = (
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
)  # paths of the machine's libraries, never a secret
ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MB of the limited address space
    "OPENBLAS_NUM_THREADS": "1",  # a forkserver must have one thread
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(load_limits().picture.max_pixels),
}
_BOOTSTRAP: Final = (
    "import sys; sys.path[:] = sys.argv[2:]; from pipeline.sandbox.forkserver import main; main(int(sys.argv[1]))"
)


class ForkserverClient:
    """The forkserver's process and the socket to it. Raises `ProcessingFailed` (UNEXPECTED) if it does not start."""

    def __init__(self) -> None:
        self._owner_pid = os.getpid()
        self._request_socket, server_socket = socket.socketpair()
        inherited = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ}
        path = [str(Path(entry).absolute()) for entry in sys.path]
        with server_socket:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOTSTRAP, str(server_socket.fileno()), *path],
                env={**ENVIRONMENT, **inherited},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,  # until it is ready
                pass_fds=(server_socket.fileno(),),
                start_new_session=True,  # not interrupted by the terminal's Ctrl-C
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        self._request_socket.settimeout(START_TIMEOUT)
        try:
            is_ready = self._request_socket.recv(16) == b"ready"
        except TimeoutError:
            is_ready = False
            self._process.kill()
        self._request_socket.settimeout(None)
        if not is_ready:
            stderr = self._process.communicate()[1].decode(errors="replace")
            log.error("forkserver-start-failed", said=stderr[-20_000:])
            self.close()
            raise ProcessingFailed(ErrorCode.UNEXPECTED)
        if self._process.stderr:
            self._process.stderr.close()

    def is_ours(self) -> bool:
        return self._owner_pid == os.getpid() and self._process.poll() is None

    def fork(self, task: str) -> tuple[socket.socket, socket.socket]:
        """Fork a child; returns its data socket, and the control socket to kill it and to read its exit code."""
        module = task.partition(":")[0].encode()
        data_socket, child_data_socket = socket.socketpair()
        control_socket, child_control_socket = socket.socketpair()
        with child_data_socket, child_control_socket:
            socket.send_fds(
                self._request_socket,
                [bytes([len(module)]) + module],
                [child_data_socket.fileno(), child_control_socket.fileno()],
            )
        return data_socket, control_socket

    def close(self) -> None:
        self._request_socket.close()
        try:
            self._process.wait(KILL_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
