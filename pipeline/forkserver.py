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

from pipeline import task

PRELOAD: Final = (
    "numpy",
    "cv2",
    "av",
    "PIL.Image",
    "pipeline.media.probe",
    "pipeline.sketch.task",
    "pipeline.captions.film",
)
REHEARSE: Final = ("pipeline.media.probe:rehearse", "pipeline.sandbox:code_folders", "pipeline.wire:rehearse")
READY: Final = b"ready"
TALK: Final = 3  # the one descriptor a child keeps besides stdin, stdout and stderr


def main(handle: int) -> None:
    """Serve until the other end of the socket is closed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a draining worker decides when its children are killed
    door = socket.socket(fileno=handle)
    gc.disable()  # all preloaded objects stay alive
    for name in PRELOAD:
        importlib.import_module(name)
    for name in REHEARSE:
        task.resolve(name)()
    gc.freeze()  # a collection in a child would otherwise copy every page
    gc.enable()
    door.sendall(READY)
    with Path(os.devnull).open("w") as nowhere:  # output of libraries must not break a progress bar
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
    Server(door).serve()


class Server:
    """Event loop of the forkserver: forks and kills children on request, reports each exit."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._children: dict[int, socket.socket] = {}  # process id: control socket
        self._selector = selectors.DefaultSelector()
        self._bell, ringer = socket.socketpair()
        self._ringer = ringer
        for end in (self._bell, ringer):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(ringer.fileno(), warn_on_full_buffer=False)

    def serve(self) -> NoReturn:
        self._selector.register(self._door, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._door:
                    self._open()
                elif key.fileobj is self._bell:
                    self._reap()
                elif key.data in self._children:
                    self._end(key.data)

    def _open(self) -> None:
        """Fork a child. The request holds the name of the module to preload and the child's two sockets."""
        length, handles, _, _ = socket.recv_fds(self._door, 1, 2)
        if not length:
            self._leave()
        module = self._door.recv(length[0], socket.MSG_WAITALL).decode()
        with contextlib.suppress(Exception):  # the child will raise and report the same error
            importlib.import_module(module)
        talk, control = handles
        try:
            pid = os.fork()
        except OSError:  # out of processes or memory: the client reads EOF, other children go on
            os.close(talk)
            os.close(control)
            return
        if pid == 0:
            _become_child(talk)
        os.close(talk)
        with contextlib.suppress(OSError):  # the child may have done this itself, or have exited
            os.setpgid(pid, pid)
        self._children[pid] = socket.socket(fileno=control)
        self._selector.register(self._children[pid], selectors.EVENT_READ, pid)

    def _end(self, pid: int) -> None:
        """Kill the child's process group: the client shut its end of the control socket."""
        self._selector.unregister(self._children[pid])
        _kill_group(pid)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)
        for pid in list(self._children):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                _kill_group(pid)  # its leftover processes, while the group id is still in use
                self._report(pid, *os.wait4(pid, 0)[1:])

    def _report(self, pid: int, status: int, used: object) -> None:
        control = self._children.pop(pid)
        with contextlib.suppress(KeyError):
            self._selector.unregister(control)
        seconds = used.ru_utime + used.ru_stime  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            control.sendall(json.dumps({"code": os.waitstatus_to_exitcode(status), "cpu": seconds}).encode())
        control.close()

    def _leave(self) -> NoReturn:
        for pid in self._children:
            _kill_group(pid)
        sys.exit(0)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _become_child(talk: int) -> NoReturn:
    """Close all descriptors but the data socket, then serve. With siblings' sockets it could answer for them."""
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(talk, TALK)
    os.closerange(TALK + 1, 4096)
    task.perform(socket.socket(fileno=TALK))
