"""Manager of one gateway process: starts it, watches its heartbeats, kills it when silent, restarts it with backoff."""

import asyncio
import contextlib
import os
import random
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from bots.whatsapp.processes.ipc import assignment, read

log = structlog.get_logger(__name__)

LAST_WORDS = 0.5  # seconds for the traceback of a hanging process

Launch = Callable[[int], Awaitable[Process]]  # its argument is the write end of the pipe


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds. A process that ran for `stable_after` resets the backoff."""

    silence: float = 60.0
    grace: float = 10.0
    look: float = 1.0
    first_pause: float = 5.0
    longest_pause: float = 600.0
    settled: float = 3600.0

    def pause(self, failures: int) -> float:
        longest = min(self.first_pause * 2.0 ** min(failures - 1, 20), self.longest_pause)
        return longest * random.uniform(0.75, 1.25)  # noqa: S311 - no security depends on it


@dataclass(frozen=True, slots=True)
class Fate:
    """Why a process ended: by itself, killed for missing heartbeats, or stuck in one session."""

    numbers: frozenset[UUID]
    silent: bool = False
    stuck: UUID | None = None


@dataclass(slots=True, eq=False)
class Warden:
    """Runs until stopped. `on_exit` is called when a process ended, before the next one starts, and may assign other
    sessions. `wake` is called with the ids of waiting jobs. `failure_count` starts at one for isolated sessions."""

    launch: Launch
    wake: Callable[[UUID], None]
    ended: Callable[[Fate], None]
    rhythm: Rhythm = field(default_factory=Rhythm)
    numbers: set[UUID] = field(default_factory=set)
    failures: int = 0
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _process: Process | None = None
    _heard: float = 0.0
    _stuck: UUID | None = None

    def assign(self, numbers: Collection[UUID]) -> None:
        """Run exactly these sessions; the process is told at once."""
        if self.numbers != set(numbers):
            self.numbers = set(numbers)
            self._tell()

    def end(self) -> None:
        self._over.set()

    async def run(self) -> None:
        if self.failures:
            await self._rest()
        while not self._over.is_set():
            began = self._now()
            fate = await self._attended()
            if self._over.is_set():
                return
            log.warning("gateway-ended", silent=fate.silent, stuck=fate.stuck and fate.stuck.hex)
            self.failures = 1 if self._now() - began >= self.rhythm.settled else self.failures + 1
            self.ended(fate)
            await self._rest()

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.rhythm.pause(self.failures)):
                await self._over.wait()

    async def _attended(self) -> Fate:
        """Start a process, and watch it until it has ended."""
        outlet, inlet = os.pipe()
        try:
            process = await self.launch(inlet)
        finally:
            os.close(inlet)
        self._process, self._stuck, self._heard = process, None, self._now()
        self._tell()
        listening = asyncio.create_task(self._listen(outlet))
        try:
            silent = await self._watched(process)
            await listening
        finally:
            self._process = None
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        return Fate(frozenset(self.numbers), silent, self._stuck)

    async def _watched(self, process: Process) -> bool:
        """Wait for the process to end; kill it when its heartbeats stop. Returns whether it was killed for that."""
        ended = asyncio.create_task(process.wait())
        over = asyncio.create_task(self._over.wait())
        try:
            while not ended.done():
                await asyncio.wait([ended, over], timeout=self.rhythm.look, return_when=asyncio.FIRST_COMPLETED)
                if over.done():
                    await self._ended_gently(process, ended)
                elif not ended.done() and self._now() - self._heard > self.rhythm.silence:
                    log.error("gateway-silent", seconds=round(self._now() - self._heard))
                    await _ended_by_force(process, ended)
                    return True
        finally:
            over.cancel()
            if process.returncode is None:  # this task was cancelled
                _killed(process)
        return False

    async def _ended_gently(self, process: Process, ended: "asyncio.Task[int]") -> None:
        """Send SIGTERM and close standard input, which also makes it stop; kill it after the timeout."""
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.wait([ended], timeout=self.rhythm.grace)
        if not ended.done():
            log.error("gateway-does-not-end")
            await _ended_by_force(process, ended)

    async def _listen(self, outlet: int) -> None:
        """Read the messages of the process until the write end of the pipe is closed."""
        reader = asyncio.StreamReader()
        with os.fdopen(outlet, "rb") as pipe:
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(reader), pipe
            )
            try:
                while line := await reader.readline():
                    self._heard = self._now()
                    self._hear(line)
            finally:
                transport.close()

    def _hear(self, line: bytes) -> None:
        match read(line):
            case {"wake": str(job_id)}:
                self.wake(UUID(hex=job_id))
            case {"stuck": str(number)}:
                self._stuck = UUID(hex=number)

    def _tell(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(assignment(self.numbers))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


async def _ended_by_force(process: Process, ended: "asyncio.Task[int]") -> None:
    """Let the process log a traceback of where it hangs, then kill it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process.pid, signal.SIGUSR1)
    await asyncio.wait([ended], timeout=LAST_WORDS)
    _killed(process)
    await ended


def _killed(process: Process) -> None:
    """Kill the whole process group, children included."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
