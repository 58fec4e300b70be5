"""Fair scheduling of jobs: which one is claimed next, and the inputs of its simulation in `queue_position`.

Jobs that were started before (and lost their worker) go first. Paid jobs come before free ones, but of five jobs that
start while free ones wait at least one is free. Among equals comes the tenant whose last job started longest ago,
within a tenant the person whose last job did, of a person the oldest job. So past usage is no disadvantage beyond the
window, and however many jobs one person queues, only one of them starts before the next job of another person.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Select, func, or_, true
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.jobs.fair_queue import QueuedPerson
from models.jobs.job import Job, JobStatus
from models.retries import JOB_RETRIES
from storage.constants import build_constants
from storage.jobs import fair_queue
from storage.jobs.conditions import IS_RUNNING
from storage.jobs.fair_queue import FAIRNESS_WINDOW, Turn
from storage.jobs.fair_queue_statements import HAS_KIND, IS_WITHIN_LIMIT, NOW

MAX_CONSECUTIVE_PAID: Final = 4  # paid jobs that may start in a row while free ones wait


@dataclass(frozen=True, slots=True)
class JobStart:
    """Start of a job: whether it was paid, and when."""

    paid: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class QueueState:
    """What decides whose turn it is, read at once: whether a job was started before and is to be started again, when
    the oldest free job came, and the last starts, newest first.
    """

    has_interrupted: bool = False
    oldest_free: datetime | None = None
    last_starts: Sequence[JobStart] = ()


def read_state(session: Session, now: datetime, kinds: Sequence[str] | None) -> QueueState:
    """Read the state of the queue for a worker that knows these kinds."""
    rows = session.connection().execute(_STATE, fair_queue.build_values(now, kinds)).all()
    has_interrupted, oldest_free = rows[0][:2]
    return QueueState(has_interrupted, oldest_free, [JobStart(paid, at) for *_, paid, at in rows if at is not None])


def find_interrupted(session: Session, now: datetime, kinds: Sequence[str] | None) -> uuid.UUID | None:
    """A job that was started before, to be started again; its row is locked until the transaction ends."""
    values = fair_queue.build_values(now, kinds)
    for query in _LOCK_INTERRUPTED:
        if job_id := session.scalar(query, values):
            return job_id
    return None


def find_turn(session: Session, state: QueueState, now: datetime, kinds: Sequence[str] | None) -> Turn | None:
    """The job whose turn it is among those that wait for their first start; it and its person are locked."""
    if state.oldest_free is None:
        return fair_queue.pick_next(session, now, kinds, paid=True)
    is_paid_first = not is_free_due(state.last_starts, state.oldest_free)
    for paid in (is_paid_first, not is_paid_first):
        if turn := fair_queue.pick_next(session, now, kinds, paid=paid):
            return turn
    return None


def is_free_due(starts: Sequence[JobStart], oldest: datetime | None) -> bool:
    """Whether a free job is next: the last starts, newest first, were all paid, and since the oldest free job came."""
    if oldest is None or len(starts) < MAX_CONSECUTIVE_PAID:
        return False
    return all(start.paid for start in starts) and oldest <= starts[-1].at


def list_last_starts(session: Session) -> list[JobStart]:
    """The last starts of jobs, newest first."""
    return [JobStart(paid, at) for paid, at in session.exec(_LAST_STARTS) if at is not None]


def map_last_starts(session: Session, now: datetime) -> dict[uuid.UUID, datetime]:
    """Last start by person and by tenant, within the fairness window."""
    last_starts: dict[uuid.UUID, datetime] = {}
    recent = _build_recent_starts(now - FAIRNESS_WINDOW)
    statement = select_columns(recent.c.person_id, recent.c.tenant_id, recent.c.started_at).order_by(
        recent.c.started_at
    )
    for person, tenant, at in session.connection().execute(statement):
        last_starts[person] = last_starts[tenant] = at
    return last_starts


def _build_interrupted_query(*conditions: ColumnElement[bool]) -> SelectOfScalar[uuid.UUID]:
    return (
        select(Job.id)
        .where(*conditions, col(Job.attempts) < JOB_RETRIES.max_attempts, HAS_KIND, IS_WITHIN_LIMIT)
        .order_by(col(Job.paid).desc(), col(Job.created_at), col(Job.id))
        .limit(1)
    )


def _build_recent_starts(window_start: datetime | ColumnElement[datetime]) -> CTE:
    """Starts within the fairness window; a CTE, as SQLite would otherwise scan all jobs."""
    columns = (col(Job.person_id), col(Job.tenant_id), col(Job.started_at))
    return select_columns(*columns).where(col(Job.started_at) > window_start).cte("recent")


def _build_state_query() -> Select[Any]:
    """A row for each of the last starts, or one without a start."""
    starts = _LAST_STARTS.subquery()
    has_interrupted = or_(*(query.exists() for query in _INTERRUPTED))
    oldest_free = select(func.min(QueuedPerson.waiting_since)).where(col(QueuedPerson.paid).is_(False))
    state = select_columns(has_interrupted.label("has_interrupted"), oldest_free.scalar_subquery().label("oldest_free"))
    queue = state.subquery()
    columns = queue.c.has_interrupted, queue.c.oldest_free, starts.c.paid, starts.c.started_at
    joined = select_columns(*columns).select_from(queue.outerjoin(starts, true()))
    return joined.order_by(starts.c.started_at.desc())


_INTERRUPTED: Final = (
    _build_interrupted_query(IS_RUNNING, col(Job.lease_until) < NOW),
    _build_interrupted_query(
        col(Job.status).in_(build_constants([JobStatus.QUEUED])),
        col(Job.started_at).is_not(None),
        col(Job.run_after) <= NOW,
    ),
)
_LOCK_INTERRUPTED: Final = [query.with_for_update(of=Job, skip_locked=True) for query in _INTERRUPTED]
_LAST_STARTS: Final = (
    select(Job.paid, Job.started_at)
    .where(col(Job.started_at).is_not(None))
    .order_by(col(Job.started_at).desc())
    .limit(MAX_CONSECUTIVE_PAID)
)
_STATE: Final = _build_state_query()
