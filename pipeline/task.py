"""Worker side of the sandbox: reads the request, confines the process, calls the task, sends the result.

Runs right after the fork, in a process that exits with it. Messages are frames of `pipeline.wire`.
"""

import errno
import importlib
import inspect
import os
import socket
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

from models.errors import AppError, Cancelled, Code, Failed, Refused
from pipeline import sandbox, wire

PROGRESS_EVERY = 0.2  # seconds; the user's progress message is updated every 3


def perform(talk: socket.socket) -> NoReturn:
    """Run the request read from the socket, send the final frame, and exit the process."""
    try:
        talk.sendall(_answer(talk))
    except (BrokenPipeError, ConnectionResetError):
        pass  # the parent no longer waits
    finally:
        os._exit(0)


def _answer(talk: socket.socket) -> bytes:
    """The final frame. The broad except is right here: whatever a decoder raises must become a message."""
    try:
        request = wire.read_request(talk)
        function = resolve(request.task)
        sandbox.confine(request)
        arguments = dict(request.arguments)
        if "progress" in inspect.signature(function).parameters:
            arguments["progress"] = Progress(talk)
        return wire.frame({"kind": "result", "value": wire.encode(function(**arguments))})
    except BaseException as error:  # noqa: BLE001 - see the docstring
        return wire.frame(_failure(error))


def resolve(task: str) -> Callable[..., object]:
    """Import the function named by `module:function`."""
    module, _, name = task.partition(":")
    function: Callable[..., object] = getattr(importlib.import_module(module), name)
    return function


def _failure(error: BaseException) -> dict[str, object]:
    match error:
        case Refused() | Failed():
            return wire.error_message(error)
        case Cancelled():
            return {"kind": "cancelled"}
    if known := out_of(error):
        return wire.error_message(known)
    trace = "".join(traceback.format_exception(error))
    return {"kind": "crash", "what": type(error).__name__, "trace": trace[-20_000:]}


def out_of(error: BaseException) -> AppError | None:
    """Convert an error caused by an exhausted limit or a full disk; None for any other error.

    OpenCV reports "Insufficient memory" (its code -4) in an exception of its own.
    """
    if isinstance(error, MemoryError) or getattr(error, "code", None) == -4:
        return Refused(Code.TOO_HEAVY)
    match getattr(error, "errno", None):
        case errno.ENOMEM | errno.EFBIG | errno.EMFILE:
            return Refused(Code.TOO_HEAVY)
        case errno.ENOSPC | errno.EDQUOT:
            return Failed(Code.DISK_FULL)
    return None


class Progress:
    """Progress callback that sends stage and share (0 to 1) to the parent, at most a few times a second."""

    def __init__(self, talk: socket.socket) -> None:
        self._talk = talk
        self._stage = ""
        self._next = 0.0

    def __call__(self, stage: str, share: float) -> None:
        now = time.monotonic()
        if stage == self._stage and now < self._next and share < 1:
            return
        self._stage, self._next = stage, now + PROGRESS_EVERY
        self._talk.sendall(wire.frame({"kind": "progress", "stage": stage, "share": float(share)}))
