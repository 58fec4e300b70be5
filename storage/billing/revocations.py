"""Revocation of credits by an administrator."""

from datetime import datetime

from sqlmodel import Session

from models.billing.credits import LedgerBucket, TransactionKind
from models.identity.people import Person
from storage.billing import ledger, lots


def revoke(session: Session, person: Person, amount: int, *, key: str, now: datetime, reason: str) -> int:
    """Take credits in the order they would be spent; how many were available to take. Never creates a debt."""
    revoked = min(amount, ledger.balance_of(session, person, now).available)  # which locks the balance
    transaction = ledger.record(session, person, TransactionKind.REVOKE, key, now, reason=reason) if revoked else None
    if transaction is None:
        return 0
    ledger.post(session, transaction, {LedgerBucket.AVAILABLE: -revoked, LedgerBucket.ISSUED: revoked})
    lots.consume(lots.list_spendable(session, person.id), revoked)
    session.flush()
    return revoked
