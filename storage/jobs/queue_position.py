"""Queue positions of waiting jobs: a simulation of the claims of `scheduling`, as if no other job were submitted.

In a long queue only the first are simulated, from the rows of those whose turn is next; for the others an estimate by
their age is enough.
"""

import heapq
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import CompoundSelect, Executable, and_, exists, false, func, true
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.jobs.fair_queue import QueuedPerson, QueuedTenant
from models.jobs.job import Job, JobStatus
from storage.constants import build_constants
from storage.jobs import scheduling
from storage.jobs.conditions import IS_RUNNING
from storage.jobs.fair_queue import IS_FRESH
from storage.jobs.scheduling import MAX_CONSECUTIVE_PAID, JobStart

MAX_SIMULATED: Final = 500  # jobs in a queue of which all positions are simulated
FIRST_POSITIONS: Final = 100  # simulated in a longer one
FIRST_OF_PERSON: Final = 20  # jobs of one person that are looked at for them
LONG_AGO = datetime.min.replace(tzinfo=UTC)
CLAIM_INTERVAL = timedelta(microseconds=1)  # between two simulated claims


_HAS_STATUS_QUEUED: Final = col(Job.status).in_(build_constants([JobStatus.QUEUED]))
IS_QUEUED: Final = and_(
    col(Job.finished_at).is_(None), _HAS_STATUS_QUEUED
)  # of all jobs, by the index of unfinished ones
_COLUMNS: Final[tuple[Any, ...]] = (
    col(Job.id),
    col(Job.tenant_id),
    col(Job.person_id),
    col(Job.paid),
    col(Job.at_once),
    col(Job.created_at),
    col(Job.started_at),
)
_COUNT_UP_TO_LONG: Final = select(func.count()).select_from(
    select(Job.id).where(IS_QUEUED).limit(MAX_SIMULATED + 1).subquery()
)
_WAITING_PEOPLE: Final = select(func.count(), func.min(QueuedPerson.waiting_since)).select_from(QueuedPerson)
_ALL: Final = select_columns(*_COLUMNS).where(IS_QUEUED)
_RUNNING: Final = select(Job.person_id).where(IS_RUNNING).order_by(col(Job.started_at))


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


@dataclass(frozen=True, slots=True)
class QueuePositions:
    """Positions in the queue, from 1: those that were simulated by id, and what others are estimated from.

    In a long queue `people` is the number of those whose jobs wait: each has one started before anybody's second.
    `oldest` is when the first of them came, `computed_at` when this was found out.
    """

    simulated: Mapping[uuid.UUID, int] = field(default_factory=dict)
    people: int = 0
    oldest: datetime = LONG_AGO
    computed_at: datetime = LONG_AGO

    def find(self, job: Job) -> int:
        """The job's position; beyond those simulated, by its age among the others."""
        return self.simulated.get(job.id) or self._interpolate(job.created_at)

    def is_known(self, job: Job) -> bool:
        """Whether the job was in the queue when these were computed."""
        return job.id in self.simulated or (self.people > 0 and job.created_at <= self.computed_at)

    def _interpolate(self, created_at: datetime) -> int:
        seconds = (self.computed_at - self.oldest).total_seconds()
        share = (created_at - self.oldest).total_seconds() / seconds if seconds > 0 else 1.0
        return max(len(self.simulated) + 1, round(self.people * min(1.0, share)))


def compute_positions(session: Session, now: datetime) -> QueuePositions:
    """Compute the positions of the queued jobs: of all in a short queue, else of about the first hundred."""
    count = session.scalar(_COUNT_UP_TO_LONG) or 0
    if count == 0:
        return QueuePositions()
    if count <= MAX_SIMULATED or session.get_bind().dialect.name == "sqlite":
        order = _create_simulation(session, _ALL, now).iterate_order()
        simulated = {job: place for place, job in enumerate(order, start=1)}
        return QueuePositions(simulated, computed_at=now)
    order = islice(_create_simulation(session, _FIRST, now).iterate_order(), FIRST_POSITIONS)
    people, oldest = session.exec(_WAITING_PEOPLE).one()
    return QueuePositions({job: place for place, job in enumerate(order, start=1)}, people, oldest or now, now)


def _create_simulation(session: Session, query: Executable, now: datetime) -> "QueueSimulation":
    return QueueSimulation(
        [QueuedJob(*row) for row in session.connection().execute(query)],
        scheduling.map_last_starts(session, now),
        scheduling.list_last_starts(session),
        session.exec(_RUNNING).all(),
    )


def _build_first_query() -> CompoundSelect[Any]:
    """The jobs that are among the next ones: those started before, and the first of the first people of each tenant."""
    tenants = (
        select_columns(col(QueuedTenant.tenant_id).label("id"))
        .where(exists().where(col(QueuedPerson.tenant_id) == col(QueuedTenant.tenant_id)))
        .order_by(col(QueuedTenant.served_at), col(QueuedTenant.waiting_since))
        .limit(FIRST_POSITIONS)
        .cte("tenants")
    )
    classes = select_columns(true().label("paid")).union_all(select_columns(false().label("paid"))).cte("classes")
    persons = FIRST_POSITIONS / select_columns(func.count()).select_from(tenants).scalar_subquery() + 1
    people = (
        select_columns(col(QueuedPerson.person_id), col(QueuedPerson.paid))
        .where(col(QueuedPerson.tenant_id) == tenants.c.id, col(QueuedPerson.paid) == classes.c.paid)
        .order_by(col(QueuedPerson.served_at), col(QueuedPerson.waiting_since))
        .limit(persons)
        .lateral("people")
    )
    first = (
        select_columns(col(Job.id).label("id"))
        .where(col(Job.person_id) == people.c.person_id, col(Job.paid) == people.c.paid, IS_FRESH)
        .order_by(col(Job.created_at), col(Job.id))
        .limit(FIRST_OF_PERSON)
        .lateral("first")
    )
    first_job = aliased(Job)
    fresh = (
        select_columns(*(getattr(first_job, column.key) for column in _COLUMNS))
        .select_from(tenants)
        .join(classes, true())
        .join(people, true())
        .join(first, true())
        .join(first_job, col(first_job.id) == first.c.id)
    )
    return fresh.union_all(select_columns(*_COLUMNS).where(_HAS_STATUS_QUEUED, col(Job.started_at).is_not(None)))


_FIRST: Final = _build_first_query()


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
