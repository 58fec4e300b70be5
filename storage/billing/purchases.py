"""Purchases, from the request to the payment. Their status only goes forward, in whatever order events arrive."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from models.billing.payments import UNDECIDED_STATUSES, Provider, Purchase, PurchaseStatus
from models.identity.people import Address, Person
from models.messaging.deliveries import Delivery
from storage.billing import purchase_totals
from storage.identity.people import list_merged_ids
from storage.upsert import execute_dml, insert_once

ALLOWED_PREVIOUS_STATUSES: dict[PurchaseStatus, tuple[PurchaseStatus, ...]] = {
    PurchaseStatus.OPEN: (PurchaseStatus.REQUESTED,),
    PurchaseStatus.PENDING: (PurchaseStatus.REQUESTED, PurchaseStatus.OPEN),
    PurchaseStatus.EXPIRED: (PurchaseStatus.REQUESTED, PurchaseStatus.OPEN),
    PurchaseStatus.FAILED: UNDECIDED_STATUSES,
    PurchaseStatus.PAID: (
        *UNDECIDED_STATUSES,
        PurchaseStatus.EXPIRED,
        PurchaseStatus.FAILED,
    ),  # a payment counts even when late
}
"""For each status, those a purchase may have before it."""


def advance(session: Session, purchase: Purchase, status: PurchaseStatus, now: datetime, **values: Any) -> bool:
    """Move a purchase to a later status; False when it has that status already, or is past it."""
    if status not in UNDECIDED_STATUSES:
        values["decided_at"] = now
    if status is PurchaseStatus.PAID:
        purchase_totals.remove_late(session, purchase.id)
    statement = (
        update(Purchase)
        .where(col(Purchase.id) == purchase.id, col(Purchase.status).in_(ALLOWED_PREVIOUS_STATUSES[status]))
        .values(status=status, checked_at=now, **values)
    )
    is_advanced = execute_dml(session, statement) == 1
    session.refresh(purchase)
    return is_advanced


def prepare_link(
    session: Session, purchase_id: uuid.UUID, now: datetime, lifetime: timedelta, min_remaining: timedelta
) -> bool:
    """Store a payment link's expiry before it is created, so that creating it again after a crash gives the same one.

    An expiry sooner than `min_remaining` from now is renewed. False when there is no link to create.
    """
    filters = col(Purchase.id) == purchase_id, col(Purchase.status) == PurchaseStatus.REQUESTED
    session.connection().execute(
        update(Purchase)
        .where(*filters, or_(col(Purchase.expires_at).is_(None), col(Purchase.expires_at) < now + min_remaining))
        .values(expires_at=now + lifetime, attempt=col(Purchase.attempt) + 1)
    )
    return execute_dml(session, update(Purchase).where(*filters).values(checked_at=now)) == 1


def mark_checked(session: Session, purchase: Purchase, now: datetime) -> None:
    session.connection().execute(update(Purchase).where(col(Purchase.id) == purchase.id).values(checked_at=now))


def find_by_external_id(session: Session, tenant_id: uuid.UUID, external_id: str) -> Purchase | None:
    """The purchase with the provider's id: a session or an invoice."""
    query = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id,
        col(Purchase.provider) == Provider.STRIPE,
        col(Purchase.external_id) == external_id,
    )
    return session.exec(query).one_or_none()


def find_by_reference(session: Session, tenant_id: uuid.UUID, reference: str | None) -> Purchase | None:
    """The purchase with our own id; None for hostile text too."""
    try:
        purchase = session.get(Purchase, uuid.UUID(reference or ""))
    except ValueError:
        return None
    is_ours = purchase is not None and (purchase.tenant_id, purchase.provider) == (tenant_id, Provider.STRIPE)
    return purchase if is_ours else None


