"""Overage: credits beyond a plan's, granted with a job, due when it is settled, on the next invoice once.

A job that needs more credits than the person has is granted the rest as a lot of its own. What of it was not spent goes
back; the rest is due. The worker that adds it to an invoice claims the row first (`BILLING`), so that it is not
forgiven as well.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from models.columns import new_id
from models.credits import Bucket, Entry
from models.payments import Overage, OverageStatus, Subscription
from models.people import Person
from storage import ledger, lots
from storage.rows import changed

OPEN = (OverageStatus.HELD, OverageStatus.DUE)
AGAIN = timedelta(minutes=1)  # before another attempt to add one to an invoice


def lend(
    session: Session, person: Person, job_id: uuid.UUID, missing: int, plan: Subscription, price: int, now: datetime
) -> bool:
    """Grant a job the missing credits, each for `unit_price` minor units; False beyond the person's cap for a period.

    Call it with the person's balance locked, as a failed `ledger.reserve` leaves it.
    """
    if lent(session, plan) + missing > plan.overage_cap:
        return False
    session.add(
        Overage(
            job_id=job_id,
            tenant_id=person.tenant_id,
            subscription_id=plan.id,
            period_start=plan.period_start,
            credits=missing,
            amount=missing * price,
            created_at=now,
        )
    )
    return ledger.grant(session, person, missing, key=_key(job_id), now=now, reason=f"beyond {plan.external_id}")


def lent(session: Session, plan: Subscription) -> int:
    """Overage credits of the current period: held, due, or on an invoice."""
    wanted = select(func.coalesce(func.sum(col(Overage.credits)), 0)).where(
        col(Overage.subscription_id) == plan.id, col(Overage.period_start) == plan.period_start
    )
    return int(session.exec(wanted).one())


def close(session: Session, person: Person, job_id: uuid.UUID, now: datetime) -> None:
    """After a job was settled or refunded: take back the unspent part of its overage, and mark the rest due.

    Does nothing for a job without overage, or whose overage is on an invoice already: a person who pays for credits
    keeps them.
    """
    found = select(Overage).where(col(Overage.job_id) == job_id, col(Overage.status).in_(OPEN))
    row = session.exec(found.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return
    unspent = _take_back(session, person, job_id, now)
    row.amount -= unspent * (row.amount // row.credits)
    row.credits -= unspent
    row.status = OverageStatus.DUE if row.credits else OverageStatus.DROPPED
    session.flush()


def take(session: Session, tenant_id: uuid.UUID, now: datetime, limit: int = 20) -> list[tuple[Overage, str, str]]:
    """Overages to add to an invoice now, with the provider's id of the subscription and the person's language."""
    due = or_(
        col(Overage.status) == OverageStatus.DUE,
        (col(Overage.status) == OverageStatus.BILLING) & (col(Overage.checked_at) <= now - AGAIN),
    )
    wanted = (
        select(Overage, Subscription.external_id, Person.language)
        .join(Subscription, col(Subscription.id) == col(Overage.subscription_id))
        .join(Person, col(Person.id) == col(Subscription.person_id))
        .where(col(Overage.tenant_id) == tenant_id, due)
        .order_by(col(Overage.created_at))
        .limit(limit)
    )
    return [found for found in session.exec(wanted).all() if _taken(session, found[0], now)]


def billed(session: Session, job_id: uuid.UUID, item: str | None) -> None:
    """Mark an overage as billed with an invoice item; as refused when the provider accepts none any more (None)."""
    status = OverageStatus.BILLED if item else OverageStatus.REFUSED
    mine = update(Overage).where(col(Overage.job_id) == job_id, col(Overage.status) == OverageStatus.BILLING)
    session.connection().execute(mine.values(status=status, external_id=item))


def of_job(session: Session, job_id: uuid.UUID) -> Overage | None:
    """The overage of a job."""
    return session.get(Overage, job_id)


def _taken(session: Session, row: Overage, now: datetime) -> bool:
    mine = (
        update(Overage)
        .where(
            col(Overage.job_id) == row.job_id,
            col(Overage.status) == row.status,
            col(Overage.checked_at).is_not_distinct_from(row.checked_at),
        )
        .values(status=OverageStatus.BILLING, checked_at=now)
    )
    return changed(session, mine) == 1


def _take_back(session: Session, person: Person, job_id: uuid.UUID, now: datetime) -> int:
    held = lots.of(session, person.id, _key(job_id))
    unspent = sum(lot.remaining for lot in held)
    if unspent:
        transaction = ledger.record(session, person, Entry.CLAWBACK, f"unspent:{new_id()}", now, job_id=job_id)
        assert transaction is not None  # noqa: S101 - the key is new
        ledger.post(session, transaction, {Bucket.AVAILABLE: -unspent, Bucket.ISSUED: unspent})
        lots.drain(held, unspent)
        session.flush()
    return unspent


def _key(job_id: uuid.UUID) -> str:
    return f"overage:{job_id}"
