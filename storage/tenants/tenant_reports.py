"""Reports of a tenant over a period: people, jobs, waiting times and sales."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import case, func, or_
from sqlmodel import Session, col, select

from models.billing.credits import LedgerBucket, LedgerPosting, LedgerTransaction, TransactionKind
from models.billing.payments import Purchase, PurchaseStatus, Repayment, RepaymentStatus
from models.identity.people import Person
from models.jobs.job import FINAL_STATUSES, Job, JobStatus
from models.messaging.deliveries import Delivery, DeliveryStatus

COUNTED_STATUSES = (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)
MAX_SAMPLED_JOBS = 10_000  # the newest ones, for waiting times
SOLD_KEY_PATTERNS = ("grant:cs_%", "grant:stars:%", "invoice:%")  # ledger keys of credits that were paid for


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
    """Totals of ended jobs of one kind: counts by status, costs (seconds, millionths of a US dollar), credits spent."""

    kind: str
    done: int
    failed: int
    cancelled: int
    cpu_seconds: float
    provider_seconds: float
    provider_cost: int
    credits_spent: int


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
    query = select(func.count(func.distinct(col(Job.person_id)))).where(
        col(Job.tenant_id) == period.tenant_id, period.build_filter(Job.created_at)
    )
    return session.exec(query).one()


def sum_jobs(session: Session, period: ReportPeriod) -> list[JobTotals]:
    """Totals of the jobs that ended, by kind."""
    counts = [func.sum(case((col(Job.status) == status, 1), else_=0)) for status in COUNTED_STATUSES]
    costs = [func.sum(col(each)) for each in (Job.cpu_seconds, Job.provider_seconds, Job.provider_cost)]
    spent = _sum_spent_by_kind(session, period)
    return [
        JobTotals(
            kind,
            int(done),
            int(failed),
            int(cancelled),
            float(cpu),
            float(provider_seconds),
            int(cost),
            spent.get(kind, 0),
        )
        for kind, done, failed, cancelled, cpu, provider_seconds, cost in _query_ended_jobs(
            session, period, [*counts, *costs]
        )
    ]


def _query_ended_jobs(session: Session, period: ReportPeriod, columns: Sequence[Any]) -> Any:
    conditions = (
        col(Job.status).in_(FINAL_STATUSES)
        & (col(Job.tenant_id) == period.tenant_id)
        & period.build_filter(Job.finished_at)
    )
    query = select(col(Job.kind), *columns).where(conditions).group_by(col(Job.kind)).order_by(col(Job.kind))
    return session.connection().execute(query)


def _sum_spent_by_kind(session: Session, period: ReportPeriod) -> dict[str, int]:
    """Credits captured for jobs, less refunds for those that were not delivered."""
    query = (
        select(Job.kind, func.sum(LedgerPosting.amount))
        .join(LedgerTransaction, col(LedgerTransaction.job_id) == col(Job.id))
        .join(LedgerPosting, col(LedgerPosting.transaction_id) == col(LedgerTransaction.id))
        .where(
            col(LedgerTransaction.tenant_id) == period.tenant_id,
            col(LedgerPosting.bucket) == LedgerBucket.SPENT,
            period.build_filter(LedgerTransaction.created_at),
        )
        .group_by(col(Job.kind))
    )
    return {kind: int(total) for kind, total in session.exec(query)}


def sum_credits_sold(session: Session, period: ReportPeriod) -> int:
    """Credits that were paid for."""
    query = (
        select(func.coalesce(func.sum(col(LedgerPosting.amount)), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerPosting.transaction_id))
        .where(
            col(LedgerTransaction.tenant_id) == period.tenant_id,
            col(LedgerTransaction.kind) == TransactionKind.GRANT,
            or_(*(col(LedgerTransaction.key).like(each) for each in SOLD_KEY_PATTERNS)),
            col(LedgerPosting.bucket) == LedgerBucket.AVAILABLE,
            period.build_filter(LedgerTransaction.created_at),
        )
    )
    return int(session.exec(query).one())


def list_sales(session: Session, period: ReportPeriod) -> list[SalesTotal]:
    """Sales by item and currency, with the refunds by administrators in the same period."""
    filters = (col(Purchase.tenant_id) == period.tenant_id,)
    paid_query = (
        select(Purchase.item, Purchase.currency, func.count(), func.sum(Purchase.amount))
        .where(*filters, col(Purchase.status) == PurchaseStatus.PAID, period.build_filter(Purchase.decided_at))
        .group_by(col(Purchase.item), col(Purchase.currency))
    )
    refund_query = (
        select(Purchase.item, Purchase.currency, func.sum(Repayment.amount))
        .join(Repayment, col(Repayment.purchase_id) == col(Purchase.id))
        .where(*filters, col(Repayment.status) == RepaymentStatus.DONE, period.build_filter(Repayment.decided_at))
        .group_by(col(Purchase.item), col(Purchase.currency))
    )
    payments = {(item, currency): (count, int(total)) for item, currency, count, total in session.exec(paid_query)}
    refunds = {(item, currency): int(total) for item, currency, total in session.exec(refund_query)}
    return [
        SalesTotal(*key, *payments.get(key, (0, 0)), refunds.get(key, 0))
        for key in sorted(payments.keys() | refunds.keys())
    ]


def measure_waits(session: Session, period: ReportPeriod, *quantiles: float) -> list[float] | None:
    """Quantiles of the seconds from a message to its film in the chat; None without films."""
    query = (
        select(Job.received_at, Delivery.sent_at)
        .join(Delivery, col(Delivery.job_id) == col(Job.id))
        .where(
            col(Job.tenant_id) == period.tenant_id,
            col(Job.status) == JobStatus.DONE,
            col(Delivery.status) == DeliveryStatus.SENT,
            col(Delivery.part) == "film",
            period.build_filter(Delivery.sent_at),
        )
        .order_by(col(Delivery.sent_at).desc())
        .limit(MAX_SAMPLED_JOBS)
    )
    seconds = sorted(
        (sent_at - received_at).total_seconds() for received_at, sent_at in session.exec(query) if sent_at is not None
    )
    return [seconds[max(0, ceil(quantile * len(seconds)) - 1)] for quantile in quantiles] if seconds else None


def count_over_time(session: Session, period: ReportPeriod, steps: int) -> list[dict[str, int]]:
    """Jobs that ended in each of `steps` equal parts of the period, by status."""
    query = select(Job.finished_at, Job.status).where(
        col(Job.tenant_id) == period.tenant_id,
        col(Job.status).in_(FINAL_STATUSES),
        period.build_filter(Job.finished_at),
    )
    parts: list[dict[str, int]] = [{} for _ in range(steps)]
    for moment, status in session.exec(query):
        if moment is not None:
            index = int((moment - period.since) / (period.until - period.since) * steps)
            part = parts[min(index, steps - 1)]
            part[status] = part.get(status, 0) + 1
    return parts
