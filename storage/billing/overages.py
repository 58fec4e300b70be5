"""Overage: credits beyond a plan's, granted with a job, due when it is settled, on the next invoice once.

A job that needs more credits than the person has is granted the rest as a lot of its own. What of it was not spent goes
back; the rest is due. The worker that adds it to an invoice claims the row first (`BILLING`), so that it is not
forgiven as well.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from models.billing.credits import LedgerBucket, TransactionKind
from models.billing.payments import Overage, OverageStatus, Subscription
from models.columns import generate_id
from models.identity.people import Person
from storage.billing import ledger, lots
from storage.upsert import execute_dml

OPEN_STATUSES = (OverageStatus.HELD, OverageStatus.DUE)
BILLING_RETRY_DELAY = timedelta(minutes=1)  # before another attempt to add one to an invoice


def grant_overage(
    session: Session,
    person: Person,
    job_id: uuid.UUID,
    missing_credits: int,
    plan: Subscription,
    unit_price: int,
    now: datetime,
) -> bool:
    """Grant a job the missing credits, each for `unit_price` minor units; False beyond the person's cap for a period.

    Call it with the person's balance locked, as a failed `ledger.reserve` leaves it.
    """
    if sum_period_credits(session, plan) + missing_credits > plan.overage_cap:
        return False
    session.add(
        Overage(
            job_id=job_id,
            tenant_id=person.tenant_id,
            subscription_id=plan.id,
            period_start=plan.period_start,
            credits=missing_credits,
            amount=missing_credits * unit_price,
            created_at=now,
        )
    )
    return ledger.grant(
        session, person, missing_credits, key=_build_grant_key(job_id), now=now, reason=f"beyond {plan.external_id}"
    )


def sum_period_credits(session: Session, plan: Subscription) -> int:
    """Overage credits of the current period: held, due, or on an invoice."""
    query = select(func.coalesce(func.sum(col(Overage.credits)), 0)).where(
        col(Overage.subscription_id) == plan.id, col(Overage.period_start) == plan.period_start
    )
    return int(session.exec(query).one())


def close(session: Session, person: Person, job_id: uuid.UUID, now: datetime) -> None:
    """After a job was settled or refunded: take back the unspent part of its overage, and mark the rest due.

    Does nothing for a job without overage, or whose overage is on an invoice already: a person who pays for credits
    keeps them.
    """
    query = select(Overage).where(col(Overage.job_id) == job_id, col(Overage.status).in_(OPEN_STATUSES))
    row = session.exec(query.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return
    unspent = _revoke_unspent(session, person, job_id, now)
    row.amount -= unspent * (row.amount // row.credits)
    row.credits -= unspent
    row.status = OverageStatus.DUE if row.credits else OverageStatus.DROPPED
    session.flush()


def claim_billable(
    session: Session, tenant_id: uuid.UUID, now: datetime, limit: int = 20
) -> list[tuple[Overage, str, str]]:
    """Overages to add to an invoice now, with the provider's id of the subscription and the person's language."""
    is_due = or_(
        col(Overage.status) == OverageStatus.DUE,
        (col(Overage.status) == OverageStatus.BILLING) & (col(Overage.checked_at) <= now - BILLING_RETRY_DELAY),
    )
    query = (
        select(Overage, Subscription.external_id, Person.language)
        .join(Subscription, col(Subscription.id) == col(Overage.subscription_id))
        .join(Person, col(Person.id) == col(Subscription.person_id))
        .where(col(Overage.tenant_id) == tenant_id, is_due)
        .order_by(col(Overage.created_at))
        .limit(limit)
    )
    return [row for row in session.exec(query).all() if _claim(session, row[0], now)]


def mark_billed(session: Session, job_id: uuid.UUID, item_id: str | None) -> None:
    """Mark an overage as billed with an invoice item; as refused when the provider accepts none any more (None)."""
    status = OverageStatus.BILLED if item_id else OverageStatus.REFUSED
    statement = update(Overage).where(col(Overage.job_id) == job_id, col(Overage.status) == OverageStatus.BILLING)
    session.connection().execute(statement.values(status=status, external_id=item_id))


def find_for_job(session: Session, job_id: uuid.UUID) -> Overage | None:
    """The overage of a job."""
    return session.get(Overage, job_id)


def _claim(session: Session, row: Overage, now: datetime) -> bool:
    statement = (
        update(Overage)
        .where(
            col(Overage.job_id) == row.job_id,
            col(Overage.status) == row.status,
            col(Overage.checked_at).is_not_distinct_from(row.checked_at),
        )
        .values(status=OverageStatus.BILLING, checked_at=now)
    )
    return execute_dml(session, statement) == 1


def _revoke_unspent(session: Session, person: Person, job_id: uuid.UUID, now: datetime) -> int:
    loan_lots = lots.list_spendable(session, person.id, _build_grant_key(job_id))
    unspent = sum(lot.remaining for lot in loan_lots)
    if unspent:
        transaction = ledger.record(
            session, person, TransactionKind.CLAWBACK, f"unspent:{generate_id()}", now, job_id=job_id
        )
        assert transaction is not None  # noqa: S101 - the key is new
        ledger.post(session, transaction, {LedgerBucket.AVAILABLE: -unspent, LedgerBucket.ISSUED: unspent})
        lots.consume(loan_lots, unspent)
        session.flush()
    return unspent


def _build_grant_key(job_id: uuid.UUID) -> str:
    return f"overage:{job_id}"
