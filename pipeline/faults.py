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

from models.faults import Fault
from storage import faults
from storage.db import Database

ERRORS = frozenset({"error", "critical", "exception"})
MOST = 200  # buffered lines; while the database is away older ones are dropped
FRAMES = 12  # of a traceback, the innermost
Event = MutableMapping[str, Any]


@dataclass(slots=True)
class Journal:
    """Buffers error lines as they are logged, possibly inside a transaction, and writes them later. Thread-safe."""

    process: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")
    _unwritten: deque[Fault] = field(default_factory=lambda: deque(maxlen=MOST))

    def note(self, _logger: object, method: str, event: Event) -> Event:
        """Structlog processor: buffers error lines and passes every event on unchanged."""
        if method in ERRORS:
            self._unwritten.append(self._fault(event))
        return event

    def write(self, db: Database) -> None:
        """Write the buffered lines. Raises SQLAlchemyError while the database is away, and keeps them buffered."""
        batch = [self._unwritten.popleft() for _ in range(len(self._unwritten))]
        if not batch:
            return
        try:
            with db.transaction() as session:
                faults.keep(session, [fault.model_copy() for fault in batch])
        except Exception:
            self._unwritten.extendleft(reversed(batch))
            raise

    def _fault(self, event: Event) -> Fault:
        kind, trace = _cause(event)
        return Fault(
            # a library's message may hold private data: only its logger's name is kept
            event=_short(event, "logger", 100) or _short(event, "event", 100),
            code=_short(event, "code", 50),
            kind=kind,
            trace=trace,
            request=_short(event, "request", 32),
            job=_short(event, "job", 36).replace("-", "")[:8],
            process=self.process,
        )


JOURNAL = Journal()
"""The one error log of this process."""


def _short(event: Event, key: str, length: int) -> str:
    return str(event.get(key) or "")[:length]


def _cause(event: Event) -> tuple[str, str]:
    """An exception's class and traceback, without its message, which may contain a user's text."""
    match event.get("exc_info"):
        case BaseException() as error:
            return type(error).__name__, _frames(error.__traceback__)
        case (_, BaseException() as error, _):
            return type(error).__name__, _frames(error.__traceback__)
        case None | False:
            told = _short(event, "error", 60)
            return told if told.isidentifier() else "", ""
    handled = sys.exception()
    return (type(handled).__name__, _frames(handled.__traceback__)) if handled else ("", "")


def _frames(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return "\n".join(f"{_inside(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)


def _inside(path: str) -> str:
    """The last three parts of a path, without the folders of this machine."""
    parts = path.replace("\\", "/").split("/")
    return "/".join(parts[-3:])
