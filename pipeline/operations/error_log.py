"""Error log in the database: a process's logged errors, readable by the operator from a chat."""

import os
import socket
import sys
import traceback
from collections import deque
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from models.operations.error_events import ErrorEvent
from storage.db import Database
from storage.operations import error_events

ERROR_METHODS = frozenset({"error", "critical", "exception"})
MAX_UNWRITTEN = 200  # buffered lines; while the database is away older ones are dropped
MAX_FRAMES = 12  # of a traceback, the innermost
LogEvent = MutableMapping[str, Any]


@dataclass(slots=True)
class ErrorLog:
    """Buffers error lines as they are logged, possibly inside a transaction, and writes them later. Thread-safe."""

    process: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")
    _unwritten: deque[ErrorEvent] = field(default_factory=lambda: deque(maxlen=MAX_UNWRITTEN))

    def record_event(self, _logger: object, method: str, event: LogEvent) -> LogEvent:
        """Structlog processor: buffers error lines and passes every event on unchanged."""
        if method in ERROR_METHODS:
            self._unwritten.append(self._build_error_event(event))
        return event

    def write(self, db: Database) -> None:
        """Write the buffered lines. Raises SQLAlchemyError while the database is away, and keeps them buffered."""
        batch = [self._unwritten.popleft() for _ in range(len(self._unwritten))]
        if not batch:
            return
        try:
            with db.transaction() as session:
                error_events.save(session, [error_event.model_copy() for error_event in batch])
        except Exception:
            self._unwritten.extendleft(reversed(batch))
            raise

    def _build_error_event(self, event: LogEvent) -> ErrorEvent:
        kind, trace = _describe_exception(event)
        return ErrorEvent(
            # a library's message may hold private data: only its logger's name is kept
            event=_get_truncated(event, "logger", 100) or _get_truncated(event, "event", 100),
            code=_get_truncated(event, "code", 50),
            kind=kind,
            trace=trace,
            request=_get_truncated(event, "request", 32),
            job=_get_truncated(event, "job", 36).replace("-", "")[:8],
            process=self.process,
        )


ERROR_LOG = ErrorLog()
"""The one error log of this process."""


def _get_truncated(event: LogEvent, key: str, length: int) -> str:
    return str(event.get(key) or "")[:length]


def _describe_exception(event: LogEvent) -> tuple[str, str]:
    """An exception's class and traceback, without its message, which may contain a user's text."""
    match event.get("exc_info"):
        case BaseException() as error:
            return type(error).__name__, _format_frames(error.__traceback__)
        case (_, BaseException() as error, _):
            return type(error).__name__, _format_frames(error.__traceback__)
        case None | False:
            error_name = _get_truncated(event, "error", 60)
            return error_name if error_name.isidentifier() else "", ""
    current = sys.exception()
    return (type(current).__name__, _format_frames(current.__traceback__)) if current else ("", "")


def _format_frames(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-MAX_FRAMES:]
    return "\n".join(f"{_shorten_path(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)


def _shorten_path(path: str) -> str:
    """The last three parts of a path, without the folders of this machine."""
    parts = path.replace("\\", "/").split("/")
    return "/".join(parts[-3:])
