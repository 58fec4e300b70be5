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

from models.errors import ErrorCode, JobCancelled, ProcessingFailed, RequestRejected
from pipeline.sandbox import protocol
from pipeline.sandbox.folder_usage import FolderUsage, measure_folder
from pipeline.sandbox.forkserver_client import KILL_TIMEOUT, ForkserverClient
from pipeline.sandbox.limits import ResourceLimits

log = structlog.get_logger(__name__)

CANCEL_CHECK_INTERVAL: Final = 0.08  # seconds between two calls of is_cancelled
FOLDER_CHECK_INTERVAL: Final = 0.1  # seconds between two looks at what the child has written, which take 0.03 ms


def ignore(*_: object) -> None:
    """Default callback: does nothing."""


def return_false() -> bool:
    """Default `is_cancelled`: the run cannot be cancelled."""
    return False


class SandboxClient:
    """Starts sandboxed children from a forkserver that has av, cv2 and numpy loaded. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forkserver: ForkserverClient | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the forkserver and all running children."""
        with self._lock:
            forkserver, self._forkserver = self._forkserver, None
        if forkserver:
            forkserver.close()

    def run(
        self,
        task: str,
        arguments: Mapping[str, object],
        *,
        directory: Path,
        limits: ResourceLimits,
        on_progress: Callable[[str, float], None] = ignore,
        is_cancelled: Callable[[], bool] = return_false,
        on_usage: Callable[[float], None] = ignore,
    ) -> Any:
        """Call `module:function` in a child that can access only `directory` and the paths among the arguments.

        `on_usage` gets the CPU seconds spent, whatever the outcome. Raises `JobCancelled`, `RequestRejected` (TOO_HEAVY
        if a limit was hit) and `ProcessingFailed` (CRASHED if the child failed, UNEXPECTED if none can be started).
        """
        absolute_arguments = {name: protocol.make_paths_absolute(value) for name, value in arguments.items()}
        request = protocol.SandboxRequest(task, absolute_arguments, directory.resolve(), limits)
        with self._start(request) as sandbox_run:
            try:
                return sandbox_run.wait_for_result(on_progress, is_cancelled)
            finally:
                sandbox_run.terminate()
                on_usage(sandbox_run.cpu_seconds)

    def _start(self, request: protocol.SandboxRequest) -> "_SandboxRun":
        with self._lock:
            try:
                data_socket, control_socket = self._ensure_forkserver().fork(request.task)
            except OSError:  # it died after the check
                self._forkserver = None
                data_socket, control_socket = self._ensure_forkserver().fork(request.task)
        return _SandboxRun(request, data_socket, control_socket)

    def _ensure_forkserver(self) -> "ForkserverClient":
        """The forkserver, started again if it died or if this process is a fork of the one that started it."""
        if self._forkserver is None or not self._forkserver.is_ours():
            self._forkserver = ForkserverClient()
        return self._forkserver


class _SandboxRun:
    """One run in a child, seen from the parent."""

    def __init__(
        self, request: protocol.SandboxRequest, data_socket: socket.socket, control_socket: socket.socket
    ) -> None:
        self._request = request
        self._data_socket = data_socket
        self._control_socket = control_socket
        self._decoder = protocol.FrameDecoder()
        self._deadline = time.monotonic() + request.limits.wall_seconds
        before, limits = measure_folder(request.directory), request.limits
        self._allowed_usage = FolderUsage(before.size + limits.folder_bytes, before.files + limits.files)
        self._next_folder_check = 0.0
        self._exit_code: int | None = None  # negative: the signal that killed it
        self._is_terminated = False
        self.cpu_seconds = 0.0
        data_socket.settimeout(KILL_TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._data_socket.close()
        self._control_socket.close()

    def wait_for_result(self, on_progress: Callable[[str, float], None], is_cancelled: Callable[[], bool]) -> Any:
        """Return the run's result, or raise its error."""
        try:
            for message in self._read_messages(is_cancelled):
                if message.get("kind") != "progress":
                    return self._resolve_outcome(message)
                on_progress(*_parse_progress(message))
        except protocol.ProtocolError as error:
            log.exception("child-protocol-error", task=self._request.task)
            raise ProcessingFailed(ErrorCode.CRASHED) from error
        raise self._diagnose_exit()

    def _read_messages(self, is_cancelled: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        """Yield the child's messages until it closes its socket; raises `JobCancelled`, TOO_HEAVY past the deadline."""
        with contextlib.suppress(OSError):  # it died before it could read
            protocol.send_request(self._data_socket, self._request)
        with selectors.DefaultSelector() as selector:
            selector.register(self._data_socket, selectors.EVENT_READ)
            while True:
                if is_cancelled():
                    raise JobCancelled
                if time.monotonic() > self._deadline or self._has_filled_folder():
                    raise RequestRejected(ErrorCode.TOO_HEAVY)
                if not selector.select(CANCEL_CHECK_INTERVAL):
                    continue
                if not (data := self._receive_bytes()):
                    return
                yield from self._decoder.feed(data)

    def _has_filled_folder(self) -> bool:
        """Whether the child has written more than it may, looked at now and then: RLIMIT_FSIZE is of one file only."""
        now = time.monotonic()
        if now < self._next_folder_check:
            return False
        self._next_folder_check = now + FOLDER_CHECK_INTERVAL
        found = measure_folder(self._request.directory, self._allowed_usage)
        return found.size > self._allowed_usage.size or found.files > self._allowed_usage.files

    def _receive_bytes(self) -> bytes:
        try:
            return self._data_socket.recv(65_536)
        except ConnectionResetError:
            return b""

    def _resolve_outcome(self, message: Mapping[str, Any]) -> Any:
        match message.get("kind"):
            case "result":
                return protocol.decode(message.get("value"), self._request.directory)
            case "error":
                raise protocol.decode_error(message)
            case "cancelled":
                raise JobCancelled
        what, trace = (protocol.cut_text(message.get(name)) for name in ("what", "trace"))
        log.error("child-crashed", task=self._request.task, what=what, trace=trace)
        raise ProcessingFailed(ErrorCode.CRASHED)

    def _diagnose_exit(self) -> RequestRejected | ProcessingFailed:
        """The error for a child that exited without a result. A SIGKILL here is the kernel's: memory or CPU time."""
        self.terminate()
        if self._exit_code in {-signal.SIGKILL, -signal.SIGXCPU}:
            return RequestRejected(ErrorCode.TOO_HEAVY)
        log.error("child-exited", task=self._request.task, exit_code=self._exit_code)
        return ProcessingFailed(ErrorCode.CRASHED)

    def terminate(self) -> None:
        """Kill the child's process group if it still runs, and read its exit code and CPU time."""
        if self._is_terminated:
            return
        self._is_terminated = True
        try:
            self._control_socket.shutdown(socket.SHUT_WR)
            self._control_socket.settimeout(KILL_TIMEOUT)
            report = json.loads(self._control_socket.recv(4096))
            self._exit_code, self.cpu_seconds = report["code"], report["cpu"]
        except (OSError, ValueError):
            log.warning("forkserver-lost", task=self._request.task)


def _parse_progress(message: Mapping[str, Any]) -> tuple[str, float]:
    """Stage and share of a progress message. Raises `ProtocolError`."""
    match message:
        case {"stage": str(stage), "share": int() | float() as share}:
            return protocol.cut_text(stage), min(1.0, max(0.0, share))
    raise protocol.ProtocolError("progress")
