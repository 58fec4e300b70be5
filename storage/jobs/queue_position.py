"""Queue positions of waiting jobs: a simulation of the claims of `scheduling`, as if no other job were submitted.

In a long queue only the first are simulated, from the rows of those whose turn is next; for the others an estimate by
their age is enough.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice
from typing import Any, Final

from sqlalchemy import CompoundSelect, Executable, and_, exists, false, func, text, true
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.jobs.fair_queue import QueuedPerson, QueuedTenant
from models.jobs.job import Job, JobStatus
from storage.constants import build_constants
from storage.jobs import scheduling
from storage.jobs.conditions import IS_FRESH, IS_RUNNING
from storage.jobs.queue_simulation import LONG_AGO, QueuedJob, QueueSimulation

MAX_SIMULATED: Final = 500  # jobs in a queue of which all positions are simulated
FIRST_POSITIONS: Final = 100  # simulated in a longer one
FIRST_OF_PERSON: Final = 20  # jobs of one person that are looked at for them
MAX_COUNTED: Final = 5_000  # people who wait; of more, their number is estimated


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
_COUNT_PEOPLE: Final = select(func.count()).select_from(select(QueuedPerson.person_id).limit(MAX_COUNTED).subquery())
_ESTIMATE_PEOPLE: Final = text("EXPLAIN (FORMAT JSON) SELECT FROM queued_person")
_OLDEST: Final = [  # paid and free apart, as the index has them
    select(func.min(QueuedPerson.waiting_since)).where(col(QueuedPerson.paid).is_(paid)) for paid in (True, False)
]
_ALL: Final = select_columns(*_COLUMNS).where(IS_QUEUED)
_RUNNING: Final = select(Job.person_id).where(IS_RUNNING).order_by(col(Job.started_at))


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
    number = session.scalar(_COUNT_UP_TO_LONG) or 0
    if number == 0:
        return QueuePositions()
    if number <= MAX_SIMULATED or session.get_bind().dialect.name == "sqlite":
        order = _create_simulation(session, _ALL, now).iterate_order()
        return QueuePositions(dict(zip(order, count(1))), computed_at=now)
    order = islice(_create_simulation(session, _FIRST, now).iterate_order(), FIRST_POSITIONS)
    oldest = min((each for query in _OLDEST if (each := session.scalar(query))), default=now)
    return QueuePositions(dict(zip(order, count(1))), _count_people(session), oldest, now)


def _count_people(session: Session) -> int:
    """Number of people whose jobs wait; of many, the planner's estimate, which follows the size of the table."""
    number = session.scalar(_COUNT_PEOPLE) or 0
    if number < MAX_COUNTED:
        return number
    plan = session.connection().execute(_ESTIMATE_PEOPLE).scalar_one()
    return max(number, int(plan[0]["Plan"]["Plan Rows"]))


def _create_simulation(session: Session, query: Executable, now: datetime) -> QueueSimulation:
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
