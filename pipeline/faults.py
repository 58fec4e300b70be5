"""What a process's log tells of errors, written to the database too, where the operator finds it from a chat."""

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
MOST = 200  # lines that wait to be written; while the database is away older ones give way
FRAMES = 12  # of a trace, the innermost
Event = MutableMapping[str, Any]


@dataclass(slots=True)
class Journal:
    """Notes lines as they are logged, maybe inside a transaction, and writes them later. Threads may share it."""

    process: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")
    _unwritten: deque[Fault] = field(default_factory=lambda: deque(maxlen=MOST))

    def note(self, _logger: object, method: str, event: Event) -> Event:
        """A processor of structlog's: keeps what an error's line says, and changes nothing of it."""
        if method in ERRORS:
            self._unwritten.append(self._fault(event))
        return event

    def write(self, db: Database) -> None:
        """Write what was noted. Raises SQLAlchemyError while the database is away, and nothing is lost."""
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
            event=_short(event, "logger", 100) or _short(event, "event", 100),  # what libraries say is not ours to keep
            code=_short(event, "code", 50),
            kind=kind,
            trace=trace,
            request=_short(event, "request", 32),
            job=_short(event, "job", 36).replace("-", "")[:8],
            process=self.process,
        )


JOURNAL = Journal()
"""A process has one log, and so one of these."""


def _short(event: Event, key: str, length: int) -> str:
    return str(event.get(key) or "")[:length]


def _cause(event: Event) -> tuple[str, str]:
    """An exception's class, and where it came from: what it says may be a person's own words."""
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
    """A path from its package on, without the folders of this machine."""
    parts = path.replace("\\", "/").split("/")
    return "/".join(parts[-3:])
