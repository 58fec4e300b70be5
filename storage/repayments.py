"""Refunds: requested by an administrator, executed once by the process that talks to the provider, then reported."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.payments import Provider, Purchase, PurchaseStatus, Repayment, RepaymentStatus
from models.people import Address, Person
from storage.people import SHORT
from storage.rows import changed

STANDING = (RepaymentStatus.ASKED, RepaymentStatus.DONE)


def purchase_named(session: Session, tenant_id: uuid.UUID, short: str) -> Purchase | None:
    """A paid purchase by the first eight or more characters of its id; None where none or several match."""
    if not SHORT.fullmatch(short.lower()):
        return None
    first, last = (uuid.UUID(hex=short.ljust(32, filling)) for filling in "0f")
    wanted = select(Purchase).where(
        col(Purchase.tenant_id) == tenant_id,
        col(Purchase.status) == PurchaseStatus.PAID,
        col(Purchase.id).between(first, last),
    )
    found = list(session.exec(wanted.limit(2)))
    return found[0] if len(found) == 1 else None


def left(session: Session, purchase: Purchase) -> int:
    """What of a payment can still be refunded, in minor units. Locks the purchase until the transaction ends."""
    session.exec(select(Purchase.id).where(col(Purchase.id) == purchase.id).with_for_update()).one()
    wanted = select(func.coalesce(func.sum(col(Repayment.amount)), 0)).where(
        col(Repayment.purchase_id) == purchase.id, col(Repayment.status).in_(STANDING)
    )
    return purchase.amount - int(session.exec(wanted).one())


def ask(
    session: Session, purchase: Purchase, amount: int, asked_by: Person, address: Address, now: datetime
) -> Repayment:
    row = Repayment(
        tenant_id=purchase.tenant_id,
        purchase_id=purchase.id,
        asked_by_id=asked_by.id,
        address_id=address.id,
        provider=purchase.provider,
        amount=amount,
        run_after=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def due_at_stripe(session: Session, tenant_id: uuid.UUID, now: datetime, limit: int = 20) -> list[Repayment]:
    wanted = select(Repayment).where(col(Repayment.tenant_id) == tenant_id, *_due(Provider.STRIPE, now))
    return list(session.exec(wanted.order_by(col(Repayment.run_after)).limit(limit)))


def due_in_stars(session: Session, account_id: uuid.UUID, now: datetime, limit: int = 20) -> list[Repayment]:
    """Due refunds of payments one account received: no other can refund them."""
    wanted = (
        select(Repayment)
        .join(Purchase, col(Purchase.id) == col(Repayment.purchase_id))
        .join(Address, col(Address.id) == col(Purchase.address_id))
        .where(col(Address.account_id) == account_id, *_due(Provider.STARS, now))
    )
    return list(session.exec(wanted.order_by(col(Repayment.run_after)).limit(limit)))


def _due(provider: Provider, now: datetime) -> tuple[Any, ...]:
    return (
        col(Repayment.provider) == provider,
        col(Repayment.status) == RepaymentStatus.ASKED,
        col(Repayment.run_after) <= now,
    )


def decide(session: Session, row: Repayment, status: RepaymentStatus, now: datetime, reason: str = "") -> bool:
    """Store the outcome of a refund; False when that was done before."""
    values = {"status": status, "decided_at": now, "reason": reason[:200]}
    return changed(session, _asked(row).values(values)) == 1


def put_off(session: Session, row: Repayment, until: datetime) -> None:
    session.connection().execute(_asked(row).values(run_after=until))


def _asked(row: Repayment) -> Any:
    return update(Repayment).where(col(Repayment.id) == row.id, col(Repayment.status) == RepaymentStatus.ASKED)
