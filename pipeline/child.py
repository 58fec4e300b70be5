"""Client of the sandbox: runs tasks on untrusted files in sandboxed child processes.

No codec is ever imported in this process: a picture that exploits a decoder takes over only a short-lived child without
network, files or secrets.
"""

import contextlib
import json
import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import structlog

from models.errors import Cancelled, Code, Failed, Refused
from pipeline import wire
from pipeline.allowance import Allowance
from pipeline.starter import GRACE, Forkserver

__all__ = ["Allowance", "Children"]

log = structlog.get_logger(__name__)

TICK: Final = 0.08  # seconds between two calls of is_cancelled


def ignore(*_: object) -> None:
    """Default callback: does nothing."""


def never() -> bool:
    """Default `is_cancelled`: the run cannot be cancelled."""
    return False


class Children:
    """Starts sandboxed children from a forkserver that has av, cv2 and numpy loaded. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: Forkserver | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """Start the forkserver now (half a second) instead of on the first run."""
        with self._lock:
            self._living()

    @property
    def pid(self) -> int | None:
        """The forkserver's process id, None if it is not running."""
        server = self._server
        return server.pid if server else None

    def close(self) -> None:
        """Stop the forkserver and all running children."""
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
        """Call `module:function` in a child that can access only `directory` and the paths among the arguments.

        `on_usage` gets the CPU seconds spent, whatever the outcome. Raises `JobCancelled`, `RequestRejected` (TOO_HEAVY
        if a limit was hit) and `ProcessingFailed` (CRASHED if the child failed, UNEXPECTED if none can be started).
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
            try:
                talk, control = self._living().fork(request.task)
            except OSError:  # it died after the check
                self._server = None
                talk, control = self._living().fork(request.task)
        return _Child(request, talk, control)

    def _living(self) -> "Forkserver":
        """The forkserver, started again if it died or if this process is a fork of the one that started it."""
        if self._server is None or not self._server.is_ours():
            self._server = Forkserver()
        return self._server


class _Child:
    """One run in a child, seen from the parent."""

    def __init__(self, request: wire.Request, talk: socket.socket, control: socket.socket) -> None:
        self._request = request
        self._talk = talk
        self._control = control
        self._frames = wire.Frames()
        self._deadline = time.monotonic() + request.allowance.wall_seconds
        self._exit_code: int | None = None  # negative: the signal that killed it
        self._gone = False
        self.cpu_seconds = 0.0
        talk.settimeout(GRACE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._talk.close()
        self._control.close()

    def outcome(self, on_progress: Callable[[str, float], None], is_cancelled: Callable[[], bool]) -> Any:
        """Return the run's result, or raise its error."""
        try:
            for message in self._messages(is_cancelled):
                if message.get("kind") != "progress":
                    return self._settled(message)
                on_progress(*_step(message))
        except wire.Garbled as error:
            log.exception("child-garbled", task=self._request.task)
            raise Failed(Code.CRASHED) from error
        raise self._cause_of_death()

    def _messages(self, is_cancelled: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        """Yield the child's messages until it closes its socket. Raises `JobCancelled`, and TOO_HEAVY past the deadline."""
        with contextlib.suppress(OSError):  # it died before it could read
            wire.send_request(self._talk, self._request)
        with selectors.DefaultSelector() as selector:
            selector.register(self._talk, selectors.EVENT_READ)
            while True:
                if is_cancelled():
                    raise Cancelled
                if time.monotonic() > self._deadline:
                    raise Refused(Code.TOO_HEAVY)
                if not selector.select(TICK):
                    continue
                if not (data := self._heard()):
                    return
                yield from self._frames.feed(data)

    def _heard(self) -> bytes:
        try:
            return self._talk.recv(65_536)
        except ConnectionResetError:
            return b""

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
        """The error for a child that exited without a result. A SIGKILL here is the kernel's, for memory or CPU time."""
        self.end()
        if self._exit_code in {-signal.SIGKILL, -signal.SIGXCPU}:
            return Refused(Code.TOO_HEAVY)
        log.error("child-died", task=self._request.task, exit_code=self._exit_code)
        return Failed(Code.CRASHED)

    def end(self) -> None:
        """Kill the child's process group if it still runs, and read its exit code and CPU time."""
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


def _step(message: Mapping[str, Any]) -> tuple[str, float]:
    """Stage and share of a progress message. Raises `ProtocolError`."""
    match message:
        case {"stage": str(stage), "share": int() | float() as share}:
            return stage, min(1.0, max(0.0, share))
    raise wire.Garbled("progress")
