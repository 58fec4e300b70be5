"""Revocation of credits by an administrator."""

from datetime import datetime

from sqlmodel import Session

from models.credits import Bucket, Entry
from models.people import Person
from storage import ledger, lots


def revoke(session: Session, person: Person, amount: int, *, key: str, now: datetime, reason: str) -> int:
    """Take credits in the order they would be spent; how many were available to take. Never creates a debt."""
    taken = min(amount, ledger.credits_of(session, person, now).available)  # which locks the balance
    transaction = ledger.record(session, person, Entry.REVOKE, key, now, reason=reason) if taken else None
    if transaction is None:
        return 0
    ledger.post(session, transaction, {Bucket.AVAILABLE: -taken, Bucket.ISSUED: taken})
    lots.drain(lots.of(session, person.id), taken)
    session.flush()
    return taken
