"""Fair scheduling of jobs: the query for the next claim, and the inputs of its simulation in `queue_position`.

Jobs that were started before (and lost their worker) go first. Paid jobs come before free ones, but of five jobs that
start while free ones wait at least one is free. Among equals comes the tenant whose last job started longest ago,
within a tenant the person whose last job did, of a person the oldest job. So past usage is no disadvantage beyond the
window, and however many jobs one person queues, only one of them starts before the next job of another person.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CTE, ColumnElement, Select, bindparam, case, func, or_, text
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.columns import UtcDateTime
from models.jobs.job import Job, JobStatus

MAX_CONSECUTIVE_PAID = 4  # paid jobs that may start in a row while free ones wait
FAIRNESS_WINDOW = timedelta(hours=1)  # starts before it are ignored
CLAIM_LOCK_ID = 0x7261_6269  # id of PostgreSQL's advisory lock for claims: "rabi"
NOW = bindparam("now", type_=UtcDateTime())
_WINDOW_START = bindparam("window_start", type_=UtcDateTime())


@dataclass(frozen=True, slots=True)
class JobStart:
    """Start of a job: whether it was paid, and when."""

    paid: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimQueries:
    """Queries for the next job to claim: built once, as building them takes longer than executing them."""

    oldest_free: SelectOfScalar[datetime]
    paid_first: Select[uuid.UUID]
    free_first: Select[uuid.UUID]


def lock_claims(session: Session) -> None:
    """Serialise claims until the transaction ends; SQLite has a single writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLAIM_LOCK_ID})


def find_fairest(session: Session, queries: ClaimQueries, now: datetime, **values: object) -> uuid.UUID | None:
    """The next of the runnable jobs, within each person's limit of concurrent jobs; `values` are for the queries'
    own parameters."""
    values |= {"now": now, "window_start": now - FAIRNESS_WINDOW}
    oldest_free = session.exec(queries.oldest_free, params=values).one()
    query = queries.free_first if is_free_due(list_last_starts(session), oldest_free) else queries.paid_first
    found: uuid.UUID | None = session.connection().execute(query, values).scalar()
    return found


def build_claim_queries(runnable: ColumnElement[bool]) -> ClaimQueries:
    """The queries for the next of the jobs that match the filter, which may use the parameter `now`."""
    oldest_free = select(func.min(Job.created_at)).where(runnable, col(Job.paid).is_(False))
    return ClaimQueries(oldest_free, *(_build_fairest_query(runnable, paid_first=each) for each in (True, False)))


def _build_fairest_query(runnable: ColumnElement[bool], *, paid_first: bool) -> Select[uuid.UUID]:
    recent, running = _build_recent_starts(_WINDOW_START), _build_running_counts()
    person_starts, tenant_starts = _build_last_starts(recent, "person_id"), _build_last_starts(recent, "tenant_id")
    return (
        select_columns(col(Job.id))
        .outerjoin(person_starts, person_starts.c.person_id == col(Job.person_id))
        .outerjoin(tenant_starts, tenant_starts.c.tenant_id == col(Job.tenant_id))
        .outerjoin(running, running.c.person_id == col(Job.person_id))
        .where(runnable, or_(col(Job.at_once).is_(None), func.coalesce(running.c.jobs, 0) < col(Job.at_once)))
        .order_by(
            case((col(Job.started_at).is_not(None), 0), else_=1),
            case((col(Job.paid).is_(paid_first), 0), else_=1),
            tenant_starts.c.last.asc().nulls_first(),
            person_starts.c.last.asc().nulls_first(),
            col(Job.created_at),
            col(Job.id),
        )
        .limit(1)
        .with_for_update(of=Job, skip_locked=True)
    )


def is_free_due(starts: Sequence[JobStart], oldest: datetime | None) -> bool:
    """Whether a free job is next: the last starts, newest first, were all paid, and since the oldest free job came."""
    if oldest is None or len(starts) < MAX_CONSECUTIVE_PAID:
        return False
    return all(start.paid for start in starts) and oldest <= starts[-1].at


def list_last_starts(session: Session) -> list[JobStart]:
    """The last starts of jobs, newest first."""
    statement = (
        select(Job.paid, Job.started_at)
        .where(col(Job.started_at).is_not(None))
        .order_by(col(Job.started_at).desc())
        .limit(MAX_CONSECUTIVE_PAID)
    )
    return [JobStart(paid, at) for paid, at in session.exec(statement) if at is not None]


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


def _build_recent_starts(window_start: datetime | ColumnElement[datetime]) -> CTE:
    """Starts within the fairness window; a CTE, as SQLite would otherwise scan all jobs."""
    columns = (col(Job.person_id), col(Job.tenant_id), col(Job.started_at))
    return select_columns(*columns).where(col(Job.started_at) > window_start).cte("recent")


def _build_last_starts(recent: CTE, owner: str) -> CTE:
    """Last start by person or tenant."""
    last = func.max(recent.c.started_at).label("last")
    return select_columns(recent.c[owner], last).group_by(recent.c[owner]).cte(f"last_by_{owner}")


def _build_running_counts() -> CTE:
    """Number of running jobs by person, without those whose lease expired."""
    counts = select_columns(col(Job.person_id), func.count().label("jobs"))
    return (
        counts.where(col(Job.status) == JobStatus.RUNNING, col(Job.lease_until) >= NOW)
        .group_by(col(Job.person_id))
        .cte("running")
    )
