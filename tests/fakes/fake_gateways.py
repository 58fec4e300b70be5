"""Fake gateway processes: each logs its assignments to a file, and behaves as configured."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

SCRIPT = """
import json, os, signal, sys, threading, time

pipe, journal, manner = int(sys.argv[1]), sys.argv[2], sys.argv[3]

def note(what, about=""):
    with open(journal, "a") as file:
        file.write(json.dumps([os.getpid(), what, about]) + "\\n")

def say(**told):
    os.write(pipe, json.dumps(told).encode() + b"\\n")

def beat():
    while True:
        say(beat=True)
        time.sleep(0.05)

signal.signal(signal.SIGUSR1, lambda *_: note("last words"))
note("began")
if manner == "dies":
    sys.exit(1)
if manner == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if manner != "silent":
    threading.Thread(target=beat, daemon=True).start()
if manner.startswith("wakes:"):
    say(wake=manner.partition(":")[2])
for line in sys.stdin:
    told = json.loads(line)
    numbers = told["sessions"]
    note("assigned", numbers)
    note("deadline", told["valid_until"])
    if manner.startswith("stuck:") and manner.partition(":")[2] in numbers:
        say(stuck=manner.partition(":")[2])
        os._exit(75)
note("alone")
while manner == "deaf":
    time.sleep(1)
"""


@dataclass
class FakeGatewayLauncher:
    """Starts fake gateways. `behaviour` of the next ones: lives, dies, silent, deaf, stuck:<hex>, wakes:<hex>."""

    log_path: Path
    behaviour: str = "lives"
    processes: list[Process] = field(default_factory=list)

    async def launch(self, pipe: int) -> Process:
        command = [sys.executable, "-S", "-c", SCRIPT, str(pipe), str(self.log_path), self.behaviour]
        process = await create_subprocess_exec(*command, stdin=PIPE, pass_fds=(pipe,), start_new_session=True)
        self.processes.append(process)
        return process

    def read_events(self, kind: str) -> list[tuple[int, object]]:
        """Logged events of that kind: process id and detail of each."""
        lines = self.log_path.read_text().splitlines() if self.log_path.exists() else []
        return [(pid, detail) for pid, event, detail in map(json.loads, lines) if event == kind]

    def read_assignments(self) -> dict[int, set[UUID]]:
        """The last assignment of each live process."""
        last = dict(self.read_events("assigned"))
        alive = {process.pid for process in self.processes if process.returncode is None}
        return {pid: {UUID(hex=each) for each in session_ids} for pid, session_ids in last.items() if pid in alive}  # type: ignore[attr-defined]

    def read_deadlines(self) -> dict[int, float]:
        """Until when the last assignment of each process is valid, in monotonic seconds."""
        return dict(self.read_events("deadline"))  # type: ignore[arg-type]

    def kill_process(self, pid: int) -> None:
        os.kill(pid, 9)

    async def wait_until(self, predicate: Callable[[], object]) -> None:
        """Wait until the predicate holds, ten seconds at most."""
        async with asyncio.timeout(10):
            while not predicate():  # noqa: ASYNC110 - a file sends no event
                await asyncio.sleep(0.01)
