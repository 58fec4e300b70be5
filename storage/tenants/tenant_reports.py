"""Reports of a tenant over a period: people, jobs, waiting times and sales."""

import uuid
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.identity.people import Person
from models.jobs.job import Job, JobStatus
from models.messaging.deliveries import Delivery, DeliveryStatus
from storage.jobs.outcomes import JobCosts
from storage.operations.rollups import build_raw_spans, find_report_spans, find_spans
from storage.tenants import activity, ended_jobs, sales
from storage.tenants.ended_jobs import EndedJobs

DAY = timedelta(days=1)
COUNTED_STATUSES = (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)
MAX_SAMPLED_JOBS = 1000  # the newest ones, for waiting times


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """A tenant, and a period from `since` until `until`."""

    tenant_id: uuid.UUID
    since: datetime
    until: datetime

    def build_filter(self, column: Any) -> Any:
        return col(column).between(self.since, self.until)


@dataclass(frozen=True, slots=True)
class JobTotals:
    """Totals of ended jobs of one kind: counts by status, and costs."""

    kind: str
    done: int
    failed: int
    cancelled: int
    costs: JobCosts


@dataclass(frozen=True, slots=True)
class SalesTotal:
    """Sales of one item in one currency: number, and amounts paid and refunded in minor units."""

    item: str
    currency: str
    count: int
    amount: int
    refunded: int


def count_new_people(session: Session, period: ReportPeriod) -> int:
    """Number of people created in the period."""
    query = select(func.count()).where(
        col(Person.tenant_id) == period.tenant_id,
        col(Person.merged_into_id).is_(None),
        period.build_filter(Person.created_at),
    )
    return session.exec(query).one()


def count_active_people(session: Session, period: ReportPeriod) -> int:
    """Number of people who created jobs."""
    return activity.count_active_people(session, period.tenant_id, period.since, period.until)


def sum_jobs(session: Session, period: ReportPeriod) -> list[JobTotals]:
    """Totals of the jobs that ended, by kind."""
    spans = find_spans(session, period.since, period.until)
    ended: dict[str, list[EndedJobs]] = {}
    for row in ended_jobs.list_sums(session, period.tenant_id, spans):
        ended.setdefault(row.kind, []).append(row)
    return [_build_totals(kind, ended[kind]) for kind in sorted(ended)]


def _build_totals(kind: str, rows: Sequence[EndedJobs]) -> JobTotals:
    done, failed, cancelled = (sum(row.jobs for row in rows if row.status == status) for status in COUNTED_STATUSES)
    sums = map(sum, zip(*(astuple(row.costs) for row in rows), strict=True))
    return JobTotals(kind, done, failed, cancelled, JobCosts(*sums))


def sum_credits_spent(session: Session, period: ReportPeriod) -> dict[str, int]:
    """Credits captured for jobs, less those given back for results that were not delivered, by kind of job."""
    return ended_jobs.sum_spent_by_kind(session, period.tenant_id, find_spans(session, period.since, period.until))


def sum_credits_sold(session: Session, period: ReportPeriod) -> int:
    """Credits that were paid for."""
    return sales.sum_credits_sold(session, period.tenant_id, find_report_spans(session, period.since, period.until))


def list_sales(session: Session, period: ReportPeriod) -> list[SalesTotal]:
    """Sales by item and currency, with the refunds by administrators in the same period."""
    sums = sales.sum_sales(session, period.tenant_id, find_report_spans(session, period.since, period.until))
    return [SalesTotal(*key, *amounts) for key, amounts in sorted(sums.items())]


def measure_waits(session: Session, period: ReportPeriod, *quantiles: float) -> list[float] | None:
    """Quantiles of the seconds from a message to its film in the chat; None without films."""
    is_film = col(Delivery.status) == DeliveryStatus.SENT, col(Delivery.part) == "film"
    # a scalar subquery, so that the deliveries of these jobs are looked up, and not those of all jobs
    sent_at = select(func.max(Delivery.sent_at)).where(col(Delivery.job_id) == col(Job.id), *is_film).scalar_subquery()
    query = (
        select(Job.received_at, sent_at)
        .where(
            col(Job.tenant_id) == period.tenant_id,
            col(Job.status) == JobStatus.DONE,
            period.build_filter(Job.finished_at),
        )
        .order_by(col(Job.finished_at).desc())
        .limit(MAX_SAMPLED_JOBS)
    )
    seconds = sorted(
        (sent_at - received_at).total_seconds() for received_at, sent_at in session.exec(query) if sent_at is not None
    )
    return [seconds[max(0, ceil(quantile * len(seconds)) - 1)] for quantile in quantiles] if seconds else None


def count_over_time(session: Session, period: ReportPeriod, steps: int) -> list[dict[str, int]]:
    """Jobs that ended in each of `steps` equal parts of the period, by status."""
    length = (period.until - period.since) / steps
    spans = (
        find_spans(session, period.since, period.until)
        if length >= DAY
        else build_raw_spans(period.since, period.until)
    )
    ends = [period.since + length * (index + 1) for index in range(steps - 1)]
    parts: list[dict[str, int]] = [{} for _ in range(steps)]
    for index, status, jobs in ended_jobs.count_over_time(session, period.tenant_id, spans, ends):
        parts[index][status] = parts[index].get(status, 0) + jobs
    return parts
