"""Refund of the credits spent on a job whose result was never delivered."""

import uuid
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.billing.credits import LedgerBucket, LedgerPosting, LedgerTransaction, TransactionKind
from models.identity.people import Person
from storage.billing import ledger, lots


def refund_job_credits(session: Session, person: Person, job_id: uuid.UUID, now: datetime) -> int:
    """Give back the credits a job captured; how many, and 0 when that was done before."""
    spent = _sum_settled(session, job_id, LedgerBucket.SPENT)
    if not spent:
        return 0
    transaction = ledger.record(session, person, TransactionKind.REVERSAL, f"reversal:{job_id}", now, job_id=job_id)
    if transaction is None:
        return 0
    ledger.post(session, transaction, {LedgerBucket.SPENT: -spent, LedgerBucket.AVAILABLE: spent})
    lots.restore(session, job_id, spent, now, already_returned=_sum_settled(session, job_id, LedgerBucket.AVAILABLE))
    ledger.repay_debt(session, person, now)
    return spent


def _sum_settled(session: Session, job_id: uuid.UUID, bucket: LedgerBucket) -> int:
    """Credits a job's settlement moved into a bucket."""
    query = (
        select(func.coalesce(func.sum(LedgerPosting.amount), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerPosting.transaction_id))
        .where(col(LedgerTransaction.key) == f"settle:{job_id}", col(LedgerPosting.bucket) == bucket)
    )
    return int(session.exec(query).one())
