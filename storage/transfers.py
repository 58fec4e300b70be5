"""Credits that go from one person to another, who are one human: nothing is issued, and nothing spent."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from models.credits import Balance, Bucket, Entry, LedgerPosting
from models.people import Person
from storage import ledger


def transfer(
    session: Session, giver: Person, taker: Person, bucket: Bucket, amount: int, *, key: str, now: datetime
) -> None:
    """Move what stands in a bucket of one person to another's: debts, which are below zero, as well.

    The balances of both are held by the caller, who moves the lots.
    """
    transaction = ledger.record(session, giver, Entry.TRANSFER, key, now)
    assert transaction is not None  # noqa: S101 - both are held, and the key is new
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
