"""Manager of one gateway process: starts it, watches its heartbeats, kills it when silent, restarts it with backoff."""

import asyncio
import contextlib
import math
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from bots.whatsapp.processes.ipc import SessionAssignment, encode_assignment, parse_line
from models.retries import WHATSAPP_BACKOFF, Backoff

log = structlog.get_logger(__name__)

TRACEBACK_SECONDS = 0.5  # seconds for the traceback of a hanging process

ProcessLauncher = Callable[[int], Awaitable[Process]]  # its argument is the write end of the pipe


@dataclass(frozen=True, slots=True)
class ProcessTimings:
    """Seconds. A process that ran for `stable_after` resets the backoff."""

    heartbeat_timeout: float = 60.0
    stop_timeout: float = 10.0
    poll_seconds: float = 1.0
    backoff: Backoff = WHATSAPP_BACKOFF
    stable_after: float = 3600.0


@dataclass(frozen=True, slots=True)
class ExitReason:
    """Why a process ended: by itself, killed for missing heartbeats, or stuck in one session."""

    session_ids: frozenset[UUID]
    was_silent: bool = False
    stuck_session_id: UUID | None = None


@dataclass(slots=True, eq=False)
class ProcessManager:
    """Runs until stopped. `on_exit` is called when a process ended, before the next one starts, and may assign other
    sessions. `wake` is called with the ids of waiting jobs. `failure_count` starts at one for isolated sessions."""

    launch: ProcessLauncher
    wake: Callable[[UUID], None]
    on_exit: Callable[[ExitReason], None]
    timings: ProcessTimings = field(default_factory=ProcessTimings)
    session_ids: set[UUID] = field(default_factory=set)
    failure_count: int = 0
    valid_until: float = math.inf
    _stop_event: asyncio.Event = field(default_factory=asyncio.Event)
    _process: Process | None = None
    _last_heartbeat_at: float = 0.0
    _stuck_session_id: UUID | None = None

    def assign(self, session_ids: Collection[UUID], valid_until: float = math.inf) -> None:
        """Run exactly these sessions until that time, in monotonic seconds; the process is told at once."""
        if (self.session_ids, self.valid_until) != (set(session_ids), valid_until):
            self.session_ids, self.valid_until = set(session_ids), valid_until
            self._send_assignment()

    def stop(self) -> None:
        self._stop_event.set()

    async def run(self) -> None:
        if self.failure_count:
            await self._wait_backoff()
        while not self._stop_event.is_set():
            started_at = self._get_now()
            exit_reason = await self._run_process()
            if self._stop_event.is_set():
                return
            log.warning(
                "gateway-exited",
                silent=exit_reason.was_silent,
                stuck=exit_reason.stuck_session_id and exit_reason.stuck_session_id.hex,
            )
            self.failure_count = (
                1 if self._get_now() - started_at >= self.timings.stable_after else self.failure_count + 1
            )
            self.on_exit(exit_reason)
            await self._wait_backoff()

    async def _wait_backoff(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.timings.backoff.delay_for(self.failure_count)):
                await self._stop_event.wait()

    async def _run_process(self) -> ExitReason:
        """Start a process, and watch it until it has ended."""
        read_end, write_end = os.pipe()
        try:
            process = await self.launch(write_end)
        finally:
            os.close(write_end)
        self._process, self._stuck_session_id, self._last_heartbeat_at = process, None, self._get_now()
        self._send_assignment()
        listen_task = asyncio.create_task(self._listen(read_end))
        try:
            was_silent = await self._watch(process)
            await listen_task
        finally:
            self._process = None
            listen_task.cancel()
            await asyncio.gather(listen_task, return_exceptions=True)
        return ExitReason(frozenset(self.session_ids), was_silent, self._stuck_session_id)

    async def _watch(self, process: Process) -> bool:
        """Wait for the process to end; kill it when its heartbeats stop. Returns whether it was killed for that."""
        exit_task = asyncio.create_task(process.wait())
        stop_task = asyncio.create_task(self._stop_event.wait())
        try:
            while not exit_task.done():
                await asyncio.wait(
                    [exit_task, stop_task], timeout=self.timings.poll_seconds, return_when=asyncio.FIRST_COMPLETED
                )
                if stop_task.done():
                    await self._terminate(process, exit_task)
                elif (
                    not exit_task.done() and self._get_now() - self._last_heartbeat_at > self.timings.heartbeat_timeout
                ):
                    log.error("gateway-heartbeat-missed", seconds=round(self._get_now() - self._last_heartbeat_at))
                    await _kill_with_traceback(process, exit_task)
                    return True
        finally:
            stop_task.cancel()
            if process.returncode is None:  # this task was cancelled
                _kill_group(process)
        return False

    async def _terminate(self, process: Process, exit_task: "asyncio.Task[int]") -> None:
        """Send SIGTERM and close standard input, which also makes it stop; kill it after the timeout."""
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.wait([exit_task], timeout=self.timings.stop_timeout)
        if not exit_task.done():
            log.error("gateway-stop-timeout")
            await _kill_with_traceback(process, exit_task)

    async def _listen(self, read_end: int) -> None:
        """Read the messages of the process until the write end of the pipe is closed."""
        reader = asyncio.StreamReader()
        with os.fdopen(read_end, "rb") as pipe:
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(reader), pipe
            )
            try:
                while line := await reader.readline():
                    self._last_heartbeat_at = self._get_now()
                    self._handle_line(line)
            finally:
                transport.close()

    def _handle_line(self, line: bytes) -> None:
        match parse_line(line):
            case {"wake": str(job_id)}:
                self.wake(UUID(hex=job_id))
            case {"stuck": str(number)}:
                self._stuck_session_id = UUID(hex=number)

    def _send_assignment(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            assignment = SessionAssignment(frozenset(self.session_ids), self.valid_until)
            self._process.stdin.write(encode_assignment(assignment))

    @staticmethod
    def _get_now() -> float:
        return asyncio.get_running_loop().time()


async def _kill_with_traceback(process: Process, exit_task: "asyncio.Task[int]") -> None:
    """Let the process log a traceback of where it hangs, then kill it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process.pid, signal.SIGUSR1)
    await asyncio.wait([exit_task], timeout=TRACEBACK_SECONDS)
    _kill_group(process)
    await exit_task


def _kill_group(process: Process) -> None:
    """Kill the whole process group, children included."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
