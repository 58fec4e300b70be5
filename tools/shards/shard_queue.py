"""Simulation of one shard: the jobs of its tenants, claimed in the order of `storage.jobs.scheduling`.

Persons are left out: all of a tenant's are in one shard, and come in turn there as they do now.
"""

import heapq
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from storage.jobs.scheduling import MAX_CONSECUTIVE_PAID, JobStart, is_free_due
from tools.shards.shard_choice import Head

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class SimulatedJob:
    """A job, `seconds` long. `fence` grows with each claim, and when the job is taken from its worker."""

    number: int
    tenant: str
    paid: bool
    created_at: float
    seconds: float
    fence: int = 0
    started_at: float | None = None
    settled: int = 0  # how many times a result was accepted
    renders: int = 0


@dataclass(slots=True)
class ShardQueue:
    """The queue of a shard: the tenant served longest ago is next, of a tenant the oldest job."""

    served: dict[str, float] = field(default_factory=dict)  # last start by tenant
    running: dict[int, SimulatedJob] = field(default_factory=dict)
    is_up: bool = True
    _jobs: dict[tuple[bool, str], deque[SimulatedJob]] = field(default_factory=lambda: defaultdict(deque))
    _turns: dict[bool, list[tuple[float, float, str]]] = field(default_factory=lambda: {True: [], False: []})
    _interrupted: deque[SimulatedJob] = field(default_factory=deque)
    _starts: deque[JobStart] = field(default_factory=lambda: deque(maxlen=MAX_CONSECUTIVE_PAID))

    def enter(self, job: SimulatedJob) -> None:
        """Add a job that waits for its first start, or for another one."""
        if job.started_at is not None:
            self._interrupted.append(job)
            return
        jobs = self._jobs[job.paid, job.tenant]
        jobs.append(job)
        if len(jobs) == 1:
            self._push_turn(job)

    def find_head(self) -> Head | None:
        if self._interrupted:
            job = self._interrupted[0]
            return Head(job.paid, False, START, at(job.created_at), is_interrupted=True)
        paid, free = self._find_turn(True), self._find_turn(False)
        is_due = free is not None and is_free_due(self._starts, at(free[1]))
        turn = free if is_due or paid is None else paid
        return Head(turn is paid, is_due, at(turn[0]), at(turn[1])) if turn else None

    def claim(self, now: float) -> SimulatedJob | None:
        """Start the job that is next."""
        job = self._interrupted.popleft() if self._interrupted else self._start_next(now)
        if job is not None:
            job.fence += 1
            job.started_at = now if job.started_at is None else job.started_at
            self.running[job.number] = job
        return job

    def settle(self, job: SimulatedJob, fence: int) -> bool:
        """Accept a result; False when the shard is down, or the job is no longer the worker's."""
        if not self.is_up or job.fence != fence:
            return False
        del self.running[job.number]
        job.settled += 1
        return True

    def interrupt(self, job: SimulatedJob) -> None:
        """Take a job from its worker, to be started anew, as when its lease has ended."""
        del self.running[job.number]
        job.fence += 1
        self._interrupted.append(job)

    def remove_tenant(self, tenant: str) -> list[SimulatedJob]:
        """Take all jobs of a tenant that wait: none of them is claimed here any more."""
        restarted = [job for job in self._interrupted if job.tenant == tenant]
        self._interrupted = deque(job for job in self._interrupted if job.tenant != tenant)
        fresh = [job for paid in (True, False) for job in self._jobs.pop((paid, tenant), ())]
        return [*restarted, *fresh]

    def count_running(self, tenant: str) -> int:
        return sum(job.tenant == tenant for job in self.running.values())

    def _start_next(self, now: float) -> SimulatedJob | None:
        """Take the job whose turn it is out of the queue, and move its tenant to the end."""
        head = self.find_head()
        if head is None:
            return None
        tenant = heapq.heappop(self._turns[head.paid])[2]
        jobs = self._jobs[head.paid, tenant]
        job = jobs.popleft()
        self.served[tenant] = now
        self._starts.appendleft(JobStart(job.paid, at(now)))
        if jobs:
            self._push_turn(jobs[0])
        return job

    def _push_turn(self, job: SimulatedJob) -> None:
        turn = self.served.get(job.tenant, -1.0), job.created_at, job.tenant
        heapq.heappush(self._turns[job.paid], turn)

    def _find_turn(self, paid: bool) -> tuple[float, float, str] | None:
        """The turn of the tenant that is next; entries that were overtaken are replaced."""
        turns = self._turns[paid]
        while turns:
            served, since, tenant = turns[0]
            jobs = self._jobs.get((paid, tenant))
            if jobs and (served, since) == (self.served.get(tenant, -1.0), jobs[0].created_at):
                return turns[0]
            heapq.heappop(turns)
            if jobs and (served, since) < (self.served.get(tenant, -1.0), jobs[0].created_at):
                self._push_turn(jobs[0])
        return None


def at(seconds: float) -> datetime:
    """A time of the simulation."""
    return START + timedelta(seconds=seconds)
