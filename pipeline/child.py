"""Running hostile work in sandboxed children: the side of whoever wants it done.

No codec is imported here or anywhere else in this process, ever: a picture that takes a decoder over takes over a child
without network, files, secrets or a future.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import structlog

from models.errors import Cancelled, Code, Failed, Refused
from models.limits import limits
from pipeline import wire
from pipeline.allowance import Allowance

__all__ = ["Allowance", "Children"]

log = structlog.get_logger(__name__)

TICK: Final = 0.08  # seconds between two looks at is_cancelled
GRACE: Final = 5.0  # seconds a killed group may take to be gone
START_SECONDS: Final = 60.0  # for the libraries to load on a busy machine
PASSED_ON: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # where a machine keeps its libraries, never a secret
ENVIRONMENT: Final = {
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MB of the address space that is limited
    "OPENBLAS_NUM_THREADS": "1",  # a forkserver has one thread
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(limits().picture.max_pixels),
}
_START: Final = "import sys; sys.path[:] = sys.argv[2:]; from pipeline.forkserver import main; main(int(sys.argv[1]))"


def ignore(*_: object) -> None:
    """Where nobody wants to hear."""


def never() -> bool:
    """Where nobody can cancel."""
    return False


class Children:
    """Starts sandboxed children from a forkserver that has av, cv2 and numpy loaded. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """Start the forkserver now (half a second) rather than with the first run."""
        with self._lock:
            self._living()

    @property
    def pid(self) -> int | None:
        """The forkserver's process id, while there is one."""
        server = self._server
        return server.pid if server else None

    def close(self) -> None:
        """End the forkserver and whatever still runs."""
        with self._lock:
            server, self._server = self._server, None
        if server:
            server.close()

    def run(
        self,
        task: str,
        arguments: Mapping[str, object],
        *,
        directory: Path,
        allowance: Allowance,
        on_progress: Callable[[str, float], None] = ignore,
        is_cancelled: Callable[[], bool] = never,
        on_usage: Callable[[float], None] = ignore,
    ) -> Any:
        """Call `module:function` with the arguments in a child that sees `directory` and the paths among them.

        `on_usage` hears the processor seconds spent, however it ends. Raises `Cancelled`, `Refused` (TOO_HEAVY when a
        limit was hit) and `Failed` (CRASHED when the child or its code broke, UNEXPECTED when none can be started).
        """
        anchored = {name: wire.anchored(value) for name, value in arguments.items()}
        request = wire.Request(task, anchored, directory.resolve(), allowance)
        with self._start(request) as child:
            try:
                return child.outcome(on_progress, is_cancelled)
            finally:
                child.end()
                on_usage(child.cpu_seconds)

    def _start(self, request: wire.Request) -> "_Child":
        with self._lock:
            talk, control = self._living().fork(request.task)
        return _Child(request, talk, control)

    def _living(self) -> "_Server":
        """The forkserver; a new one when it died, or when this process is a fork of the one it served."""
        if self._server is None or not self._server.is_ours():
            self._server = _Server()
        return self._server


class _Server:
    """The forkserver's process and the socket to it."""

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
                start_new_session=True,  # out of reach of the terminal's Ctrl-C
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
        """A new child's two sockets: to talk with it, and to end it and learn how it ended."""
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


class _Child:
    """One run as seen from outside."""

    def __init__(self, request: wire.Request, talk: socket.socket, control: socket.socket) -> None:
        self._request = request
        self._talk = talk
        self._control = control
        self._frames = wire.Frames()
        self._deadline = time.monotonic() + request.allowance.wall_seconds
        self._exit_code: int | None = None  # negative: the signal it died of
        self._gone = False
        self.cpu_seconds = 0.0
        talk.settimeout(GRACE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._talk.close()
        self._control.close()

    def outcome(self, on_progress: Callable[[str, float], None], is_cancelled: Callable[[], bool]) -> Any:
        """What the run comes to: its value, or the failure it stands for, raised."""
        try:
            wire.send_request(self._talk, self._request)
            for message in self._messages(is_cancelled):
                if message.get("kind") != "progress":
                    return self._settled(message)
                on_progress(str(message.get("stage")), min(1.0, max(0.0, float(message.get("share", 0)))))
        except (wire.Garbled, TypeError, ValueError) as error:
            log.exception("child-garbled", task=self._request.task)
            raise Failed(Code.CRASHED) from error
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.end()
        raise self._cause_of_death()

    def _messages(self, is_cancelled: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        """What the child says until it is silent for good. Raises `Cancelled`, and TOO_HEAVY past the deadline."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._talk, selectors.EVENT_READ)
            while True:
                if is_cancelled():
                    raise Cancelled
                if time.monotonic() > self._deadline:
                    raise Refused(Code.TOO_HEAVY)
                if not selector.select(TICK):
                    continue
                if not (data := self._talk.recv(65_536)):
                    return
                yield from self._frames.feed(data)

    def _settled(self, message: Mapping[str, Any]) -> Any:
        match message.get("kind"):
            case "result":
                return wire.decode(message.get("value"), self._request.directory)
            case "error":
                raise wire.error_of(message)
            case "cancelled":
                raise Cancelled
        log.error("child-crashed", task=self._request.task, what=message.get("what"), trace=message.get("trace"))
        raise Failed(Code.CRASHED)

    def _cause_of_death(self) -> Refused | Failed:
        """Why it fell silent without a word. SIGKILL was not ours: the kernel's, for memory or processor time."""
        self.end()
        if self._exit_code in {-signal.SIGKILL, -signal.SIGXCPU}:
            return Refused(Code.TOO_HEAVY)
        log.error("child-died", task=self._request.task, exit_code=self._exit_code)
        return Failed(Code.CRASHED)

    def end(self) -> None:
        """See the child gone, its whole group with it, killing it unless it is; learn how it ended."""
        if self._gone:
            return
        self._gone = True
        try:
            self._control.shutdown(socket.SHUT_WR)
            self._control.settimeout(GRACE)
            report = json.loads(self._control.recv(4096))
            self._exit_code, self.cpu_seconds = report["code"], report["cpu"]
        except (OSError, ValueError):
            log.warning("forkserver-gone", task=self._request.task)
