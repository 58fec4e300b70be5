"""Metrics from the database that alerts are raised by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models.billing.payments import ProviderEvent, Purchase, PurchaseStatus
from models.errors import INTERNAL_CODES
from models.jobs.job import Job, JobStatus, WorkerRow
from models.operations.thresholds import load_thresholds
from models.retries import JOB_RETRIES
from storage.constants import build_constants
from storage.jobs.conditions import IS_RUNNING
from storage.messaging import whatsapp
from storage.operations import error_events, metrics

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AlertMetrics:
    """`missing_workers` went silent without a successor; `stalled` are workers that render and do not sweep for lost
    jobs, and exhausted jobs that nobody ended; `ended_jobs`, `failed_jobs` (by our fault) and `error_count` are those
    of the recent period, `failed_purchases` those of the last hour. Times are seconds.
    """

    queued_jobs: int = 0
    oldest_job_seconds: float = 0.0
    workers: int = 0
    missing_workers: int = 0
    stalled: int = 0
    ended_jobs: int = 0
    failed_jobs: int = 0
    error_count: int = 0
    late_events: int = 0
    late_links: int = 0
    failed_purchases: int = 0
    unseen_numbers: int = 0


def collect_alert_metrics(session: Session, now: datetime) -> AlertMetrics:
    queue, limits = metrics.measure_queue(session, now), load_thresholds()
    rows = session.exec(select(WorkerRow)).all()
    ended, failed = _count_ended_jobs(session, now - limits.errors.period)
    workers = sum(row.seen_at >= now - limits.workers.max_silence for row in rows)
    return AlertMetrics(
        queued_jobs=queue.count,
        oldest_job_seconds=queue.oldest_seconds,
        workers=workers,
        missing_workers=count_missing_workers(rows, now),
        stalled=_count_stalled_workers(session, rows, now) + (_count_unended_jobs(session, now) if workers else 0),
        ended_jobs=ended,
        failed_jobs=failed,
        error_count=error_events.count_since(session, now - limits.errors.period),
        late_events=_count_late_events(session, now),
        late_links=_count_late_links(session, now),
        failed_purchases=_count_failed_purchases(session, now - HOUR),
        unseen_numbers=whatsapp.count_unseen(session, now),
    )


def count_missing_workers(rows: Sequence[WorkerRow], now: datetime) -> int:
    """Number of workers that went silent without another that started after that; each replaces one."""
    started, seen_before = sorted(row.started_at for row in rows), now - load_thresholds().workers.max_silence
    missing = 0
    for silent_since in sorted(row.seen_at for row in rows if row.seen_at < seen_before):
        successor = next((started_at for started_at in started if started_at > silent_since), None)
        if successor is None:
            missing += 1
        else:
            started.remove(successor)
    return missing


def _count_stalled_workers(session: Session, rows: Sequence[WorkerRow], now: datetime) -> int:
    """Workers that renew their jobs' leases, so they are alive, and were not seen sweeping for lost jobs."""
    silent = [row.name for row in rows if row.seen_at < now - load_thresholds().workers.max_silence]
    query = select(func.count(func.distinct(Job.owner))).where(
        IS_RUNNING, col(Job.owner).in_(silent), col(Job.lease_until) > now
    )
    return session.exec(query).one()


def _count_unended_jobs(session: Session, now: datetime) -> int:
    """Jobs that killed their workers too often, and that no sweep has failed."""
    query = select(func.count()).where(
        IS_RUNNING,
        col(Job.attempts) >= JOB_RETRIES.max_attempts,
        col(Job.lease_until) < now - load_thresholds().workers.max_silence,
    )
    return session.exec(query).one()


def _count_ended_jobs(session: Session, since: datetime) -> tuple[int, int]:
    """Jobs that succeeded or failed since then, and how many of them failed by our fault."""
    statuses = (JobStatus.DONE, JobStatus.FAILED)
    query = select(Job.code, func.count()).where(col(Job.finished_at) >= since, col(Job.status).in_(statuses))
    by_code = dict(session.exec(query.group_by(col(Job.code))).all())
    return sum(by_code.values()), sum(count for code, count in by_code.items() if code in INTERNAL_CODES)


def _count_late_events(session: Session, now: datetime) -> int:
    query = select(func.count(col(ProviderEvent.id))).where(
        col(ProviderEvent.handled_at).is_(None),
        col(ProviderEvent.received_at) < now - timedelta(seconds=load_thresholds().payments.max_event_seconds),
    )
    return session.exec(query).one()


def _count_late_links(session: Session, now: datetime) -> int:
    """Purchases whose user still waits for a payment link; older than a day nobody does."""
    query = select(func.count(col(Purchase.id))).where(
        col(Purchase.status) == PurchaseStatus.REQUESTED,
        col(Purchase.created_at) < now - timedelta(seconds=load_thresholds().payments.max_link_seconds),
        col(Purchase.created_at) > now - DAY,
    )
    return session.exec(query).one()


def _count_failed_purchases(session: Session, since: datetime) -> int:
    query = select(func.count(col(Purchase.id))).where(
        col(Purchase.status).in_(build_constants([PurchaseStatus.FAILED])), col(Purchase.decided_at) >= since
    )
    return session.exec(query).one()
