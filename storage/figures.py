"""Queue sizes, counts and durations over all tenants, for health checks and metrics."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Float, case, cast, extract, func
from sqlmodel import Session, col, select

from models.deliveries import Delivery, DeliveryStatus
from models.jobs import FINAL, Job, Status, WorkerRow

OWED = (DeliveryStatus.PENDING, DeliveryStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Number of waiting rows, and the seconds the oldest has waited."""

    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Number of jobs of one kind that ended in one status, and the CPU seconds they took."""

    kind: str
    outcome: str
    count: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Durations:
    """Histogram of the seconds jobs of one kind spent in one stage. `counts[i]` of them took at most `bounds[i]`."""

    kind: str
    stage: str
    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    count: int
    total: float


def queued(session: Session, now: datetime, tenant_id: uuid.UUID | None = None) -> Backlog:
    """Jobs that could run and have no worker yet, of one tenant or of all. One that waits for its retry time is not
    counted."""
    waiting = (col(Job.status) == Status.QUEUED) & (col(Job.run_after) <= now)
    if tenant_id is not None:
        waiting &= col(Job.tenant_id) == tenant_id
    return _backlog(session, select(func.count(), func.min(Job.run_after)).where(waiting), now)


def running(session: Session) -> int:
    return session.exec(select(func.count()).where(col(Job.status) == Status.RUNNING)).one()


def owed(session: Session, now: datetime) -> Backlog:
    """Messages that are not sent yet, except those of broadcasts, which may take their time."""
    pending = col(Delivery.status).in_(OWED), col(Delivery.broadcast_id).is_(None)
    return _backlog(session, select(func.count(), func.min(Delivery.created_at)).where(*pending), now)


def workers_seen(session: Session, since: datetime) -> int:
    """Number of workers that were seen since then."""
    return session.exec(select(func.count()).where(col(WorkerRow.seen_at) >= since)).one()


def deliveries(session: Session) -> dict[str, int]:
    """Messages of the outbox by status; every status is present."""
    rows = session.exec(select(Delivery.status, func.count()).group_by(Delivery.status)).all()
    return {str(status): 0 for status in DeliveryStatus} | dict(rows)


def outcomes(session: Session) -> Sequence[Outcome]:
    """Ended jobs by kind and status."""
    ended = select(Job.kind, Job.status, func.count(), func.sum(Job.cpu_seconds)).where(col(Job.status).in_(FINAL))
    grouped = ended.group_by(Job.kind, Job.status).order_by(Job.kind, Job.status)
    return [Outcome(kind, status, count, cpu or 0.0) for kind, status, count, cpu in session.exec(grouped)]


def made_elsewhere(session: Session, tenant_id: uuid.UUID, since: datetime, until: datetime) -> int:
    """Number of jobs done for all tenants but one."""
    wanted = select(func.count(col(Job.id))).where(
        col(Job.tenant_id) != tenant_id, col(Job.status) == Status.DONE, col(Job.finished_at).between(since, until)
    )
    return session.exec(wanted).one()


def durations(session: Session, bounds: tuple[float, ...]) -> Sequence[Durations]:
    """Durations of successful jobs: waiting for a worker, working, and from message to result."""
    stages = {
        "waiting": (col(Job.received_at), col(Job.started_at)),
        "working": (col(Job.started_at), col(Job.finished_at)),
        "whole": (col(Job.received_at), col(Job.finished_at)),
    }
    return [
        figure for stage, (start, end) in stages.items() for figure in _durations(session, stage, (start, end), bounds)
    ]


def _durations(
    session: Session, stage: str, between: tuple[Any, Any], bounds: tuple[float, ...]
) -> Sequence[Durations]:
    assert all(low < high for low, high in pairwise(bounds))  # noqa: S101 - a mistake of ours
    seconds = _seconds(session, *between)
    within = [func.sum(case((seconds <= bound, 1), else_=0)) for bound in bounds]
    made = (col(Job.status) == Status.DONE) & between[0].is_not(None) & between[1].is_not(None)
    columns: list[Any] = [Job.kind, func.count(), func.sum(seconds), *within]
    rows = session.connection().execute(select(*columns).where(made).group_by(Job.kind).order_by(Job.kind))
    return [
        Durations(kind, stage, bounds, tuple(int(part) for part in counts), count, float(total))
        for kind, count, total, *counts in rows
    ]


def _seconds(session: Session, start: Any, end: Any) -> ColumnElement[float]:
    """SQL expression of the seconds between two times, in the session's dialect."""
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(end) - func.julianday(start)) * 86400.0
    return cast(extract("epoch", end - start), Float)


def _backlog(session: Session, question: Any, now: datetime) -> Backlog:
    count, oldest = session.exec(question).one()
    return Backlog(count, max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0)
