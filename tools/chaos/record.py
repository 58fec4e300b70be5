"""What happened when, told by every process of a run into one file; lines survive whoever wrote them."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Event:
    """`what` happened to job `number` in process `pid`, `at` seconds of the machine's monotonic clock."""

    what: str
    number: int
    pid: int
    at: float


@dataclass(frozen=True, slots=True)
class Record:
    """An append-only file: one write a line, so that processes do not tear each other's."""

    path: Path

    @classmethod
    def within(cls, folder: Path) -> Self:
        return cls(folder / "record.jsonl")

    def note(self, what: str, number: int = -1, pid: int | None = None) -> None:
        line = json.dumps([what, number, pid or os.getpid(), time.monotonic()]) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def events(self, what: str = "") -> list[Event]:
        """Everything noted so far, or everything of a kind, in order."""
        if not self.path.exists():
            return []
        found = [Event(*json.loads(line)) for line in self.path.read_text().splitlines()]
        return [event for event in found if what in {"", event.what}]

    def starts_of(self, number: int) -> list[Event]:
        return [event for event in self.events("start") if event.number == number]
