"""Metrics from the database that alerts are raised by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from models.errors import OURS
from models.jobs import Job, Status, WorkerRow
from models.payments import ProviderEvent, Purchase, PurchaseStatus
from storage import faults, figures, whatsapp
from storage.jobs import MAX_ATTEMPTS

SILENCE = timedelta(seconds=60)  # a worker updates its row every few seconds
LATELY = timedelta(minutes=15)
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
NEWS_LATE = timedelta(minutes=15)  # events are handled within seconds
LINK_LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Vitals:
    """`missing_workers` went silent without a successor; `stalled` are workers that render and do not sweep for lost
    jobs, and exhausted jobs that nobody ended; `ended_jobs`, `failed_jobs` (by our fault) and `error_count` are those
    of the last 15 minutes, `failed_purchases` those of the last hour. Times are seconds.
    """

    queued: int = 0
    oldest: float = 0.0
    workers: int = 0
    gone: int = 0
    stalled: int = 0
    ended: int = 0
    broken: int = 0
    faults: int = 0
    news: int = 0
    links: int = 0
    unpaid: int = 0
    unseen: int = 0


def vitals(session: Session, now: datetime) -> Vitals:
    queued = figures.queued(session, now)
    rows = session.exec(select(WorkerRow)).all()
    ended, broken = _endings(session, now - LATELY)
    workers = sum(row.seen_at >= now - SILENCE for row in rows)
    return Vitals(
        queued=queued.count,
        oldest=queued.oldest_seconds,
        workers=workers,
        gone=missed(rows, now),
        stalled=_stalled(session, rows, now) + (_unended(session, now) if workers else 0),
        ended=ended,
        broken=broken,
        faults=faults.count(session, now - LATELY),
        news=_late_news(session, now),
        links=_late_links(session, now),
        unpaid=_unpaid(session, now - AN_HOUR),
        unseen=whatsapp.unseen(session, now),
    )


def missed(rows: Sequence[WorkerRow], now: datetime) -> int:
    """Number of workers that went silent without another that started after that; each replaces one."""
    begun = sorted(row.started_at for row in rows)
    missing = 0
    for silent_since in sorted(row.seen_at for row in rows if row.seen_at < now - SILENCE):
        successor = next((moment for moment in begun if moment > silent_since), None)
        if successor is None:
            missing += 1
        else:
            begun.remove(successor)
    return missing


def _stalled(session: Session, rows: Sequence[WorkerRow], now: datetime) -> int:
    """Workers that renew their jobs' leases, so they are alive, and were not seen sweeping for lost jobs."""
    silent = [row.name for row in rows if row.seen_at < now - SILENCE]
    at_work = select(func.count(func.distinct(Job.owner))).where(
        col(Job.status) == Status.RUNNING, col(Job.owner).in_(silent), col(Job.lease_until) > now
    )
    return session.exec(at_work).one()


def _unended(session: Session, now: datetime) -> int:
    """Jobs that killed their workers too often, and that no sweep has failed."""
    wanted = select(func.count()).where(
        col(Job.status) == Status.RUNNING,
        col(Job.attempts) >= MAX_ATTEMPTS,
        col(Job.lease_until) < now - SILENCE,
    )
    return session.exec(wanted).one()


def _endings(session: Session, since: datetime) -> tuple[int, int]:
    """Jobs that succeeded or failed since then, and how many of them failed by our fault."""
    ended = (Status.DONE, Status.FAILED)
    wanted = select(Job.code, func.count()).where(col(Job.finished_at) >= since, col(Job.status).in_(ended))
    by_code = dict(session.exec(wanted.group_by(col(Job.code))).all())
    return sum(by_code.values()), sum(many for code, many in by_code.items() if code in OURS)


def _late_news(session: Session, now: datetime) -> int:
    wanted = select(func.count(col(ProviderEvent.id))).where(
        col(ProviderEvent.handled_at).is_(None), col(ProviderEvent.received_at) < now - NEWS_LATE
    )
    return session.exec(wanted).one()


def _late_links(session: Session, now: datetime) -> int:
    """Purchases whose user still waits for a payment link; older than a day nobody does."""
    wanted = select(func.count(col(Purchase.id))).where(
        col(Purchase.status) == PurchaseStatus.ASKED,
        col(Purchase.created_at) < now - LINK_LATE,
        col(Purchase.created_at) > now - A_DAY,
    )
    return session.exec(wanted).one()


def _unpaid(session: Session, since: datetime) -> int:
    wanted = select(func.count(col(Purchase.id))).where(
        col(Purchase.status) == PurchaseStatus.FAILED, col(Purchase.decided_at) >= since
    )
    return session.exec(wanted).one()
