"""Simulation of the claims of `scheduling`, as if no other job were submitted."""

import heapq
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.jobs import scheduling
from storage.jobs.scheduling import MAX_CONSECUTIVE_PAID, JobStart

LONG_AGO = datetime.min.replace(tzinfo=UTC)
CLAIM_INTERVAL = timedelta(microseconds=1)  # between two simulated claims


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A queued job, with the columns that determine its order."""

    id: uuid.UUID
    tenant: uuid.UUID
    person: uuid.UUID
    paid: bool
    at_once: int | None
    created_at: datetime
    started_at: datetime | None


class QueueSimulation:
    """Simulates the claims. As many jobs run as now, at least one, and those that started first finish first."""

    def __init__(
        self,
        queued_jobs: Sequence[QueuedJob],
        last: Mapping[uuid.UUID, datetime],
        starts: Sequence[JobStart],
        running: Sequence[uuid.UUID],
    ) -> None:
        self.last = defaultdict(lambda: LONG_AGO, last)  # last start by person and tenant
        self.running_counts = Counter(running)
        self._running = deque(running)
        self._worker_count = max(1, len(running))
        self._starts = deque(starts, maxlen=MAX_CONSECUTIVE_PAID)  # newest first
        self._clock = max([start.at for start in starts] + [job.created_at for job in queued_jobs], default=LONG_AGO)
        self._restarted = sorted((job for job in queued_jobs if job.started_at), key=_age_key_of)
        fresh = sorted((job for job in queued_jobs if not job.started_at), key=_age_key_of)
        self._paid = JobQueue(self, [job for job in fresh if job.paid])
        self._free = JobQueue(self, [job for job in fresh if not job.paid])
        self._free_submitted = deque(job.created_at for job in fresh if not job.paid)

    def iterate_order(self) -> Iterator[uuid.UUID]:
        while job := self._pick_next():
            self._start(job)
            yield job.id

    def _pick_next(self) -> QueuedJob | None:
        if self._restarted:
            return self._restarted.pop(0)
        if len(self._running) >= self._worker_count:
            self._finish_first()
        while True:
            oldest = self._free_submitted[0] if self._free_submitted else None
            first, second = self._paid, self._free
            if scheduling.is_free_due(self._starts, oldest):
                first, second = second, first
            if (job := first.pop_next() or second.pop_next()) or not self._running:
                return job
            self._finish_first()  # all waiting persons are at their limit of running jobs

    def _start(self, job: QueuedJob) -> None:
        self._clock += CLAIM_INTERVAL
        self._starts.appendleft(JobStart(job.paid, self._clock))
        self.last[job.person] = self.last[job.tenant] = self._clock
        self.running_counts[job.person] += 1
        self._running.append(job.person)
        if not job.paid and self._free_submitted:
            self._free_submitted.popleft()  # in order of age, so the first stands for any

    def _finish_first(self) -> None:
        person = self._running.popleft()
        self.running_counts[person] -= 1
        self._paid.readmit_person(person)
        self._free.readmit_person(person)


class JobQueue:
    """Queue of the paid or of the free jobs. Heaps hold lower bounds, corrected at the top: keys only ever grow."""

    def __init__(self, simulation: QueueSimulation, jobs: Sequence[QueuedJob]) -> None:
        self._simulation = simulation
        self._jobs: dict[uuid.UUID, deque[QueuedJob]] = defaultdict(deque)  # by person, oldest first
        for job in jobs:
            self._jobs[job.person].append(job)
        self._person_heaps: dict[uuid.UUID, list[PersonKey]] = defaultdict(list)  # by tenant
        self._tenant_heap: list[TenantEntry] = []
        self._entries: dict[uuid.UUID, TenantEntry] = {}  # the valid entry of each tenant
        self._at_limit: set[uuid.UUID] = set()  # persons at their limit of running jobs
        for person, person_jobs in self._jobs.items():
            heapq.heappush(self._person_heaps[person_jobs[0].tenant], self._build_person_key(person))
        for tenant in self._person_heaps:
            self._push_tenant(tenant)

    def pop_next(self) -> QueuedJob | None:
        """Remove and return the next job; None when no person may start one."""
        while self._tenant_heap:
            entry = heapq.heappop(self._tenant_heap)
            tenant = entry[2]
            if entry is not self._entries.get(tenant):
                continue
            best = self._find_best(tenant)
            if best is not None and entry[:2] == (self._simulation.last[tenant], best):
                job = self._jobs[best[2]].popleft()
                self._push_tenant(tenant)
                return job
            self._push_tenant(tenant)
        return None

    def readmit_person(self, person: uuid.UUID) -> None:
        """Let a person start jobs again after one finished."""
        if person in self._at_limit:
            self._at_limit.discard(person)
            tenant = self._jobs[person][0].tenant
            heapq.heappush(self._person_heaps[tenant], self._build_person_key(person))
            self._push_tenant(tenant)

    def _push_tenant(self, tenant: uuid.UUID) -> None:
        best = self._find_best(tenant)
        if best is not None:
            self._entries[tenant] = entry = (self._simulation.last[tenant], best, tenant)
            heapq.heappush(self._tenant_heap, entry)

    def _find_best(self, tenant: uuid.UUID) -> "PersonKey | None":
        person_heap = self._person_heaps[tenant]
        while person_heap:
            person = person_heap[0][2]
            if not self._jobs[person]:
                heapq.heappop(person_heap)
            elif self._is_at_limit(person):
                heapq.heappop(person_heap)
                self._at_limit.add(person)
            elif person_heap[0] < (key := self._build_person_key(person)):
                heapq.heapreplace(person_heap, key)
            else:
                return key
        return None

    def _is_at_limit(self, person: uuid.UUID) -> bool:
        at_once = self._jobs[person][0].at_once
        return at_once is not None and self._simulation.running_counts[person] >= at_once

    def _build_person_key(self, person: uuid.UUID) -> "PersonKey":
        return self._simulation.last[person], _age_key_of(self._jobs[person][0]), person


PersonKey = tuple[datetime, tuple[datetime, uuid.UUID], uuid.UUID]
TenantEntry = tuple[datetime, PersonKey, uuid.UUID]


def _age_key_of(job: QueuedJob) -> tuple[datetime, uuid.UUID]:
    return job.created_at, job.id
