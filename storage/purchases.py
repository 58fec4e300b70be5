"""Purchases, from the request to the payment. Their status only goes forward, in whatever order events arrive."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from models.deliveries import Delivery
from models.payments import UNDECIDED, Provider, Purchase, PurchaseStatus
from models.people import Address, Person
from storage.people import selves
from storage.rows import changed, insert_once

BEFORE: dict[PurchaseStatus, tuple[PurchaseStatus, ...]] = {
    PurchaseStatus.OPEN: (PurchaseStatus.ASKED,),
    PurchaseStatus.PENDING: (PurchaseStatus.ASKED, PurchaseStatus.OPEN),
    PurchaseStatus.EXPIRED: (PurchaseStatus.ASKED, PurchaseStatus.OPEN),
    PurchaseStatus.FAILED: UNDECIDED,
    PurchaseStatus.PAID: (*UNDECIDED, PurchaseStatus.EXPIRED, PurchaseStatus.FAILED),  # a payment counts even when late
}
"""For each status, those a purchase may have before it."""


def advance(session: Session, purchase: Purchase, status: PurchaseStatus, now: datetime, **values: Any) -> bool:
    """Move a purchase to a later status; False when it has that status already, or is past it."""
    if status not in UNDECIDED:
        values["decided_at"] = now
    forward = (
        update(Purchase)
        .where(col(Purchase.id) == purchase.id, col(Purchase.status).in_(BEFORE[status]))
        .values(status=status, checked_at=now, **values)
    )
    moved = changed(session, forward) == 1
    session.refresh(purchase)
    return moved


def promise(session: Session, purchase_id: uuid.UUID, now: datetime, lasts: timedelta, least: timedelta) -> bool:
    """Store a payment link's expiry before it is created, so that creating it again after a crash gives the same one.

    An expiry sooner than `min_remaining` from now is renewed. False when there is no link to create.
    """
    asked = col(Purchase.id) == purchase_id, col(Purchase.status) == PurchaseStatus.ASKED
    session.connection().execute(
        update(Purchase)
        .where(*asked, or_(col(Purchase.expires_at).is_(None), col(Purchase.expires_at) < now + least))
        .values(expires_at=now + lasts, attempt=col(Purchase.attempt) + 1)
    )
    return changed(session, update(Purchase).where(*asked).values(checked_at=now)) == 1


def checked(session: Session, purchase: Purchase, now: datetime) -> None:
    session.connection().execute(update(Purchase).where(col(Purchase.id) == purchase.id).values(checked_at=now))


def named(session: Session, tenant_id: uuid.UUID, external_id: str) -> Purchase | None:
    """The purchase with the provider's id: a session or an invoice."""
    wanted = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id,
        col(Purchase.provider) == Provider.STRIPE,
        col(Purchase.external_id) == external_id,
    )
    return session.exec(wanted).one_or_none()


def known(session: Session, tenant_id: uuid.UUID, reference: str | None) -> Purchase | None:
    """The purchase with our own id; None for hostile text too."""
    try:
        purchase = session.get(Purchase, uuid.UUID(reference or ""))
    except ValueError:
        return None
    is_ours = purchase is not None and (purchase.tenant_id, purchase.provider) == (tenant_id, Provider.STRIPE)
    return purchase if is_ours else None


def paid_with(session: Session, tenant_id: uuid.UUID, payment: str) -> list[Purchase]:
    """The purchases paid by a payment."""
    wanted = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id,
        col(Purchase.provider) == Provider.STRIPE,
        col(Purchase.payment_id) == payment,
    )
    return list(session.exec(wanted.order_by(col(Purchase.created_at), col(Purchase.id))))


def without_session(session: Session, person: Person, item: str, currency: str) -> Purchase | None:
    """The person's latest open purchase of an item that has a static payment link instead of a session."""
    wanted = select(Purchase).where(
        col(Purchase.person_id).in_(selves(session, person)),
        col(Purchase.provider) == Provider.STRIPE,
        col(Purchase.item) == item,
        col(Purchase.currency) == currency,
        col(Purchase.status) == PurchaseStatus.OPEN,
        col(Purchase.external_id).is_(None),
    )
    return session.exec(wanted.order_by(col(Purchase.created_at).desc())).first()


def keep(session: Session, purchase: Purchase) -> bool:
    """Insert a purchase that nobody requested, such as a renewal; False when it exists already."""
    return insert_once(session, purchase)


def unlinked(session: Session, tenant_id: uuid.UUID, checked_before: datetime, limit: int = 20) -> list[Purchase]:
    """Purchases whose payment link was requested and not created."""
    asked = col(Purchase.status) == PurchaseStatus.ASKED
    return _of(session, tenant_id, and_(asked, col(Purchase.checked_at) <= checked_before), limit)


def unsettled(session: Session, tenant_id: uuid.UUID, due: ColumnElement[bool], limit: int = 100) -> list[Purchase]:
    """Purchases with a session that are neither paid nor over, and match `due_filter`."""
    has_link = col(Purchase.status).in_((PurchaseStatus.OPEN, PurchaseStatus.PENDING))
    return _of(session, tenant_id, and_(has_link, col(Purchase.external_id).is_not(None), due), limit)


def due(now: datetime, young: timedelta, pause: timedelta, rest: timedelta) -> ColumnElement[bool]:
    """Not checked for `young_interval` while younger than `young_age`, or for `regular_interval` later on."""
    is_young = col(Purchase.created_at) > now - young
    return or_(and_(is_young, col(Purchase.checked_at) <= now - pause), col(Purchase.checked_at) <= now - rest)


def address_of(session: Session, person: Person) -> Address | None:
    """The chat for messages about payments: where the person bought last, or was written to last. Never a group."""
    bought = select(Address).join(Purchase, col(Purchase.address_id) == col(Address.id))
    alone = col(Address.in_group).is_(False)
    bought = bought.where(col(Purchase.person_id) == person.id, col(Purchase.provider) == Provider.STRIPE, alone)
    written = select(Address).join(Delivery, col(Delivery.address_id) == col(Address.id))
    written = written.where(col(Delivery.person_id) == person.id, alone)
    return (
        session.exec(bought.order_by(col(Purchase.created_at).desc())).first()
        or session.exec(written.order_by(col(Delivery.id).desc())).first()
    )


def paid_since(session: Session, tenant_id: uuid.UUID, since: datetime) -> list[Purchase]:
    """Purchases created since then, and paid by a session."""
    wanted = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id,
        col(Purchase.provider) == Provider.STRIPE,
        col(Purchase.status) == PurchaseStatus.PAID,
        col(Purchase.created_at) >= since,
        col(Purchase.external_id).startswith("cs_", autoescape=True),
    )
    return list(session.exec(wanted))


def _of(session: Session, tenant_id: uuid.UUID, which: ColumnElement[bool], limit: int) -> list[Purchase]:
    wanted = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id, col(Purchase.provider) == Provider.STRIPE, which
    )
    return list(session.exec(wanted.order_by(col(Purchase.checked_at)).limit(limit)))
