"""Queue sizes, counts and durations over all tenants, for health checks and metrics."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Float, case, cast, extract, func, true
from sqlmodel import Session, col, select

from models.jobs.job import FINAL_STATUSES, Job, JobStatus, WorkerRow
from models.messaging.deliveries import Delivery
from models.operations.rollups import DurationTotal, JobTotal, RollupProgress
from storage.jobs.conditions import IS_FRESH, IS_RESTARTED, IS_UNFINISHED
from storage.messaging.conditions import IN_BROADCAST, IN_NO_BROADCAST, IS_UNSENT, UNSENT_STATUSES

Total = TypeVar("Total", JobTotal, DurationTotal)
# seconds; after a change the histograms begin anew
DURATION_BOUNDS = (1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)


@dataclass(frozen=True, slots=True)
class QueueSize:
    """Number of waiting rows, and the seconds the oldest has waited."""

    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class UnsentMessages:
    """Number of unsent messages by status, and the seconds the oldest has waited that is of no broadcast."""

    by_status: Mapping[str, int]
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
    size = select(func.count(), func.min(Job.run_after)).where(col(Job.run_after) <= now)
    if tenant_id is not None:
        waiting = IS_UNFINISHED, col(Job.status) == JobStatus.QUEUED, col(Job.tenant_id) == tenant_id
        return _measure_size(session, size.where(*waiting), now)
    # of all tenants by the indexes of both, which are read without the rows
    sizes = [_measure_size(session, size.where(each), now) for each in (IS_FRESH, IS_RESTARTED)]
    return QueueSize(sum(each.count for each in sizes), max(each.oldest_seconds for each in sizes))


def count_running(session: Session) -> int:
    return session.exec(select(func.count()).where(IS_UNFINISHED, col(Job.status) == JobStatus.RUNNING)).one()


def measure_outbox(session: Session, now: datetime) -> QueueSize:
    """Messages that are not sent yet, except those of broadcasts, which may take their time."""
    pending = IS_UNSENT, IN_NO_BROADCAST
    return _measure_size(session, select(func.count(), func.min(Delivery.created_at)).where(*pending), now)


def count_workers_seen(session: Session, since: datetime) -> int:
    """Number of workers that were seen since then."""
    return session.exec(select(func.count()).where(col(WorkerRow.seen_at) >= since)).one()


def measure_unsent(session: Session, now: datetime) -> UnsentMessages:
    """Unsent messages, read once; both statuses are present."""
    counts, oldest = {str(status): 0 for status in UNSENT_STATUSES}, now
    for condition in (IN_NO_BROADCAST, IN_BROADCAST):
        query = select(Delivery.status, func.count(), func.min(Delivery.created_at)).where(IS_UNSENT, condition)
        for status, count, since in session.exec(query.group_by(col(Delivery.status))).all():
            counts[status] += count
            oldest = min(oldest, since) if condition is IN_NO_BROADCAST else oldest
    return UnsentMessages(counts, (now - oldest).total_seconds())


def count_outcomes(session: Session) -> Sequence[OutcomeCount]:
    """Ended jobs by kind and status."""
    totals, conditions = _list_totals(session, JobTotal)
    sums = {
        (each.kind, each.status): OutcomeCount(each.kind, each.status, each.jobs, each.cpu_seconds) for each in totals
    }
    for each in count_ended(session, *conditions):
        before = sums.get((each.kind, each.outcome), OutcomeCount(each.kind, each.outcome, 0, 0.0))
        count, cpu_seconds = before.count + each.count, before.cpu_seconds + each.cpu_seconds
        sums[each.kind, each.outcome] = replace(each, count=count, cpu_seconds=cpu_seconds)
    return [sums[key] for key in sorted(sums)]


def count_ended(session: Session, *conditions: ColumnElement[bool]) -> Sequence[OutcomeCount]:
    """Ended jobs that match, by kind and status."""
    query = select(Job.kind, Job.status, func.count(), func.sum(Job.cpu_seconds)).where(
        col(Job.status).in_(FINAL_STATUSES), *conditions
    )
    grouped = query.group_by(Job.kind, Job.status).order_by(Job.kind, Job.status)
    return [OutcomeCount(kind, status, count, cpu or 0.0) for kind, status, count, cpu in session.exec(grouped)]


def count_jobs_of_others(session: Session, tenant_id: uuid.UUID, since: datetime, until: datetime) -> int:
    """Number of jobs done for all tenants but one."""
    query = select(func.count()).where(
        col(Job.tenant_id) != tenant_id, col(Job.status) == JobStatus.DONE, col(Job.finished_at).between(since, until)
    )
    return session.exec(query).one()


def measure_durations(session: Session) -> Sequence[DurationHistogram]:
    """Durations of successful jobs: waiting for a worker, working, and from message to result."""
    totals, conditions = _list_totals(session, DurationTotal)
    sums = {(total.kind, total.stage): _histogram_of(total) for total in totals}
    for each in measure_ended(session, *conditions):
        before = sums.get((each.kind, each.stage))
        sums[each.kind, each.stage] = each if before is None or before.bounds != each.bounds else _add(before, each)
    return [sums[key] for key in sorted(sums)]


def measure_ended(session: Session, *conditions: ColumnElement[bool]) -> Sequence[DurationHistogram]:
    """Durations of the successful jobs that match."""
    stages = {
        "waiting": (col(Job.received_at), col(Job.started_at)),
        "working": (col(Job.started_at), col(Job.finished_at)),
        "whole": (col(Job.received_at), col(Job.finished_at)),
    }
    return [
        histogram
        for stage, (start, end) in stages.items()
        for histogram in _measure_stage(session, stage, (start, end), conditions)
    ]


def _list_totals(session: Session, table: type[Total]) -> tuple[list[Total], tuple[ColumnElement[bool], ...]]:
    """The totals of rolled-up jobs, and the filter for those jobs that are not in them.

    Both are read in one statement: an hour that is rolled up meanwhile is in one of the two.
    """
    query = select(table, RollupProgress.until).join(RollupProgress, true())
    rows = session.exec(query).all()
    conditions = (col(Job.finished_at) >= rows[0][1],) if rows else ()
    return [total for total, _ in rows], conditions


def _histogram_of(total: DurationTotal) -> DurationHistogram:
    counts = tuple(total.counts)
    return DurationHistogram(total.kind, total.stage, tuple(total.bounds), counts, total.jobs, total.seconds)


def _add(one: DurationHistogram, other: DurationHistogram) -> DurationHistogram:
    counts = tuple(map(sum, zip(one.counts, other.counts, strict=True)))
    return replace(one, counts=counts, count=one.count + other.count, total=one.total + other.total)


def _measure_stage(
    session: Session, stage: str, stage_columns: tuple[Any, Any], conditions: Sequence[ColumnElement[bool]]
) -> Sequence[DurationHistogram]:
    seconds = _build_seconds(session, *stage_columns)
    bucket_counts = [func.sum(case((seconds <= bound, 1), else_=0)) for bound in DURATION_BOUNDS]
    is_measured = (col(Job.status) == JobStatus.DONE) & stage_columns[0].is_not(None) & stage_columns[1].is_not(None)
    columns: list[Any] = [Job.kind, func.count(), func.sum(seconds), *bucket_counts]
    query = select(*columns).where(is_measured, *conditions).group_by(Job.kind).order_by(Job.kind)
    return [
        DurationHistogram(kind, stage, DURATION_BOUNDS, tuple(int(part) for part in counts), count, float(total))
        for kind, count, total, *counts in session.connection().execute(query)
    ]


def _build_seconds(session: Session, start: Any, end: Any) -> ColumnElement[float]:
    """SQL expression of the seconds between two times, in the session's dialect."""
    if session.get_bind().dialect.name == "sqlite":
        return (func.julianday(end) - func.julianday(start)) * 86400.0
    return cast(extract("epoch", end - start), Float)


def _measure_size(session: Session, query: Any, now: datetime) -> QueueSize:
    count, oldest = session.exec(query).one()
    return QueueSize(count, max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0)