def list_by_payment(session: Session, tenant_id: uuid.UUID, payment_id: str) -> list[Purchase]:
    """The purchases paid by a payment."""
    query = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id,
        col(Purchase.provider) == Provider.STRIPE,
        col(Purchase.payment_id) == payment_id,
    )
    return list(session.exec(query.order_by(col(Purchase.created_at), col(Purchase.id))))


def find_by_static_link(session: Session, person: Person, item: str, currency: str) -> Purchase | None:
    """The person's latest open purchase of an item that has a static payment link instead of a session."""
    query = select(Purchase).where(
        col(Purchase.person_id).in_(list_merged_ids(session, person)),
        col(Purchase.provider) == Provider.STRIPE,
        col(Purchase.item) == item,
        col(Purchase.currency) == currency,
        col(Purchase.status) == PurchaseStatus.OPEN,
        col(Purchase.external_id).is_(None),
    )
    return session.exec(query.order_by(col(Purchase.created_at).desc())).first()


def insert(session: Session, purchase: Purchase) -> bool:
    """Insert a purchase that nobody requested, such as a renewal; False when it exists already."""
    return insert_once(session, purchase)


def list_without_link(
    session: Session, tenant_id: uuid.UUID, checked_before: datetime, limit: int = 20
) -> list[Purchase]:
    """Purchases whose payment link was requested and not created."""
    is_requested = col(Purchase.status) == PurchaseStatus.REQUESTED
    return _list_matching(session, tenant_id, and_(is_requested, col(Purchase.checked_at) <= checked_before), limit)


def list_unsettled(
    session: Session, tenant_id: uuid.UUID, due_filter: ColumnElement[bool], limit: int = 100
) -> list[Purchase]:
    """Purchases with a session that are neither paid nor over, and match `due_filter`."""
    has_link = col(Purchase.status).in_((PurchaseStatus.OPEN, PurchaseStatus.PENDING))
    return _list_matching(session, tenant_id, and_(has_link, col(Purchase.external_id).is_not(None), due_filter), limit)


def build_due_filter(
    now: datetime, young_age: timedelta, young_interval: timedelta, regular_interval: timedelta
) -> ColumnElement[bool]:
    """Not checked for `young_interval` while younger than `young_age`, or for `regular_interval` later on."""
    is_young = col(Purchase.created_at) > now - young_age
    return or_(
        and_(is_young, col(Purchase.checked_at) <= now - young_interval),
        col(Purchase.checked_at) <= now - regular_interval,
    )


def address_of(session: Session, person: Person) -> Address | None:
    """The chat for messages about payments: where the person bought last, or was written to last. Never a group."""
    purchase_query = select(Address).join(Purchase, col(Purchase.address_id) == col(Address.id))
    is_private = col(Address.in_group).is_(False)
    purchase_query = purchase_query.where(
        col(Purchase.person_id) == person.id, col(Purchase.provider) == Provider.STRIPE, is_private
    )
    delivery_query = select(Address).join(Delivery, col(Delivery.address_id) == col(Address.id))
    delivery_query = delivery_query.where(col(Delivery.person_id) == person.id, is_private)
    return (
        session.exec(purchase_query.order_by(col(Purchase.created_at).desc())).first()
        or session.exec(delivery_query.order_by(col(Delivery.id).desc())).first()
    )


def list_paid_since(session: Session, tenant_id: uuid.UUID, since: datetime) -> list[Purchase]:
    """Purchases created since then, and paid by a session."""
    query = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id,
        col(Purchase.provider) == Provider.STRIPE,
        col(Purchase.status) == PurchaseStatus.PAID,
        col(Purchase.created_at) >= since,
        col(Purchase.external_id).startswith("cs_", autoescape=True),
    )
    return list(session.exec(query))


def _list_matching(
    session: Session, tenant_id: uuid.UUID, condition: ColumnElement[bool], limit: int
) -> list[Purchase]:
    query = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id, col(Purchase.provider) == Provider.STRIPE, condition
    )
    return list(session.exec(query.order_by(col(Purchase.checked_at)).limit(limit)))
