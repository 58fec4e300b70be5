"""Worker side of the sandbox: reads the request, confines the process, calls the task, sends the result.

Runs right after the fork, in a process that exits with it. Messages are frames of `pipeline.sandbox.protocol`.
"""

import errno
import importlib
import inspect
import os
import socket
import traceback
from collections.abc import Callable
from typing import NoReturn

from models.errors import AppError, ErrorCode, JobCancelled, ProcessingFailed, RequestRejected
from pipeline.progress import ProgressCallback, throttle
from pipeline.sandbox import confinement, protocol

PROGRESS_INTERVAL = 0.2  # seconds; the user's progress message is updated every 3


def serve_request(data_socket: socket.socket) -> NoReturn:
    """Run the request read from the socket, send the final frame, and exit the process."""
    try:
        data_socket.sendall(_run_request(data_socket))
    except (BrokenPipeError, ConnectionResetError):
        pass  # the parent no longer waits
    finally:
        os._exit(0)


def _run_request(data_socket: socket.socket) -> bytes:
    """The final frame. The broad except is right here: whatever a decoder raises must become a message."""
    try:
        request = protocol.read_request(data_socket)
        function = resolve_function(request.task)
        confinement.confine(request)
        arguments = dict(request.arguments)
        if "progress" in inspect.signature(function).parameters:
            arguments["progress"] = _create_progress_sender(data_socket)
        return protocol.encode_frame({"kind": "result", "value": protocol.encode(function(**arguments))})
    except BaseException as error:  # noqa: BLE001 - see the docstring
        return protocol.encode_frame(_encode_failure(error))


def resolve_function(task: str) -> Callable[..., object]:
    """Import the function named by `module:function`."""
    module, _, name = task.partition(":")
    function: Callable[..., object] = getattr(importlib.import_module(module), name)
    return function


def _encode_failure(error: BaseException) -> dict[str, object]:
    match error:
        case RequestRejected() | ProcessingFailed():
            return protocol.encode_error(error)
        case JobCancelled():
            return {"kind": "cancelled"}
    if limit_error := to_limit_error(error):
        return protocol.encode_error(limit_error)
    trace = "".join(traceback.format_exception(error))
    return {"kind": "crash", "what": type(error).__name__, "trace": trace[-20_000:]}


def to_limit_error(error: BaseException) -> AppError | None:
    """Convert an error caused by an exhausted limit or a full disk; None for any other error.

    OpenCV reports "Insufficient memory" (its code -4) in an exception of its own.
    """
    if isinstance(error, MemoryError) or getattr(error, "code", None) == -4:
        return RequestRejected(ErrorCode.TOO_HEAVY)
    match getattr(error, "errno", None):
        case errno.ENOMEM | errno.EFBIG | errno.EMFILE:
            return RequestRejected(ErrorCode.TOO_HEAVY)
        case errno.ENOSPC | errno.EDQUOT:
            return ProcessingFailed(ErrorCode.DISK_FULL)
    return None


def _create_progress_sender(data_socket: socket.socket) -> ProgressCallback:
    """Progress callback that sends stage and share (0 to 1) to the parent, at most a few times a second."""

    def send(stage: str, share: float) -> None:
        data_socket.sendall(protocol.encode_frame({"kind": "progress", "stage": stage, "share": float(share)}))

    return throttle(send, PROGRESS_INTERVAL)
