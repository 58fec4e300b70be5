"""Transfer of credits between two people that are merged: nothing is issued, and nothing spent."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from models.billing.credits import Balance, LedgerBucket, LedgerPosting, TransactionKind
from models.identity.people import Person
from storage.billing import ledger


def transfer(
    session: Session, source: Person, target: Person, bucket: LedgerBucket, amount: int, *, key: str, now: datetime
) -> None:
    """Move credits of a bucket from one person to another: debts, which are negative, as well.

    The caller has locked the balances of both, and moves the lots.
    """
    transaction = ledger.record(session, source, TransactionKind.TRANSFER, key, now)
    assert transaction is not None  # noqa: S101 - both are locked, and the key is new
    for person, delta in ((source, -amount), (target, amount)):
        session.add(
            LedgerPosting(
                transaction_id=transaction.id,
                tenant_id=transaction.tenant_id,
                person_id=person.id,
                bucket=bucket,
                amount=delta,
            )
        )
        new_balance = col(Balance.debt) - delta if bucket is LedgerBucket.DEBT else col(Balance.available) + delta
        values = {("debt" if bucket is LedgerBucket.DEBT else "available"): new_balance}
        session.connection().execute(update(Balance).where(col(Balance.person_id) == person.id).values(values))
    session.flush()
