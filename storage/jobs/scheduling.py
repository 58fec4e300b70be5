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

from sqlalchemy import CTE, ColumnElement, Select, case, func, or_, text
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from models.jobs.job import Job, JobStatus

MAX_CONSECUTIVE_PAID = 4  # paid jobs that may start in a row while free ones wait
FAIRNESS_WINDOW = timedelta(hours=1)  # starts before it are ignored
CLAIM_LOCK_ID = 0x7261_6269  # id of PostgreSQL's advisory lock for claims: "rabi"


@dataclass(frozen=True, slots=True)
class JobStart:
    """Start of a job: whether it was paid, and when."""

    paid: bool
    at: datetime


def lock_claims(session: Session) -> None:
    """Serialise claims until the transaction ends; SQLite has a single writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLAIM_LOCK_ID})


def build_fairest_query(session: Session, runnable: ColumnElement[bool], now: datetime) -> Select[uuid.UUID]:
    """Build the query for the next of the runnable jobs, within each person's limit of concurrent jobs."""
    recent, running = _build_recent_starts(now), _build_running_counts(now)
    person_starts, tenant_starts = _build_last_starts(recent, "person_id"), _build_last_starts(recent, "tenant_id")
    free_first = is_free_due(list_last_starts(session), find_oldest_free(session, runnable))
    return (
        select_columns(col(Job.id))
        .outerjoin(person_starts, person_starts.c.person_id == col(Job.person_id))
        .outerjoin(tenant_starts, tenant_starts.c.tenant_id == col(Job.tenant_id))
        .outerjoin(running, running.c.person_id == col(Job.person_id))
        .where(runnable, or_(col(Job.at_once).is_(None), func.coalesce(running.c.jobs, 0) < col(Job.at_once)))
        .order_by(
            case((col(Job.started_at).is_not(None), 0), else_=1),
            case((col(Job.paid).is_(not free_first), 0), else_=1),
            tenant_starts.c.last.asc().nulls_first(),
            person_starts.c.last.asc().nulls_first(),
            col(Job.created_at),
            col(Job.id),
        )
        .limit(1)
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


def find_oldest_free(session: Session, waiting: ColumnElement[bool]) -> datetime | None:
    """Submission time of the oldest free job that matches the filter."""
    return session.exec(select(func.min(Job.created_at)).where(waiting, col(Job.paid).is_(False))).one()


def map_last_starts(session: Session, now: datetime) -> dict[uuid.UUID, datetime]:
    """Last start by person and by tenant, within the fairness window."""
    last_starts: dict[uuid.UUID, datetime] = {}
    recent = _build_recent_starts(now)
    statement = select_columns(recent.c.person_id, recent.c.tenant_id, recent.c.started_at).order_by(
        recent.c.started_at
    )
    for person, tenant, at in session.connection().execute(statement):
        last_starts[person] = last_starts[tenant] = at
    return last_starts


def _build_recent_starts(now: datetime) -> CTE:
    """Starts within the fairness window; a CTE, as SQLite would otherwise scan all jobs."""
    columns = (col(Job.person_id), col(Job.tenant_id), col(Job.started_at))
    return select_columns(*columns).where(col(Job.started_at) > now - FAIRNESS_WINDOW).cte("recent")


def _build_last_starts(recent: CTE, owner: str) -> CTE:
    """Last start by person or tenant."""
    last = func.max(recent.c.started_at).label("last")
    return select_columns(recent.c[owner], last).group_by(recent.c[owner]).cte(f"last_by_{owner}")


def _build_running_counts(now: datetime) -> CTE:
    """Number of running jobs by person, without those whose lease expired."""
    counts = select_columns(col(Job.person_id), func.count().label("jobs"))
    return (
        counts.where(col(Job.status) == JobStatus.RUNNING, col(Job.lease_until) >= now)
        .group_by(col(Job.person_id))
        .cte("running")
    )
