"""One trouble at a time: deadly jobs, a stalled worker, a deploy, a cancel."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

from sqlmodel import col, select

from models.billing.credits import LedgerTransaction, TransactionKind
from models.jobs.job import Job, JobStatus
from models.messaging.deliveries import Delivery
from tools.chaos.audit import Finding, findings
from tools.chaos.script import DEADLY, Act, Script
from tools.chaos.world import World, is_gone, until

MOST_STARTS: Final = 3
GONE: Final = 1.0  # seconds a cancelled job's child may live on
LONG: Final = 20.0  # seconds; longer than any drill lets a film take


class Drills:
    """Runs one drill after the other in a world that accepts from here."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers = count(1_000_000)  # apart from what the accepting process numbers

    def all(self) -> list[Finding]:
        world = self._world
        world.ready(*world.setup.processes)
        drills: tuple[Callable[[], Finding], ...] = (self.cancel_queued, self.cancel_rendering, self.deploy, self.stall)
        return [*(drill() for drill in drills), *self.deadly_jobs(), *self._books()]

    def deadly_jobs(self) -> list[Finding]:
        """P4: the deaths of children at the same time, then that of the worker, which takes its other jobs along."""
        deaths_of_children = [act for act in DEADLY if act is not Act.KILL_WORKER]
        return [*self._run_deadly(deaths_of_children), *self._run_deadly([Act.KILL_WORKER])]

    def _run_deadly(self, acts: Sequence[Act]) -> list[Finding]:
        scripts = [self._script(act=act) for act in acts]
        self._world.order(*scripts)
        until(self._world.has_ended(*(each.number for each in scripts)), "deadly jobs have ended")
        return [self._stopped(script) for script in scripts]

    def _stopped(self, script: Script) -> Finding:
        starts = len(self._world.record.starts_of(script.number))
        job = self._job(script)
        kept = (
            job.status == JobStatus.FAILED
            and 1 <= starts <= MOST_STARTS
            and self._entries(job) == [TransactionKind.RELEASE]
            and self._parts(job) == ["failure"]
        )
        return Finding("P4", f"{script.act}: starts, code", f"{starts}, {job.code}", kept)

    def stall(self) -> Finding:
        """P5: a worker is stopped in the middle of a job for three leases, and comes back."""
        world, script = self._world, self._script(seconds=1.5)
        world.order(script)
        until(lambda: world.record.starts_of(script.number), "the job has begun")
        stalled = world.record.starts_of(script.number)[0].pid
        os.kill(stalled, signal.SIGSTOP)
        begun = time.monotonic()
        ended = world.has_ended(script.number)
        if len(world.setup.workers) > 1:
            until(ended, "another worker has done the job")
        until(lambda: time.monotonic() > begun + 3 * world.given.lease_seconds, "three leases have passed")
        os.kill(stalled, signal.SIGCONT)
        until(ended, "the job has ended")
        until(lambda: (stalled, script.number) in self._ends(), "the stalled worker has come to its end of the job")
        self._finish_another()
        job = self._job(script)
        once = self._entries(job) == [TransactionKind.CAPTURE] and self._parts(job) == ["film"]
        taken_over = job.fence > 1 or len(world.setup.workers) == 1
        seen = f"fence {job.fence}, charged and delivered once: {'yes' if once else 'NO'}"
        return Finding(
            "P5", "SIGSTOP for three leases, SIGCONT", seen, once and taken_over and job.status == JobStatus.DONE
        )

    def deploy(self) -> Finding:
        """P8: SIGTERM under load, to a worker in the middle of a job longer than its patience."""
        world = self._world
        long = self._script(seconds=world.given.patience + 2)
        backlog = [self._script(seconds=0.3) for _ in range(10)]
        world.order(long)
        until(lambda: world.record.starts_of(long.number), "the long job has begun")
        world.order(*backlog)
        worker = next(name for name in world.setup.workers if world.running[name].pid == self._owner(long))
        pid = world.terminate(worker)
        world.ready(worker)
        term = next(each.at for each in world.record.events("term") if each.pid == pid)
        claims = [each.at - term for each in world.record.events("start") if each.pid == pid and each.at > term]
        until(world.has_ended(*(each.number for each in (long, *backlog))), "everything is done after the deploy")
        attempts = [self._job(each).attempts for each in (long, *backlog)]
        done = all(self._job(each).status == JobStatus.DONE for each in (long, *backlog))
        seen = f"{max(claims, default=0):.2f} s, attempts counted {max(attempts)}"
        kept = done and set(attempts) == {1} and max(claims, default=0) <= GONE
        return Finding("P8", "SIGTERM under load: last claim after, nothing lost", seen, kept)

    def cancel_queued(self) -> Finding:
        """P10: cancelled while every hand is busy."""
        world = self._world
        busy = [self._script(seconds=LONG) for _ in range(world.given.hands * len(world.setup.workers))]
        world.order(*busy)
        until(lambda: all(world.record.starts_of(each.number) for each in busy), "every hand is busy")
        script = self._script()
        world.order(script)
        for each in (script, *busy):
            world.cancel(each.number)
        return self._cancelled(script, "queued", 0.0)

    def cancel_rendering(self) -> Finding:
        """P10: cancelled while its child is at work."""
        world, script = self._world, self._script(seconds=LONG)
        world.order(script)
        until(self._children, "the child tells its process id")
        children = self._children()
        world.cancel(script.number)
        seconds = until(lambda: all(is_gone(pid) for pid in children), "the child is gone")
        return self._cancelled(script, "rendering", seconds)

    def _cancelled(self, script: Script, where: str, seconds: float) -> Finding:
        self._finish_another()
        until(lambda: not self._world.left_behind(), "nothing is left behind")
        job = self._job(script)
        starts = len(self._world.record.starts_of(script.number))
        kept = (
            job.status == JobStatus.CANCELLED
            and self._entries(job) == [TransactionKind.RELEASE]
            and self._parts(job) == []
            and starts == (where == "rendering")
            and seconds <= GONE
        )
        return Finding("P10", f"cancelled while {where}: child gone after", f"{seconds:.2f} s", kept)

    def _finish_another(self) -> None:
        """Whoever is at work has had time to do what they should not."""
        script = self._script()
        self._world.order(script)
        until(self._world.has_ended(script.number), "another job is done")

    def _books(self) -> list[Finding]:
        return [each for each in findings(self._world) if each.promise == "P2" or not each.kept]

    def _script(self, act: Act = Act.FILM, seconds: float = 0.2) -> Script:
        return Script(number=next(self._numbers), act=act, seconds=seconds)

    def _children(self) -> list[int]:
        """Process ids that children at work have told."""
        told = [path.read_text() for path in self._world.site.pipeline.retention.temp_folder.glob("*/pid")]
        return [int(text) for text in told if text]

    def _ends(self) -> set[tuple[int, int]]:
        return {(event.pid, event.number) for event in self._world.record.events("end")}

    def _owner(self, script: Script) -> int:
        return self._world.record.starts_of(script.number)[-1].pid

    def _job(self, script: Script) -> Job:
        job = self._world.job(script.number)
        assert job is not None
        return job

    def _entries(self, job: Job) -> list[str]:
        """How the job's credits were settled."""
        with self._world.site.db.read_transaction() as session:
            wanted = select(LedgerTransaction.kind).where(col(LedgerTransaction.job_id) == job.id)
            return [kind for kind in session.exec(wanted) if kind != TransactionKind.RESERVE]

    def _parts(self, job: Job) -> list[str]:
        """What the chat is owed for the job."""
        with self._world.site.db.read_transaction() as session:
            return list(session.exec(select(Delivery.part).where(col(Delivery.job_id) == job.id)))
