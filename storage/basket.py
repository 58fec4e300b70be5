"""Open purchases of a person, payments in Telegram Stars, and the subscription they pay for."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.payments import Provider, Purchase, PurchaseStatus, Subscription
from models.people import Person
from storage.rows import changed
from storage.subscriptions import GOING_ON

ENOUGH = timedelta(minutes=5)  # a purchase that expires sooner is not offered again


def hold_still(session: Session, person: Person) -> None:
    """Lock a person against concurrent purchases until the transaction ends (on SQLite it is exclusive already)."""
    session.exec(select(Person.id).where(col(Person.id) == person.id).with_for_update(key_share=True)).one()


def under_way(session: Session, wanted: Purchase, now: datetime) -> Purchase | None:
    """A purchase of the same item by the same person that can still be paid."""
    same = select(Purchase).where(
        col(Purchase.person_id) == wanted.person_id,
        col(Purchase.provider) == wanted.provider,
        col(Purchase.item) == wanted.item,
        col(Purchase.currency) == wanted.currency,
        col(Purchase.amount) == wanted.amount,
        col(Purchase.status).in_((PurchaseStatus.ASKED, PurchaseStatus.OPEN)),
    )
    found: Iterator[Purchase] = iter(session.exec(same.order_by(col(Purchase.created_at).desc())))
    return next((each for each in found if each.expires_at is None or each.expires_at > now + ENOUGH), None)


def invoiced(session: Session, tenant_id: uuid.UUID, payload: str, *, hold: bool = False) -> Purchase | None:
    """The Stars purchase that an invoice's payload names; `for_update` locks its row."""
    try:
        purchase_id = uuid.UUID(payload)
    except ValueError:
        return None
    found = session.get(Purchase, purchase_id, populate_existing=True, with_for_update=hold or None)
    is_ours = found is not None and found.tenant_id == tenant_id and found.provider == Provider.STARS
    return found if is_ours else None


def paid_with(session: Session, tenant_id: uuid.UUID, charge: str) -> Purchase | None:
    """The purchase paid by a Stars charge."""
    wanted = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id,
        col(Purchase.provider) == Provider.STARS,
        col(Purchase.external_id) == charge,
    )
    return session.exec(wanted).one_or_none()


def subscription_of(session: Session, person: Person) -> Subscription | None:
    """The person's active subscription with the latest period."""
    wanted = (
        select(Subscription)
        .where(col(Subscription.person_id) == person.id, col(Subscription.status).in_(GOING_ON))
        .order_by(col(Subscription.period_end).desc())
    )
    return session.exec(wanted).first()


def lapse(session: Session, now: datetime, limit: int) -> int:
    """Mark overdue Stars invoices as expired; how many there were. A payment that arrives all the same still counts.

    Nothing else does: Telegram sends no update for unpaid invoices, and there is no provider to query.
    """
    lapsed = (
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
    over = update(Purchase).where(col(Purchase.id).in_(lapsed.scalar_subquery()))
    return changed(session, over.values(status=PurchaseStatus.EXPIRED, checked_at=now, decided_at=now))
