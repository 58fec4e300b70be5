"""Simulation of workers that claim from several shards, with outages and moves of tenants, event by event.

A shard does one thing at a time, each as long as it was measured on the real database. A worker follows
`shard_choice.ShardChooser` step by step. Times are seconds since the beginning.
"""

import heapq
import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from storage.jobs.scheduling import JobStart
from tools.shards.shard_choice import Claim, Peek, Policy, ShardChooser, ShardDown, Steps
from tools.shards.shard_map import ShardMap
from tools.shards.shard_queue import ShardQueue, SimulatedJob, at

TIMEOUT: Final = 2.0  # until a worker knows that a shard does not answer
IDLE: Final = 1.0  # until a worker that found nothing looks again
LEASE: Final = 30.0  # until a job whose shard was down, or whose tenant moves, is taken from its worker
COPY: Final = 5.0  # to copy a tenant's rows


@dataclass(frozen=True, slots=True)
class Costs:
    """What a shard needs for each request, in seconds."""

    claim: float
    peek: float


@dataclass(slots=True)
class SimulatedWorker:
    """A worker, what it is doing, and whose answer it waits for."""

    chooser: ShardChooser
    steps: Steps | None = None


@dataclass(slots=True)
class Simulation:
    """`started` and `done` are the jobs in order; `lost` counts renders whose result was not accepted."""

    shard_map: ShardMap
    costs: Costs
    now: float = 0.0
    started: list[SimulatedJob] = field(default_factory=list)
    done: list[SimulatedJob] = field(default_factory=list)
    lost: int = 0
    shards: dict[str, ShardQueue] = field(init=False)
    _held: dict[str, list[SimulatedJob]] = field(default_factory=dict)  # by tenant that is being moved
    _busy_until: dict[str, float] = field(default_factory=dict)
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: Any = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.shards = {name: ShardQueue() for name in self.shard_map.shards}

    def add_workers(self, number: int, policy: Policy, seed: int = 0) -> None:
        """Workers, bound to the shards in turn where the policy binds them."""
        names = self.shard_map.shards
        for index in range(number):
            chance = random.Random(seed * 1_000_003 + index)
            chooser = ShardChooser(names, policy, names[index % len(names)], chance)
            worker = SimulatedWorker(chooser)
            self._schedule(chance.random() * IDLE / 10, lambda worker=worker: self._look(worker))

    def add_jobs(self, jobs: Iterable[SimulatedJob]) -> None:
        """Jobs that are submitted at their time."""
        for job in jobs:
            self._schedule(job.created_at, lambda job=job: self._submit(job))

    def fail_shard(self, shard: str, begin: float, end: float) -> None:
        """An outage; jobs that run meanwhile are begun anew once the shard is back and their leases have ended."""
        self._schedule(begin, lambda: self._set_up(shard, is_up=False))
        self._schedule(end, lambda: self._set_up(shard, is_up=True))

    def move_tenant(self, tenant: str, shard: str, begin: float) -> None:
        """Move a tenant: claims of its jobs end at once, jobs that run may end within a lease, then rows are copied."""
        self._schedule(begin, lambda: self._freeze(tenant, shard))

    def run_until(self, end: float) -> None:
        while self._events and self._events[0][0] <= end:
            self.now, _, action = heapq.heappop(self._events)
            action()
        self.now = end

    def _schedule(self, time: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._events, (time, next(self._numbers), action))

    def _submit(self, job: SimulatedJob) -> None:
        if job.tenant in self._held:
            self._held[job.tenant].append(job)
        else:
            self.shards[self.shard_map.find_shard(job.tenant)].enter(job)

    def _look(self, worker: SimulatedWorker) -> None:
        worker.steps = worker.chooser.iterate_steps(self.now)
        self._advance(worker, next)

    def _advance(self, worker: SimulatedWorker, resume: Callable[[Steps], Peek | Claim]) -> None:
        """Give the answer to the worker, and have the shard of its next request work on that."""
        assert worker.steps is not None
        try:
            request = resume(worker.steps)
        except StopIteration as stop:
            self._begin(worker, stop.value)
            return
        if not self.shards[request.shard].is_up:
            self._schedule(
                self.now + TIMEOUT, lambda: self._advance(worker, lambda steps: steps.throw(ShardDown(request.shard)))
            )
            return
        cost = self.costs.claim if isinstance(request, Claim) else self.costs.peek
        end = max(self.now, self._busy_until.get(request.shard, 0.0)) + cost
        self._busy_until[request.shard] = end
        self._schedule(end, lambda: self._answer(worker, request))

    def _answer(self, worker: SimulatedWorker, request: Peek | Claim) -> None:
        shard = self.shards[request.shard]
        if not shard.is_up:
            self._advance(worker, lambda steps: steps.throw(ShardDown(request.shard)))
            return
        answer = shard.claim(self.now) if isinstance(request, Claim) else shard.find_head()
        self._advance(worker, lambda steps: steps.send(answer))

    def _begin(self, worker: SimulatedWorker, claimed: tuple[str, SimulatedJob] | None) -> None:
        if claimed is None:
            self._schedule(self.now + IDLE, lambda: self._look(worker))
            return
        shard, job = claimed
        fence = job.fence
        job.renders += 1
        self.started.append(job)
        worker.chooser.record_start(JobStart(job.paid, at(self.now)))
        self._schedule(self.now + job.seconds, lambda: self._end(worker, shard, job, fence))

    def _end(self, worker: SimulatedWorker, shard: str, job: SimulatedJob, fence: int) -> None:
        if self.shards[shard].settle(job, fence):
            self.done.append(job)
        else:
            self.lost += 1
        self._look(worker)

    def _set_up(self, shard: str, *, is_up: bool) -> None:
        """Leases are judged when the shard is back: what ended meanwhile, or ran out, is begun anew."""
        queue = self.shards[shard]
        queue.is_up = is_up
        if is_up:
            for job in list(queue.running.values()):
                self._schedule(self.now + LEASE, lambda job=job, fence=job.fence: self._expire(shard, job, fence))

    def _expire(self, shard: str, job: SimulatedJob, fence: int) -> None:
        queue = self.shards[shard]
        if job.number in queue.running and job.fence == fence:
            queue.interrupt(job)

    def _freeze(self, tenant: str, target: str) -> None:
        source = self.shards[self.shard_map.find_shard(tenant)]
        self._held[tenant] = source.remove_tenant(tenant)
        self._wait_for_running(source, tenant, target, self.now + LEASE)

    def _wait_for_running(self, source: ShardQueue, tenant: str, target: str, deadline: float) -> None:
        if source.count_running(tenant) and self.now < deadline:
            self._schedule(self.now + IDLE, lambda: self._wait_for_running(source, tenant, target, deadline))
            return
        for job in [each for each in source.running.values() if each.tenant == tenant]:
            source.interrupt(job)
        self._held[tenant] += source.remove_tenant(tenant)
        self._schedule(self.now + COPY, lambda: self._open(source, tenant, target))

    def _open(self, source: ShardQueue, tenant: str, target: str) -> None:
        self.shard_map = self.shard_map.move_tenant(tenant, target)
        queue = self.shards[target]
        if tenant in source.served:
            queue.served[tenant] = source.served.pop(tenant)
        for job in self._held.pop(tenant):
            queue.enter(job)
