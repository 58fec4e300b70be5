"""Messages between a gateway process and its supervisor, over pipes: one JSON object a line."""

import json
import os
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pipeline.jobs.queue import WakeupQueue

STUCK = 75  # exit code of a gateway that hangs in neonize, after it has reported the session


def assignment(numbers: Collection[UUID]) -> bytes:
    """Message to a gateway: the complete set of its sessions."""
    return _line({"sessions": sorted(number.hex for number in numbers)})


def assigned(line: bytes) -> set[UUID] | None:
    """The sessions of an assignment line; None for any other line."""
    told = read(line)
    return {UUID(hex=number) for number in told["sessions"]} if "sessions" in told else None


def read(line: bytes) -> dict[str, Any]:
    """The JSON object of a line; empty for an invalid one."""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


@dataclass(slots=True)
class Report:
    """The gateway's end of the pipe to its supervisor. Its methods may be called from any thread.

    Writes to a supervisor that is gone are ignored; the gateway stops when its standard input is closed.
    """

    descriptor: int

    def beat(self) -> None:
        self._say({"beat": True})

    def wake(self, job_id: UUID) -> None:
        self._say({"wake": job_id.hex})

    def stuck(self, number: UUID) -> None:
        self._say({"stuck": number.hex})

    def _say(self, told: dict[str, Any]) -> None:
        try:
            os.write(self.descriptor, _line(told))  # shorter than PIPE_BUF, so writes are atomic and lines never mix
        except OSError:
            return


class SupervisorsQueue(WakeupQueue):
    """The queue of a gateway whose workers run in the supervisor's process: forwards wake-ups there."""

    def __init__(self, broker: Any, report: Report) -> None:
        super().__init__(broker)
        self._report = report

    def wake_worker(self, job_id: UUID) -> None:
        self._report.wake(job_id)


def listen(descriptor: int, heard: Callable[[set[UUID]], None], ended: Callable[[], None]) -> None:
    """Read the supervisor's messages in a separate thread until the supervisor ends, however it ends."""

    def run() -> None:
        with os.fdopen(descriptor, "rb", closefd=False) as lines:
            for line in lines:
                numbers = assigned(line)
                if numbers is not None:
                    heard(numbers)
        ended()

    threading.Thread(target=run, name="supervisor", daemon=True).start()


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told).encode() + b"\n"
