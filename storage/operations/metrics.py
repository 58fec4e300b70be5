"""Queue sizes, counts and durations over all tenants, for health checks and metrics."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Float, case, cast, extract, func
from sqlmodel import Session, col, select

from models.jobs.job import FINAL_STATUSES, Job, JobStatus, WorkerRow
from models.messaging.deliveries import Delivery, DeliveryStatus

UNSENT_STATUSES = (DeliveryStatus.PENDING, DeliveryStatus.SENDING)


@dataclass(frozen=True, slots=True)
class QueueSize:
    """Number of waiting rows, and the seconds the oldest has waited."""

    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """Number of jobs of one kind that ended in one status, and the CPU seconds they took."""

    kind: str
    outcome: str
    count: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class DurationHistogram:
    """Histogram of the seconds jobs of one kind spent in one stage. `counts[i]` of them took at most `bounds[i]`."""

    kind: str
    stage: str
    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    count: int
    total: float


def measure_queue(session: Session, now: datetime, tenant_id: uuid.UUID | None = None) -> QueueSize:
    """Jobs that could run and have no worker yet, of one tenant or of all. One that waits for its retry time is not
    counted."""
    waiting = (col(Job.status) == JobStatus.QUEUED) & (col(Job.run_after) <= now)
    if tenant_id is not None:
        waiting &= col(Job.tenant_id) == tenant_id
    return _measure_size(session, select(func.count(), func.min(Job.run_after)).where(waiting), now)


def count_running(session: Session) -> int:
    return session.exec(select(func.count()).where(col(Job.status) == JobStatus.RUNNING)).one()


def measure_outbox(session: Session, now: datetime) -> QueueSize:
    """Messages that are not sent yet, except those of broadcasts, which may take their time."""
    pending = col(Delivery.status).in_(UNSENT_STATUSES), col(Delivery.broadcast_id).is_(None)
    return _measure_size(session, select(func.count(), func.min(Delivery.created_at)).where(*pending), now)


def count_workers_seen(session: Session, since: datetime) -> int:
    """Number of workers that were seen since then."""
    return session.exec(select(func.count()).where(col(WorkerRow.seen_at) >= since)).one()


def count_deliveries(session: Session) -> dict[str, int]:
    """Messages of the outbox by status; every status is present."""
    rows = session.exec(select(Delivery.status, func.count()).group_by(Delivery.status)).all()
    return {str(status): 0 for status in DeliveryStatus} | dict(rows)


def count_outcomes(session: Session) -> Sequence[OutcomeCount]:
    """Ended jobs by kind and status."""
    query = select(Job.kind, Job.status, func.count(), func.sum(Job.cpu_seconds)).where(
        col(Job.status).in_(FINAL_STATUSES)
    )
    grouped = query.group_by(Job.kind, Job.status).order_by(Job.kind, Job.status)
    return [OutcomeCount(kind, status, count, cpu or 0.0) for kind, status, count, cpu in session.exec(grouped)]


def count_jobs_of_others(session: Session, tenant_id: uuid.UUID, since: datetime, until: datetime) -> int:
    """Number of jobs done for all tenants but one."""
    query = select(func.count(col(Job.id))).where(
        col(Job.tenant_id) != tenant_id, col(Job.status) == JobStatus.DONE, col(Job.finished_at).between(since, until)
    )
    return session.exec(query).one()


def measure_durations(session: Session, bounds: tuple[float, ...]) -> Sequence[DurationHistogram]:
    """Durations of successful jobs: waiting for a worker, working, and from message to result."""
    stages = {
        "waiting": (col(Job.received_at), col(Job.started_at)),
        "working": (col(Job.started_at), col(Job.finished_at)),
        "whole": (col(Job.received_at), col(Job.finished_at)),
    }
    return [
        histogram
        for stage, (start, end) in stages.items()
        for histogram in _measure_stage(session, stage, (start, end), bounds)
    ]


def _measure_stage(
    session: Session, stage: str, stage_columns: tuple[Any, Any], bounds: tuple[float, ...]
) -> Sequence[DurationHistogram]:
    assert all(low < high for low, high in pairwise(bounds))  # noqa: S101 - a mistake of ours
    seconds = _build_seconds(session, *stage_columns)
    bucket_counts = [func.sum(case((seconds <= bound, 1), else_=0)) for bound in bounds]
    is_measured = (col(Job.status) == JobStatus.DONE) & stage_columns[0].is_not(None) & stage_columns[1].is_not(None)
    columns: list[Any] = [Job.kind, func.count(), func.sum(seconds), *bucket_counts]
    rows = session.connection().execute(select(*columns).where(is_measured).group_by(Job.kind).order_by(Job.kind))
    return [
        DurationHistogram(kind, stage, bounds, tuple(int(part) for part in counts), count, float(total))
        for kind, count, total, *counts in rows
    ]


def _build_seconds(session: Session, start: Any, end: Any) -> ColumnElement[float]:
    """SQL expression of the seconds between two times, in the session's dialect."""
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(end) - func.julianday(start)) * 86400.0
    return cast(extract("epoch", end - start), Float)


def _measure_size(session: Session, query: Any, now: datetime) -> QueueSize:
    count, oldest = session.exec(query).one()
    return QueueSize(count, max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0)
