"""Credit lots: credits granted together, which expire together. A person's available credits are their sum."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.billing.credits import LedgerTransaction, Lot, LotUse

RETURNED_LIFETIME = timedelta(days=7)  # of credits that come back after their lot has expired
_FIND_EXPIRED = (  # built once: nearly every request executes it
    select(Lot)
    .where(col(Lot.person_id) == bindparam("person"), col(Lot.remaining) > 0, col(Lot.expires_at) <= bindparam("now"))
    .execution_options(populate_existing=True)
)


def list_spendable(session: Session, person_id: uuid.UUID, key_prefix: str = "") -> list[Lot]:
    """A person's lots with credits left, in the order they are spent; only those granted under a key that begins with
    `key_prefix`."""
    query = (
        select(Lot)
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(Lot.transaction_id))
        .where(col(Lot.person_id) == person_id, col(Lot.remaining) > 0)
        .where(col(LedgerTransaction.key).startswith(key_prefix, autoescape=True))
        .order_by(col(Lot.expires_at).is_(None), col(Lot.expires_at), col(Lot.created_at))
        .execution_options(populate_existing=True)
    )
    return list(session.exec(query))


def list_expired(session: Session, person_id: uuid.UUID, now: datetime) -> Sequence[Lot]:
    """A person's lots with credits left whose time has passed."""
    return session.exec(_FIND_EXPIRED, params={"person": person_id, "now": now}).all()


def allocate(session: Session, person_id: uuid.UUID, job_id: uuid.UUID, needed: int) -> None:
    """Take a job's credits out of the person's lots, oldest expiry first, and record which lot gave how many."""
    query = (
        select(Lot)
        .where(col(Lot.person_id) == person_id, col(Lot.remaining) > 0)
        .order_by(col(Lot.expires_at).is_(None), col(Lot.expires_at), col(Lot.created_at))
        .execution_options(populate_existing=True)
    )
    for lot in session.exec(query).all():
        amount = min(lot.remaining, needed)
        if amount:
            lot.remaining -= amount
            needed -= amount
            session.add(LotUse(job_id=job_id, lot_id=lot.id, amount=amount))
    assert needed == 0, "the lots hold less than the balance says"  # noqa: S101 - the balance is their sum
    session.flush()


def restore(session: Session, job_id: uuid.UUID, returned: int, now: datetime, *, already_returned: int = 0) -> None:
    """Return credits a job took to their lots, latest expiry first, skipping `already_returned` credits.

    Credits of a lot that has expired meanwhile go to a new lot of the same origin, or nobody could spend them.
    """
    query = (
        select(LotUse, Lot)
        .join(Lot, col(Lot.id) == col(LotUse.lot_id))
        .where(col(LotUse.job_id) == job_id)
        .order_by(col(Lot.expires_at).is_(None).desc(), col(Lot.expires_at).desc(), col(Lot.created_at).desc())
        .execution_options(populate_existing=True)
    )
    for use, lot in session.exec(query).all():
        skipped = min(use.amount, already_returned)
        amount = min(use.amount - skipped, returned)
        already_returned, returned = already_returned - skipped, returned - amount
        if lot.expires_at is None or lot.expires_at > now:
            lot.remaining += amount
        elif amount:
            session.add(_build_renewed(lot, amount, now))
    session.flush()


def consume(lots: Sequence[Lot], amount: int) -> list[Lot]:
    """Take credits out of lots, in their order; returns the lots that were used."""
    used = []
    for lot in lots:
        taken = min(lot.remaining, amount)
        if taken:
            lot.remaining -= taken
            amount -= taken
            used.append(lot)
    return used


def _build_renewed(lot: Lot, amount: int, now: datetime) -> Lot:
    return Lot(
        person_id=lot.person_id,
        transaction_id=lot.transaction_id,
        amount=amount,
        remaining=amount,
        expires_at=now + RETURNED_LIFETIME,
        created_at=now,
    )
