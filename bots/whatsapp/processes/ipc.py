"""Messages between a gateway process and its supervisor, over pipes: one JSON object a line."""

import json
import math
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pipeline import WakeupQueue

STUCK_EXIT_CODE = 75  # exit code of a gateway that hangs in neonize, after it has reported the session


@dataclass(frozen=True, slots=True)
class SessionAssignment:
    """The complete set of a gateway's sessions, and until when they are its: in seconds of the machine's monotonic
    clock, which all its processes share. It is extended by the next assignment.
    """

    session_ids: frozenset[UUID] = frozenset()
    valid_until: float = math.inf


def encode_assignment(assignment: SessionAssignment) -> bytes:
    """Message to a gateway."""
    session_ids = sorted(session_id.hex for session_id in assignment.session_ids)
    return _encode_line({"sessions": session_ids, "valid_until": assignment.valid_until})


def parse_assignment(line: bytes) -> SessionAssignment | None:
    """The assignment in a line; None for any other line."""
    message = parse_line(line)
    if "sessions" not in message:
        return None
    return SessionAssignment(frozenset(UUID(hex=each) for each in message["sessions"]), float(message["valid_until"]))


def parse_line(line: bytes) -> dict[str, Any]:
    """The JSON object of a line; empty for an invalid one."""
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


@dataclass(slots=True)
class SupervisorPipe:
    """The gateway's end of the pipe to its supervisor. Its methods may be called from any thread.

    Writes to a supervisor that is gone are ignored; the gateway stops when its standard input is closed.
    """

    descriptor: int

    def send_heartbeat(self) -> None:
        self._send({"beat": True})

    def send_wake(self, job_id: UUID) -> None:
        self._send({"wake": job_id.hex})

    def send_stuck(self, session_id: UUID) -> None:
        self._send({"stuck": session_id.hex})

    def _send(self, message: dict[str, Any]) -> None:
        try:
            os.write(
                self.descriptor, _encode_line(message)
            )  # shorter than PIPE_BUF, so writes are atomic and lines never mix
        except OSError:
            return


class SupervisorQueue(WakeupQueue):
    """The queue of a gateway whose workers run in the supervisor's process: forwards wake-ups there."""

    def __init__(self, broker: Any, supervisor_pipe: SupervisorPipe) -> None:
        super().__init__(broker)
        self._supervisor_pipe = supervisor_pipe

    def wake_worker(self, job_id: UUID) -> None:
        self._supervisor_pipe.send_wake(job_id)


def start_listener(
    descriptor: int, on_assignment: Callable[[SessionAssignment], None], on_end: Callable[[], None]
) -> None:
    """Read the supervisor's messages in a separate thread until the supervisor ends, however it ends."""

    def run() -> None:
        with os.fdopen(descriptor, "rb", closefd=False) as lines:
            for line in lines:
                assignment = parse_assignment(line)
                if assignment is not None:
                    on_assignment(assignment)
        on_end()

    threading.Thread(target=run, name="supervisor", daemon=True).start()


def _encode_line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"
