"""Whose turn it is: the fair order of the queue, for one claim and as a forecast of them all.

Who was begun once has had their turn and goes on first. Paid jobs come before free ones, but of five jobs that begin
while free ones wait at least one is free. Among equals the tenant comes whose last job began longest ago, of a tenant
the person whose last job did, of a person the oldest job: nobody pays today for what they had before, and however many
jobs somebody has, they come before another's next one once.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CTE, ColumnElement, Select, case, func, or_, text
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from models.jobs import Job, Status

PAID_IN_A_ROW = 4  # paid jobs that may begin one after the other while free ones wait
MEMORY = timedelta(hours=1)  # whose last job began earlier is as good as new
CLAIMS = 0x7261_6269  # PostgreSQL's advisory lock of the claims: "rabi"


@dataclass(frozen=True, slots=True)
class Start:
    """A job that began: whether it was paid, and when."""

    paid: bool
    at: datetime


def one_at_a_time(session: Session) -> None:
    """Let no other claim be made until this transaction ends; SQLite has one writer as it is."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLAIMS})


def fairest(session: Session, runnable: ColumnElement[bool], now: datetime) -> Select[uuid.UUID]:
    """The query for the job whose turn it is, of those that may run; a person's plan says how many run at once."""
    recent, running = _recent(now), _running(now)
    served, tenants = _last(recent, "person_id"), _last(recent, "tenant_id")
    free_first = is_frees_turn(last_starts(session), oldest_free(session, runnable))
    return (
        select_columns(col(Job.id))
        .outerjoin(served, served.c.person_id == col(Job.person_id))
        .outerjoin(tenants, tenants.c.tenant_id == col(Job.tenant_id))
        .outerjoin(running, running.c.person_id == col(Job.person_id))
        .where(runnable, or_(col(Job.at_once).is_(None), func.coalesce(running.c.jobs, 0) < col(Job.at_once)))
        .order_by(
            case((col(Job.started_at).is_not(None), 0), else_=1),
            case((col(Job.paid).is_(not free_first), 0), else_=1),
            tenants.c.last.asc().nulls_first(),
            served.c.last.asc().nulls_first(),
            col(Job.created_at),
            col(Job.id),
        )
        .limit(1)
    )


def is_frees_turn(starts: Sequence[Start], oldest: datetime | None) -> bool:
    """Whether the oldest waiting free job has seen the last few jobs begin, newest first, and all of them paid."""
    if oldest is None or len(starts) < PAID_IN_A_ROW:
        return False
    return all(start.paid for start in starts) and oldest <= starts[-1].at


def last_starts(session: Session) -> list[Start]:
    """The jobs that began last, newest first."""
    wanted = (
        select(Job.paid, Job.started_at)
        .where(col(Job.started_at).is_not(None))
        .order_by(col(Job.started_at).desc())
        .limit(PAID_IN_A_ROW)
    )
    return [Start(paid, at) for paid, at in session.exec(wanted) if at is not None]


def oldest_free(session: Session, waiting: ColumnElement[bool]) -> datetime | None:
    """When the oldest free job of these was submitted."""
    return session.exec(select(func.min(Job.created_at)).where(waiting, col(Job.paid).is_(False))).one()


def last_turns(session: Session, now: datetime) -> dict[uuid.UUID, datetime]:
    """When the last job of each person, and of each tenant, began, as far as it is remembered."""
    found: dict[uuid.UUID, datetime] = {}
    recent = _recent(now)
    begun = select_columns(recent.c.person_id, recent.c.tenant_id, recent.c.started_at).order_by(recent.c.started_at)
    for person, tenant, at in session.connection().execute(begun):
        found[person] = found[tenant] = at
    return found


def _recent(now: datetime) -> CTE:
    """Who had a job begun within memory: a table by itself, or SQLite goes through all jobs there ever were."""
    columns = (col(Job.person_id), col(Job.tenant_id), col(Job.started_at))
    return select_columns(*columns).where(col(Job.started_at) > now - MEMORY).cte("recent")


def _last(recent: CTE, owner: str) -> CTE:
    """When the last job of each person or tenant began."""
    last = func.max(recent.c.started_at).label("last")
    return select_columns(recent.c[owner], last).group_by(recent.c[owner]).cte(f"last_by_{owner}")


def _running(now: datetime) -> CTE:
    """How many jobs of each person somebody works on; one whose worker died holds no place."""
    held = select_columns(col(Job.person_id), func.count().label("jobs"))
    return (
        held.where(col(Job.status) == Status.RUNNING, col(Job.lease_until) >= now)
        .group_by(col(Job.person_id))
        .cte("running")
    )
