"""Refund of the credits spent on a job whose result was never delivered."""

import uuid
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.credits import Bucket, Entry, LedgerPosting, LedgerTransaction
from models.people import Person
from storage import ledger, lots


def reverse(session: Session, person: Person, job_id: uuid.UUID, now: datetime) -> int:
    """Give back the credits a job captured; how many, and 0 when that was done before."""
    spent = _moved(session, job_id, Bucket.SPENT)
    if not spent:
        return 0
    transaction = ledger.record(session, person, Entry.REVERSAL, f"reversal:{job_id}", now, job_id=job_id)
    if transaction is None:
        return 0
    ledger.post(session, transaction, {Bucket.SPENT: -spent, Bucket.AVAILABLE: spent})
    lots.put_back(session, job_id, spent, now, before=_moved(session, job_id, Bucket.AVAILABLE))
    ledger.repay(session, person, now)
    return spent


def _moved(session: Session, job_id: uuid.UUID, bucket: Bucket) -> int:
    """Credits a job's settlement moved into a bucket."""
    wanted = (
        select(func.coalesce(func.sum(LedgerPosting.amount), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerPosting.transaction_id))
        .where(col(LedgerTransaction.key) == f"settle:{job_id}", col(LedgerPosting.bucket) == bucket)
    )
    return int(session.exec(wanted).one())
