"""Invariants of the ledger, and queries of it."""

import uuid

from sqlmodel import Session, col, func, select

from models.billing.credits import Balance, LedgerBucket, LedgerPosting, LedgerTransaction, Lot
from models.identity.people import Person
from storage.billing.ledger import CreditBalance
from storage.db import Database


def assert_ledger_balances(session: Session) -> None:
    """Every transaction sums to zero; every balance equals its postings; unspent lots make up what is available."""
    by_transaction = select(func.sum(col(LedgerPosting.amount))).group_by(col(LedgerPosting.transaction_id))
    assert {int(total) for total in session.exec(by_transaction)} <= {0}
    for balance in session.exec(select(Balance).execution_options(populate_existing=True)).all():
        assert CreditBalance(balance.available, balance.reserved, balance.debt) == sum_postings(
            session, balance.person_id
        )
        assert balance.available == sum_remaining(session, balance.person_id)


def sum_postings(session: Session, person_id: uuid.UUID) -> CreditBalance:
    """The sums of a person's postings, which the cached balance must equal."""
    query = select(LedgerPosting.bucket, func.sum(LedgerPosting.amount)).group_by(LedgerPosting.bucket)
    totals = {
        bucket: int(sum_) for bucket, sum_ in session.exec(query.where(col(LedgerPosting.person_id) == person_id))
    }
    return CreditBalance(
        totals.get(LedgerBucket.AVAILABLE, 0), totals.get(LedgerBucket.RESERVED, 0), -totals.get(LedgerBucket.DEBT, 0)
    )


def sum_remaining(session: Session, person_id: uuid.UUID) -> int:
    """The sum of a person's unspent lots."""
    query = select(func.coalesce(func.sum(col(Lot.remaining)), 0)).where(col(Lot.person_id) == person_id)
    return int(session.exec(query).one())


def list_lots(session: Session, person: Person) -> list[int]:
    """The remaining credits of each of a person's lots, in the order they were granted."""
    query = select(Lot.remaining).where(col(Lot.person_id) == person.id).order_by(col(Lot.created_at), col(Lot.amount))
    return list(session.exec(query))


def list_transaction_kinds(database: Database, person: Person) -> list[str]:
    """The kinds of a person's ledger transactions, in order."""
    query = select(LedgerTransaction.kind).where(col(LedgerTransaction.person_id) == person.id)
    with database.read_transaction() as session:
        return list(session.exec(query.order_by(col(LedgerTransaction.created_at))))
