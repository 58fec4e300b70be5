"""Refunds: requested by an administrator, executed once by the process that talks to the provider, then reported."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.billing.payments import Provider, Purchase, PurchaseStatus, Repayment, RepaymentStatus
from models.identity.people import Address, Person
from storage.identity.people import ID_PREFIX_PATTERN
from storage.upsert import execute_dml

COUNTED_STATUSES = (RepaymentStatus.REQUESTED, RepaymentStatus.DONE)


def find_purchase(session: Session, tenant_id: uuid.UUID, id_prefix: str) -> Purchase | None:
    """A paid purchase by the first eight or more characters of its id; None where none or several match."""
    if not ID_PREFIX_PATTERN.fullmatch(id_prefix.lower()):
        return None
    first, last = (uuid.UUID(hex=id_prefix.ljust(32, padding)) for padding in "0f")
    query = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id,
        col(Purchase.status) == PurchaseStatus.PAID,
        col(Purchase.id).between(first, last),
    )
    found = list(session.exec(query.limit(2)))
    return found[0] if len(found) == 1 else None


def lock_refundable_amount(session: Session, purchase: Purchase) -> int:
    """What of a payment can still be refunded, in minor units. Locks the purchase until the transaction ends."""
    session.exec(select(Purchase.id).where(col(Purchase.id) == purchase.id).with_for_update()).one()
    query = select(func.coalesce(func.sum(col(Repayment.amount)), 0)).where(
        col(Repayment.purchase_id) == purchase.id, col(Repayment.status).in_(COUNTED_STATUSES)
    )
    return purchase.amount - int(session.exec(query).one())


def request_refund(
    session: Session, purchase: Purchase, amount: int, requested_by: Person, address: Address, now: datetime
) -> Repayment:
    row = Repayment(
        tenant_id=purchase.tenant_id,
        purchase_id=purchase.id,
        asked_by_id=requested_by.id,
        address_id=address.id,
        provider=purchase.provider,
        amount=amount,
        run_after=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def list_due_on_stripe(session: Session, tenant_id: uuid.UUID, now: datetime, limit: int = 20) -> list[Repayment]:
    query = select(Repayment).where(col(Repayment.tenant_id) == tenant_id, *_build_due_filters(Provider.STRIPE, now))
    return list(session.exec(query.order_by(col(Repayment.run_after)).limit(limit)))


def list_due_in_stars(session: Session, account_id: uuid.UUID, now: datetime, limit: int = 20) -> list[Repayment]:
    """Due refunds of payments one account received: no other can refund them."""
    query = (
        select(Repayment)
        .join(Purchase, col(Purchase.id) == col(Repayment.purchase_id))
        .join(Address, col(Address.id) == col(Purchase.address_id))
        .where(col(Address.account_id) == account_id, *_build_due_filters(Provider.STARS, now))
    )
    return list(session.exec(query.order_by(col(Repayment.run_after)).limit(limit)))


def _build_due_filters(provider: Provider, now: datetime) -> tuple[Any, ...]:
    return (
        col(Repayment.provider) == provider,
        col(Repayment.status) == RepaymentStatus.REQUESTED,
        col(Repayment.run_after) <= now,
    )


def finish(session: Session, row: Repayment, status: RepaymentStatus, now: datetime, reason: str = "") -> bool:
    """Store the outcome of a refund; False when that was done before."""
    values = {"status": status, "decided_at": now, "reason": reason[:200]}
    return execute_dml(session, _build_pending_update(row).values(values)) == 1


def postpone(session: Session, row: Repayment, until: datetime) -> None:
    session.connection().execute(_build_pending_update(row).values(run_after=until))


def _build_pending_update(row: Repayment) -> Any:
    return update(Repayment).where(col(Repayment.id) == row.id, col(Repayment.status) == RepaymentStatus.REQUESTED)
