"""Forkserver of the sandbox: av, cv2 and numpy are loaded once, and every child starts in milliseconds.

multiprocessing's own forkserver inherits its parent's environment, so each child could read Stripe's key in
/proc/<its parent>/environ, and it kills neither a child's process group nor a child whose client was killed. This one
starts with an empty environment, keeps a control socket for each child, and kills the child's process group when the
client shuts its end of that socket, on request or because it died. Only the forkserver reaps children, so a process
group id cannot have been reused when it is killed.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import Final, NoReturn

from pipeline.sandbox import child

PRELOADED_MODULES: Final = (
    "numpy",
    "cv2",
    "av",
    "PIL.Image",
    "pipeline.media.probe",
    "pipeline.sketch.entrypoint",
    "pipeline.captions.film",
)
WARMUP_FUNCTIONS: Final = (
    "pipeline.media.probe:preload_libraries",
    "pipeline.sandbox.confinement:list_code_folders",
    "pipeline.sandbox.protocol:build_adapters",
)
READY_MESSAGE: Final = b"ready"
DATA_FD: Final = 3  # the one descriptor a child keeps besides stdin, stdout and stderr


def main(request_fd: int) -> None:
    """Serve until the other end of the socket is closed."""
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, signal.SIG_IGN)  # a draining worker decides when its children are killed
    request_socket = socket.socket(fileno=request_fd)
    gc.disable()  # all preloaded objects stay alive
    for name in PRELOADED_MODULES:
        importlib.import_module(name)
    for name in WARMUP_FUNCTIONS:
        child.resolve_function(name)()
    gc.freeze()  # a collection in a child would otherwise copy every page
    gc.enable()
    request_socket.sendall(READY_MESSAGE)
    with Path(os.devnull).open("w") as devnull:  # output of libraries must not break a progress bar
        os.dup2(devnull.fileno(), sys.stderr.fileno())
    Forkserver(request_socket).serve()


class Forkserver:
    """Event loop of the forkserver: forks and kills children on request, reports each exit."""

    def __init__(self, request_socket: socket.socket) -> None:
        self._request_socket = request_socket
        self._children: dict[int, socket.socket] = {}  # process id: control socket
        self._selector = selectors.DefaultSelector()
        self._wakeup_reader, writer = socket.socketpair()
        self._wakeup_writer = writer
        for end in (self._wakeup_reader, writer):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def serve(self) -> NoReturn:
        self._selector.register(self._request_socket, selectors.EVENT_READ)
        self._selector.register(self._wakeup_reader, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._request_socket:
                    self._fork_child()
                elif key.fileobj is self._wakeup_reader:
                    self._reap()
                elif key.data in self._children:
                    self._kill_child(key.data)

    def _fork_child(self) -> None:
        """Fork a child. The request holds the name of the module to preload and the child's two sockets."""
        length, fds, _, _ = socket.recv_fds(self._request_socket, 1, 2)
        if not length:
            self._shut_down()
        module = self._request_socket.recv(length[0], socket.MSG_WAITALL).decode()
        with contextlib.suppress(Exception):  # the child will raise and report the same error
            importlib.import_module(module)
        data_fd, control_fd = fds
        try:
            pid = os.fork()
        except OSError:  # out of processes or memory: the client reads EOF, other children go on
            os.close(data_fd)
            os.close(control_fd)
            return
        if pid == 0:
            _become_child(data_fd)
        os.close(data_fd)
        with contextlib.suppress(OSError):  # the child may have done this itself, or have exited
            os.setpgid(pid, pid)
        self._children[pid] = socket.socket(fileno=control_fd)
        self._selector.register(self._children[pid], selectors.EVENT_READ, pid)

    def _kill_child(self, pid: int) -> None:
        """Kill the child's process group: the client shut its end of the control socket."""
        self._selector.unregister(self._children[pid])
        _kill_group(pid)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wakeup_reader.recv(4096)
        for pid in list(self._children):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                _kill_group(pid)  # its leftover processes, while the group id is still in use
                self._report_exit(pid, *os.wait4(pid, 0)[1:])

    def _report_exit(self, pid: int, status: int, rusage: object) -> None:
        control = self._children.pop(pid)
        with contextlib.suppress(KeyError):
            self._selector.unregister(control)
        seconds = rusage.ru_utime + rusage.ru_stime  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            control.sendall(json.dumps({"code": os.waitstatus_to_exitcode(status), "cpu": seconds}).encode())
        control.close()

    def _shut_down(self) -> NoReturn:
        for pid in self._children:
            _kill_group(pid)
        sys.exit(0)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _become_child(data_fd: int) -> NoReturn:
    """Close all descriptors but the data socket, then serve. With siblings' sockets it could answer for them."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(data_fd, DATA_FD)
    os.closerange(DATA_FD + 1, 4096)
    child.serve_request(socket.socket(fileno=DATA_FD))
