"""Invariants of the ledger, and queries of it."""

import uuid

from sqlmodel import Session, col, func, select

from models.billing.credits import Balance, LedgerBucket, LedgerPosting, LedgerTransaction, Lot
from models.identity.people import Person
from storage.billing.ledger import CreditBalance
from storage.db import Database

PERSONAL_BUCKETS = (LedgerBucket.AVAILABLE, LedgerBucket.RESERVED, LedgerBucket.DEBT)
_SUM = func.sum(col(LedgerPosting.amount))
_UNBALANCED = select(LedgerPosting.transaction_id).group_by(col(LedgerPosting.transaction_id)).having(_SUM != 0)
_POSTED = select(LedgerPosting.person_id, LedgerPosting.bucket, _SUM).group_by(
    col(LedgerPosting.person_id), col(LedgerPosting.bucket)
)
_REMAINING = select(Lot.person_id, func.sum(col(Lot.remaining))).group_by(col(Lot.person_id))
_BALANCES = select(Balance.person_id, Balance.available, Balance.reserved, Balance.debt)


def assert_ledger_balances(session: Session) -> None:
    """Every transaction sums to zero; every balance equals its postings; unspent lots make up what is available."""
    assert session.exec(_UNBALANCED).all() == []
    balances = session.exec(_BALANCES).all()  # before the sums: someone new may come between the queries
    posted = {(person, bucket): int(total) for person, bucket, total in session.exec(_POSTED)}
    remaining = {person: int(total) for person, total in session.exec(_REMAINING)}
    for person, available, reserved, debt in balances:
        totals = (posted.get((person, bucket), 0) for bucket in PERSONAL_BUCKETS)
        assert (available, reserved, -debt) == tuple(totals)
        assert available == remaining.get(person, 0)


def sum_postings(session: Session, person_id: uuid.UUID) -> CreditBalance:
    """The sums of a person's postings, which the cached balance must equal."""
    query = select(LedgerPosting.bucket, func.sum(LedgerPosting.amount)).group_by(LedgerPosting.bucket)
    totals = {
        bucket: int(sum_) for bucket, sum_ in session.exec(query.where(col(LedgerPosting.person_id) == person_id))
    }
    return CreditBalance(
        totals.get(LedgerBucket.AVAILABLE, 0), totals.get(LedgerBucket.RESERVED, 0), -totals.get(LedgerBucket.DEBT, 0)
    )


def list_lots(session: Session, person: Person) -> list[int]:
    """The remaining credits of each of a person's lots, in the order they were granted."""
    query = select(Lot.remaining).where(col(Lot.person_id) == person.id).order_by(col(Lot.created_at), col(Lot.amount))
    return list(session.exec(query))


def list_transaction_kinds(database: Database, person: Person) -> list[str]:
    """The kinds of a person's ledger transactions, in order."""
    query = select(LedgerTransaction.kind).where(col(LedgerTransaction.person_id) == person.id)
    with database.read_transaction() as session:
        return list(session.exec(query.order_by(col(LedgerTransaction.created_at))))
