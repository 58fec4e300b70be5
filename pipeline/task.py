"""One task inside its child: read the request, confine, call, answer.

Runs right after the fork, in a process that ends with it. Answers are frames of `pipeline.wire`.
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

PROGRESS_EVERY = 0.2  # seconds; a person's progress message moves every 3


def perform(talk: socket.socket) -> NoReturn:
    """Do what the socket asks for and end the process. Nothing leaves but one last frame."""
    try:
        talk.sendall(_answer(talk))
    except (BrokenPipeError, ConnectionResetError):
        pass  # nobody waits any more
    finally:
        os._exit(0)


def _answer(talk: socket.socket) -> bytes:
    """The last frame. The one place a broad except is right: whatever a decoder raises must end as a message."""
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
    """The function that `module:function` names."""
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
    """The failure that an exhausted limit or disk stands for, if that is what the error is.

    OpenCV says "Insufficient memory" (its code -4) in an exception of its own.
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
    """Tells the parent how far the work is: a stage, and its share between 0 and 1; a few times a second at most."""

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
