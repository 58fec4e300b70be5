"""Queue positions of waiting jobs: a simulation of the claims of `scheduling`, as if no other job were submitted."""

import heapq
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from models.jobs import Job, Status
from storage import turns
from storage.turns import PAID_IN_A_ROW, Start

NEVER = datetime.min.replace(tzinfo=UTC)
STEP = timedelta(microseconds=1)  # between two simulated claims


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued job, with the columns that determine its order."""

    id: uuid.UUID
    tenant: uuid.UUID
    person: uuid.UUID
    paid: bool
    at_once: int | None
    created_at: datetime
    started_at: datetime | None


def places(session: Session, now: datetime) -> dict[uuid.UUID, int]:
    """Position in the queue, from 1, by id of the queued job."""
    columns = (Job.id, Job.tenant_id, Job.person_id, Job.paid, Job.at_once, Job.created_at, Job.started_at)
    queued = select(*columns).where(col(Job.status) == Status.QUEUED)  # type: ignore[call-overload]
    waiting = [Waiting(*row) for row in session.exec(queued)]
    held = select(Job.person_id).where(col(Job.status) == Status.RUNNING).order_by(col(Job.started_at))
    if not waiting:
        return {}
    line = Line(waiting, turns.last_turns(session, now), turns.last_starts(session), session.exec(held).all())
    return {job: place for place, job in enumerate(line.in_order(), start=1)}


class Line:
    """Simulates the claims. As many jobs run as now, at least one, and those that started first finish first."""

    def __init__(
        self,
        waiting: Sequence[Waiting],
        last: Mapping[uuid.UUID, datetime],
        starts: Sequence[Start],
        running: Sequence[uuid.UUID],
    ) -> None:
        self.last = defaultdict(lambda: NEVER, last)  # last start by person and tenant
        self.held = Counter(running)
        self._running = deque(running)
        self._hands = max(1, len(running))
        self._starts = deque(starts, maxlen=PAID_IN_A_ROW)  # newest first
        self._now = max([start.at for start in starts] + [job.created_at for job in waiting], default=NEVER)
        self._resumed = sorted((job for job in waiting if job.started_at), key=_age)
        fresh = sorted((job for job in waiting if not job.started_at), key=_age)
        self._paid = Lane(self, [job for job in fresh if job.paid])
        self._free = Lane(self, [job for job in fresh if not job.paid])
        self._free_since = deque(job.created_at for job in fresh if not job.paid)

    def in_order(self) -> Iterator[uuid.UUID]:
        while job := self._next():
            self._begin(job)
            yield job.id

    def _next(self) -> Waiting | None:
        if self._resumed:
            return self._resumed.pop(0)
        if len(self._running) >= self._hands:
            self._end()
        while True:
            oldest = self._free_since[0] if self._free_since else None
            first, second = self._paid, self._free
            if turns.is_frees_turn(self._starts, oldest):
                first, second = second, first
            if (job := first.take() or second.take()) or not self._running:
                return job
            self._end()  # all waiting persons are at their limit of running jobs

    def _begin(self, job: Waiting) -> None:
        self._now += STEP
        self._starts.appendleft(Start(job.paid, self._now))
        self.last[job.person] = self.last[job.tenant] = self._now
        self.held[job.person] += 1
        self._running.append(job.person)
        if not job.paid and self._free_since:
            self._free_since.popleft()  # in order of age, so the first stands for any

    def _end(self) -> None:
        person = self._running.popleft()
        self.held[person] -= 1
        self._paid.readmit(person)
        self._free.readmit(person)


class Lane:
    """Queue of the paid or of the free jobs. Heaps hold lower bounds, corrected at the top: keys only ever grow."""

    def __init__(self, line: Line, jobs: Sequence[Waiting]) -> None:
        self._line = line
        self._jobs: dict[uuid.UUID, deque[Waiting]] = defaultdict(deque)  # by person, oldest first
        for job in jobs:
            self._jobs[job.person].append(job)
        self._persons: dict[uuid.UUID, list[Key]] = defaultdict(list)  # by tenant
        self._tenants: list[Entry] = []
        self._entries: dict[uuid.UUID, Entry] = {}  # the valid entry of each tenant
        self._apart: set[uuid.UUID] = set()  # persons at their limit of running jobs
        for person, theirs in self._jobs.items():
            heapq.heappush(self._persons[theirs[0].tenant], self._key(person))
        for tenant in self._persons:
            self._enter(tenant)

    def take(self) -> Waiting | None:
        """Remove and return the next job; None when no person may start one."""
        while self._tenants:
            entry = heapq.heappop(self._tenants)
            tenant = entry[2]
            if entry is not self._entries.get(tenant):
                continue
            best = self._best(tenant)
            if best is not None and entry[:2] == (self._line.last[tenant], best):
                job = self._jobs[best[2]].popleft()
                self._enter(tenant)
                return job
            self._enter(tenant)
        return None

    def readmit(self, person: uuid.UUID) -> None:
        """Let a person start jobs again after one finished."""
        if person in self._apart:
            self._apart.discard(person)
            tenant = self._jobs[person][0].tenant
            heapq.heappush(self._persons[tenant], self._key(person))
            self._enter(tenant)

    def _enter(self, tenant: uuid.UUID) -> None:
        best = self._best(tenant)
        if best is not None:
            self._entries[tenant] = entry = (self._line.last[tenant], best, tenant)
            heapq.heappush(self._tenants, entry)

    def _best(self, tenant: uuid.UUID) -> "Key | None":
        persons = self._persons[tenant]
        while persons:
            person = persons[0][2]
            if not self._jobs[person]:
                heapq.heappop(persons)
            elif self._is_full(person):
                heapq.heappop(persons)
                self._apart.add(person)
            elif persons[0] < (key := self._key(person)):
                heapq.heapreplace(persons, key)
            else:
                return key
        return None

    def _is_full(self, person: uuid.UUID) -> bool:
        at_once = self._jobs[person][0].at_once
        return at_once is not None and self._line.held[person] >= at_once

    def _key(self, person: uuid.UUID) -> "Key":
        return self._line.last[person], _age(self._jobs[person][0]), person


Key = tuple[datetime, tuple[datetime, uuid.UUID], uuid.UUID]
Entry = tuple[datetime, Key, uuid.UUID]


def _age(job: Waiting) -> tuple[datetime, uuid.UUID]:
    return job.created_at, job.id
