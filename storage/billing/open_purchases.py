"""Open purchases of a person, payments in Telegram Stars, and the subscription they pay for."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.billing.payments import Provider, Purchase, PurchaseStatus, Subscription
from models.identity.people import Person
from storage.billing.subscriptions import ACTIVE_STATUSES
from storage.upsert import execute_dml

MIN_TIME_TO_PAY = timedelta(minutes=5)  # a purchase that expires sooner is not offered again


def lock_person(session: Session, person: Person) -> None:
    """Lock a person against concurrent purchases until the transaction ends (on SQLite it is exclusive already)."""
    session.exec(select(Person.id).where(col(Person.id) == person.id).with_for_update(key_share=True)).one()


def find_payable(session: Session, purchase: Purchase, now: datetime) -> Purchase | None:
    """A purchase of the same item by the same person that can still be paid."""
    query = select(Purchase).where(
        col(Purchase.person_id) == purchase.person_id,
        col(Purchase.provider) == purchase.provider,
        col(Purchase.item) == purchase.item,
        col(Purchase.currency) == purchase.currency,
        col(Purchase.amount) == purchase.amount,
        col(Purchase.status).in_((PurchaseStatus.REQUESTED, PurchaseStatus.OPEN)),
    )
    candidates: Iterator[Purchase] = iter(session.exec(query.order_by(col(Purchase.created_at).desc())))
    return next(
        (
            candidate
            for candidate in candidates
            if candidate.expires_at is None or candidate.expires_at > now + MIN_TIME_TO_PAY
        ),
        None,
    )


def find_by_invoice_payload(
    session: Session, tenant_id: uuid.UUID, payload: str, *, for_update: bool = False
) -> Purchase | None:
    """The Stars purchase that an invoice's payload names; `for_update` locks its row."""
    try:
        purchase_id = uuid.UUID(payload)
    except ValueError:
        return None
    found = session.get(Purchase, purchase_id, populate_existing=True, with_for_update=for_update or None)
    is_ours = found is not None and found.tenant_id == tenant_id and found.provider == Provider.STARS
    return found if is_ours else None


def find_by_charge(session: Session, tenant_id: uuid.UUID, charge_id: str) -> Purchase | None:
    """The purchase paid by a Stars charge."""
    query = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id,
        col(Purchase.provider) == Provider.STARS,
        col(Purchase.external_id) == charge_id,
    )
    return session.exec(query).one_or_none()


def subscription_of(session: Session, person: Person) -> Subscription | None:
    """The person's active subscription with the latest period."""
    query = (
        select(Subscription)
        .where(col(Subscription.person_id) == person.id, col(Subscription.status).in_(ACTIVE_STATUSES))
        .order_by(col(Subscription.period_end).desc())
    )
    return session.exec(query).first()


def expire_invoices(session: Session, now: datetime, limit: int) -> int:
    """Mark overdue Stars invoices as expired; how many there were. A payment that arrives all the same still counts.

    Nothing else does: Telegram sends no update for unpaid invoices, and there is no provider to query.
    """
    expired_ids = (
        select(Purchase.id)
        .where(
            col(Purchase.provider) == Provider.STARS,
            col(Purchase.status) == PurchaseStatus.OPEN,
            col(Purchase.expires_at) <= now,
        )
        .order_by(col(Purchase.id))
        .limit(limit)
        .with_for_update(skip_locked=True)  # those being paid just now
    )
    statement = update(Purchase).where(col(Purchase.id).in_(expired_ids.scalar_subquery()))
    return execute_dml(session, statement.values(status=PurchaseStatus.EXPIRED, checked_at=now, decided_at=now))
