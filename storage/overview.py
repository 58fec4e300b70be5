"""Reports of a tenant over a period: people, jobs, waiting times and sales."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import case, func, or_
from sqlmodel import Session, col, select

from models.credits import Bucket, Entry, LedgerPosting, LedgerTransaction
from models.deliveries import Delivery, DeliveryStatus
from models.jobs import FINAL, Job, Status
from models.payments import Purchase, PurchaseStatus, Repayment, RepaymentStatus
from models.people import Person

ENDS = (Status.DONE, Status.FAILED, Status.CANCELLED)
FILMS = 10_000  # the newest ones, for waiting times
SOLD = ("grant:cs_%", "grant:stars:%", "invoice:%")  # ledger keys of credits that were paid for


@dataclass(frozen=True, slots=True)
class Span:
    """A tenant, and a period from `since` until `until`."""

    tenant_id: uuid.UUID
    since: datetime
    until: datetime

    def holds(self, moment: Any) -> Any:
        return col(moment).between(self.since, self.until)


@dataclass(frozen=True, slots=True)
class Work:
    """Totals of ended jobs of one kind: counts by status, costs (seconds, millionths of a US dollar), credits spent."""

    kind: str
    done: int
    failed: int
    cancelled: int
    cpu_seconds: float
    provider_seconds: float
    provider_cost: int
    spent: int


@dataclass(frozen=True, slots=True)
class Sale:
    """Sales of one item in one currency: number, and amounts paid and refunded in minor units."""

    item: str
    currency: str
    count: int
    amount: int
    returned: int


def newcomers(session: Session, span: Span) -> int:
    """Number of people created in the period."""
    wanted = select(func.count()).where(
        col(Person.tenant_id) == span.tenant_id, col(Person.merged_into_id).is_(None), span.holds(Person.created_at)
    )
    return session.exec(wanted).one()


def active(session: Session, span: Span) -> int:
    """Number of people who created jobs."""
    wanted = select(func.count(func.distinct(col(Job.person_id)))).where(
        col(Job.tenant_id) == span.tenant_id, span.holds(Job.created_at)
    )
    return session.exec(wanted).one()


def work(session: Session, span: Span) -> list[Work]:
    """Totals of the jobs that ended, by kind."""
    counted = [func.sum(case((col(Job.status) == status, 1), else_=0)) for status in ENDS]
    costs = [func.sum(col(each)) for each in (Job.cpu_seconds, Job.provider_seconds, Job.provider_cost)]
    spent = _spent_by_kind(session, span)
    return [
        Work(kind, int(done), int(failed), int(cancelled), float(cpu), float(heard), int(cost), spent.get(kind, 0))
        for kind, done, failed, cancelled, cpu, heard, cost in _rows(session, span, [*counted, *costs])
    ]


def _rows(session: Session, span: Span, columns: Sequence[Any]) -> Any:
    ended = col(Job.status).in_(FINAL) & (col(Job.tenant_id) == span.tenant_id) & span.holds(Job.finished_at)
    wanted = select(col(Job.kind), *columns).where(ended).group_by(col(Job.kind)).order_by(col(Job.kind))
    return session.connection().execute(wanted)


def _spent_by_kind(session: Session, span: Span) -> dict[str, int]:
    """Credits captured for jobs, less refunds for those that were not delivered."""
    wanted = (
        select(Job.kind, func.sum(LedgerPosting.amount))
        .join(LedgerTransaction, col(LedgerTransaction.job_id) == col(Job.id))
        .join(LedgerPosting, col(LedgerPosting.transaction_id) == col(LedgerTransaction.id))
        .where(
            col(LedgerTransaction.tenant_id) == span.tenant_id,
            col(LedgerPosting.bucket) == Bucket.SPENT,
            span.holds(LedgerTransaction.created_at),
        )
        .group_by(col(Job.kind))
    )
    return {kind: int(total) for kind, total in session.exec(wanted)}


def sold(session: Session, span: Span) -> int:
    """Credits that were paid for."""
    wanted = (
        select(func.coalesce(func.sum(col(LedgerPosting.amount)), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerPosting.transaction_id))
        .where(
            col(LedgerTransaction.tenant_id) == span.tenant_id,
            col(LedgerTransaction.kind) == Entry.GRANT,
            or_(*(col(LedgerTransaction.key).like(each) for each in SOLD)),
            col(LedgerPosting.bucket) == Bucket.AVAILABLE,
            span.holds(LedgerTransaction.created_at),
        )
    )
    return int(session.exec(wanted).one())


def sales(session: Session, span: Span) -> list[Sale]:
    """Sales by item and currency, with the refunds by administrators in the same period."""
    mine = (col(Purchase.tenant_id) == span.tenant_id,)
    paid = (
        select(Purchase.item, Purchase.currency, func.count(), func.sum(Purchase.amount))
        .where(*mine, col(Purchase.status) == PurchaseStatus.PAID, span.holds(Purchase.decided_at))
        .group_by(col(Purchase.item), col(Purchase.currency))
    )
    back = (
        select(Purchase.item, Purchase.currency, func.sum(Repayment.amount))
        .join(Repayment, col(Repayment.purchase_id) == col(Purchase.id))
        .where(*mine, col(Repayment.status) == RepaymentStatus.DONE, span.holds(Repayment.decided_at))
        .group_by(col(Purchase.item), col(Purchase.currency))
    )
    came = {(item, currency): (count, int(total)) for item, currency, count, total in session.exec(paid)}
    went = {(item, currency): int(total) for item, currency, total in session.exec(back)}
    return [Sale(*key, *came.get(key, (0, 0)), went.get(key, 0)) for key in sorted(came.keys() | went.keys())]


def waits(session: Session, span: Span, *shares: float) -> list[float] | None:
    """Quantiles of the seconds from a message to its film in the chat; None without films."""
    wanted = (
        select(Job.received_at, Delivery.sent_at)
        .join(Delivery, col(Delivery.job_id) == col(Job.id))
        .where(
            col(Job.tenant_id) == span.tenant_id,
            col(Job.status) == Status.DONE,
            col(Delivery.status) == DeliveryStatus.SENT,
            col(Delivery.part) == "film",
            span.holds(Delivery.sent_at),
        )
        .order_by(col(Delivery.sent_at).desc())
        .limit(FILMS)
    )
    found = sorted((sent - came).total_seconds() for came, sent in session.exec(wanted) if sent is not None)
    return [found[max(0, ceil(share * len(found)) - 1)] for share in shares] if found else None


def over_time(session: Session, span: Span, steps: int) -> list[dict[str, int]]:
    """Jobs that ended in each of `steps` equal parts of the period, by status."""
    ended = select(Job.finished_at, Job.status).where(
        col(Job.tenant_id) == span.tenant_id, col(Job.status).in_(FINAL), span.holds(Job.finished_at)
    )
    parts: list[dict[str, int]] = [{} for _ in range(steps)]
    for moment, status in session.exec(ended):
        if moment is not None:
            place = int((moment - span.since) / (span.until - span.since) * steps)
            part = parts[min(place, steps - 1)]
            part[status] = part.get(status, 0) + 1
    return parts
