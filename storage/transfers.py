"""Transfer of credits between two people that are merged: nothing is issued, and nothing spent."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from models.credits import Balance, Bucket, Entry, LedgerPosting
from models.people import Person
from storage import ledger


def transfer(
    session: Session, giver: Person, taker: Person, bucket: Bucket, amount: int, *, key: str, now: datetime
) -> None:
    """Move credits of a bucket from one person to another: debts, which are negative, as well.

    The caller has locked the balances of both, and moves the lots.
    """
    transaction = ledger.record(session, giver, Entry.TRANSFER, key, now)
    assert transaction is not None  # noqa: S101 - both are locked, and the key is new
    for person, part in ((giver, -amount), (taker, amount)):
        session.add(
            LedgerPosting(
                transaction_id=transaction.id,
                tenant_id=transaction.tenant_id,
                person_id=person.id,
                bucket=bucket,
                amount=part,
            )
        )
        cached = col(Balance.debt) - part if bucket is Bucket.DEBT else col(Balance.available) + part
        values = {("debt" if bucket is Bucket.DEBT else "available"): cached}
        session.connection().execute(update(Balance).where(col(Balance.person_id) == person.id).values(values))
    session.flush()
