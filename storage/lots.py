"""Credit lots: credits granted together, which expire together. A person's available credits are their sum."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.credits import LedgerTransaction, Lot, LotUse

RETURNED_FOR = timedelta(days=7)  # of credits that come back after their lot has expired


def of(session: Session, person_id: uuid.UUID, granted: str = "") -> list[Lot]:
    """A person's lots with credits left, in the order they are spent; only those granted under a key that begins with
    `key_prefix`."""
    wanted = (
        select(Lot)
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(Lot.transaction_id))
        .where(col(Lot.person_id) == person_id, col(Lot.remaining) > 0)
        .where(col(LedgerTransaction.key).startswith(granted, autoescape=True))
        .order_by(col(Lot.expires_at).is_(None), col(Lot.expires_at), col(Lot.created_at))
        .execution_options(populate_existing=True)
    )
    return list(session.exec(wanted))


def take(session: Session, person_id: uuid.UUID, job_id: uuid.UUID, cost: int) -> None:
    """Take a job's credits out of the person's lots, oldest expiry first, and record which lot gave how many."""
    wanted = (
        select(Lot)
        .where(col(Lot.person_id) == person_id, col(Lot.remaining) > 0)
        .order_by(col(Lot.expires_at).is_(None), col(Lot.expires_at), col(Lot.created_at))
        .execution_options(populate_existing=True)
    )
    for lot in session.exec(wanted).all():
        amount = min(lot.remaining, cost)
        if amount:
            lot.remaining -= amount
            cost -= amount
            session.add(LotUse(job_id=job_id, lot_id=lot.id, amount=amount))
    assert cost == 0, "the lots hold less than the balance says"  # noqa: S101 - the balance is their sum
    session.flush()


def put_back(session: Session, job_id: uuid.UUID, returned: int, now: datetime, *, before: int = 0) -> None:
    """Return credits a job took to their lots, latest expiry first, skipping `already_returned` credits.

    Credits of a lot that has expired meanwhile go to a new lot of the same origin, or nobody could spend them.
    """
    wanted = (
        select(LotUse, Lot)
        .join(Lot, col(Lot.id) == col(LotUse.lot_id))
        .where(col(LotUse.job_id) == job_id)
        .order_by(col(Lot.expires_at).is_(None).desc(), col(Lot.expires_at).desc(), col(Lot.created_at).desc())
        .execution_options(populate_existing=True)
    )
    for use, lot in session.exec(wanted).all():
        skipped = min(use.amount, before)
        amount = min(use.amount - skipped, returned)
        before, returned = before - skipped, returned - amount
        if lot.expires_at is None or lot.expires_at > now:
            lot.remaining += amount
        elif amount:
            session.add(_renewed(lot, amount, now))
    session.flush()


def drain(lots: Sequence[Lot], amount: int) -> list[Lot]:
    """Take credits out of lots, in their order; returns the lots that were used."""
    opened = []
    for lot in lots:
        taken = min(lot.remaining, amount)
        if taken:
            lot.remaining -= taken
            amount -= taken
            opened.append(lot)
    return opened


def _renewed(lot: Lot, amount: int, now: datetime) -> Lot:
    return Lot(
        person_id=lot.person_id,
        transaction_id=lot.transaction_id,
        amount=amount,
        remaining=amount,
        expires_at=now + RETURNED_FOR,
        created_at=now,
    )
