"""Rolls up the rows of one hour after the other."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, literal
from sqlmodel import Session, col, select

from models.billing.credits import LedgerBucket, LedgerPosting, LedgerTransaction
from models.columns import UtcDateTime
from models.jobs.job import FINAL_STATUSES, Job
from models.messaging.updates import Update
from models.operations.rollups import CreditRollup, DurationTotal, JobRollup, JobTotal, RollupProgress, UpdateRollup
from storage.jobs.outcomes import JobCosts
from storage.operations import metrics
from storage.operations.metrics import DurationHistogram, OutcomeCount
from storage.operations.rollups import HOUR, HOURLY, filter_hour, floor_to_hour
from storage.upsert import insert_once

SETTLING_TIME: Final = timedelta(minutes=10)  # after the end of an hour, by when its transactions are committed


def roll_up_next_hour(session: Session, now: datetime) -> bool:
    """Roll up the first hour that is not yet; False if there is none, or another process does it."""
    progress = _lock_progress(session, now)
    if progress is None or progress.until + HOUR + SETTLING_TIME > now:
        return False
    _insert_rollups(session, progress.until)
    _add_to_totals(session, progress.until)
    progress.until += HOUR
    session.flush()
    return True


def _lock_progress(session: Session, now: datetime) -> RollupProgress | None:
    if session.get(RollupProgress, HOURLY) is None:
        first = floor_to_hour(session.exec(select(func.min(Job.finished_at))).one() or now)
        insert_once(session, RollupProgress(name=HOURLY, since=first, until=first))
    query = select(RollupProgress).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return session.exec(query).one_or_none()


def _insert_rollups(session: Session, hour: datetime) -> None:
    start: Any = literal(hour, UtcDateTime())
    sums = [func.sum(col(getattr(Job, each.name))) for each in fields(JobCosts)]
    jobs: Any = select(Job.tenant_id, start, Job.kind, Job.status, func.count(), *sums)  # type: ignore[call-overload]
    jobs = jobs.where(*filter_hour(Job.finished_at, hour), col(Job.status).in_(FINAL_STATUSES))
    _insert(session, JobRollup, jobs.group_by(Job.tenant_id, Job.kind, Job.status))
    spent: Any = select(LedgerTransaction.tenant_id, start, Job.kind, func.sum(LedgerPosting.amount))
    spent = spent.join(Job, col(Job.id) == col(LedgerTransaction.job_id))
    spent = spent.join(LedgerPosting, col(LedgerPosting.transaction_id) == col(LedgerTransaction.id))
    spent = spent.where(
        col(LedgerPosting.bucket) == LedgerBucket.SPENT, *filter_hour(LedgerTransaction.created_at, hour)
    )
    _insert(session, CreditRollup, spent.group_by(LedgerTransaction.tenant_id, Job.kind))
    updates: Any = select(Update.account_id, start, func.count()).where(*filter_hour(Update.received_at, hour))
    _insert(session, UpdateRollup, updates.group_by(Update.account_id))


def _insert(session: Session, table: Any, rows: Any) -> None:
    columns = [column.name for column in table.__table__.columns]
    session.connection().execute(insert(table).from_select(columns, rows))


def _add_to_totals(session: Session, hour: datetime) -> None:
    ended = filter_hour(Job.finished_at, hour)
    for outcome in metrics.count_ended(session, *ended):
        _add_outcome(session, outcome)
    for histogram in metrics.measure_ended(session, *ended):
        _add_histogram(session, histogram)


def _add_outcome(session: Session, outcome: OutcomeCount) -> None:
    insert_once(session, JobTotal(kind=outcome.kind, status=outcome.outcome))
    total = session.get_one(JobTotal, (outcome.kind, outcome.outcome))
    total.jobs += outcome.count
    total.cpu_seconds += outcome.cpu_seconds


def _add_histogram(session: Session, histogram: DurationHistogram) -> None:
    """Add to a total; one with other bounds than today's begins anew, as a counter may."""
    bounds = list(histogram.bounds)
    none = DurationTotal(kind=histogram.kind, stage=histogram.stage, bounds=bounds, counts=[0] * len(bounds))
    insert_once(session, none)
    total = session.get_one(DurationTotal, (histogram.kind, histogram.stage))
    if total.bounds != bounds:
        total.bounds, total.counts, total.jobs, total.seconds = bounds, none.counts, 0, 0.0
    total.counts = [before + added for before, added in zip(total.counts, histogram.counts, strict=True)]
    total.jobs += histogram.count
    total.seconds += histogram.total
