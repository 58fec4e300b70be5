"""Credits: granted, reserved with a job, settled once, expired. Append-only, in double entry.

The row of `balance` is the lock: every change of a person's credits first updates it, so two submissions at the same
time are decided one after the other on SQLite and PostgreSQL alike.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.columns import new_id
from models.credits import Balance, Bucket, Entry, LedgerPosting, LedgerTransaction, Lot, LotUse
from models.people import Person
from storage.rows import changed, insert_once


@dataclass(frozen=True, slots=True)
class Credits:
    """What a person has: credits to spend, and credits held for jobs that are under way."""

    available: int
    reserved: int


def grant(
    session: Session,
    person: Person,
    amount: int,
    *,
    key: str,
    now: datetime,
    expires_at: datetime | None = None,
    reason: str = "",
) -> bool:
    """Give credits under a business key; False when that key was granted before."""
    _lock(session, person.id)
    transaction = _record(session, person, Entry.GRANT, key, now, reason=reason)
    if transaction is None:
        return False
    _post(session, transaction, {Bucket.AVAILABLE: amount, Bucket.ISSUED: -amount})
    session.add(
        Lot(
            person_id=person.id,
            transaction_id=transaction.id,
            amount=amount,
            remaining=amount,
            expires_at=expires_at,
            created_at=now,
        )
    )
    session.flush()
    return True


def credits_of(session: Session, person: Person, now: datetime) -> Credits:
    """What a person has now, with what has expired taken away."""
    _expire(session, person, now)
    balance = session.get_one(Balance, person.id, populate_existing=True)
    return Credits(balance.available, balance.reserved)


def reserve(session: Session, person: Person, job_id: uuid.UUID, cost: int, now: datetime) -> bool:
    """Hold a job's credits, oldest expiry first; False when there are too few of them."""
    _expire(session, person, now)
    taken = (
        update(Balance)
        .where(col(Balance.person_id) == person.id, col(Balance.available) >= cost)
        .values(available=col(Balance.available) - cost, reserved=col(Balance.reserved) + cost)
    )
    if changed(session, taken) != 1:
        return False
    transaction = _record(session, person, Entry.RESERVE, f"reserve:{job_id}", now, job_id=job_id)
    assert transaction is not None  # noqa: S101 - a job id is new when its credits are reserved
    _post(session, transaction, {Bucket.AVAILABLE: -cost, Bucket.RESERVED: cost}, cached=True)
    _take_from_lots(session, person.id, job_id, cost)
    return True


def settle(session: Session, person: Person, job_id: uuid.UUID, reserved: int, captured: int, now: datetime) -> bool:
    """Spend `captured` of a job's reserved credits and give back the rest; False when that was done before.

    Raises ValueError when more is to be captured than was reserved.
    """
    if not 0 <= captured <= reserved:
        raise ValueError(f"{captured} captured of {reserved} reserved")
    _lock(session, person.id)
    kind = Entry.CAPTURE if captured else Entry.RELEASE
    transaction = _record(session, person, kind, f"settle:{job_id}", now, job_id=job_id)
    if transaction is None:
        return False
    returned = reserved - captured
    _post(
        session,
        transaction,
        {Bucket.RESERVED: -reserved, Bucket.AVAILABLE: returned, Bucket.SPENT: captured},
    )
    _return_to_lots(session, job_id, returned)
    return True


def _lock(session: Session, person_id: uuid.UUID) -> None:
    insert_once(session, Balance(person_id=person_id))
    session.connection().execute(
        update(Balance).where(col(Balance.person_id) == person_id).values(available=col(Balance.available))
    )


def _expire(session: Session, person: Person, now: datetime) -> None:
    _lock(session, person.id)
    due = select(Lot).where(col(Lot.person_id) == person.id, col(Lot.remaining) > 0, col(Lot.expires_at) <= now)
    for lot in session.exec(due.execution_options(populate_existing=True)).all():
        key = f"expire:{lot.id}:{new_id().hex[:8]}"  # a lot expires again when a job's credits come back to it late
        transaction = _record(session, person, Entry.EXPIRE, key, now)
        assert transaction is not None  # noqa: S101 - the key is new
        _post(session, transaction, {Bucket.AVAILABLE: -lot.remaining, Bucket.EXPIRED: lot.remaining})
        lot.remaining = 0
    session.flush()


def _record(
    session: Session,
    person: Person,
    kind: Entry,
    key: str,
    now: datetime,
    *,
    job_id: uuid.UUID | None = None,
    reason: str = "",
) -> LedgerTransaction | None:
    row = LedgerTransaction(
        tenant_id=person.tenant_id,
        person_id=person.id,
        job_id=job_id,
        kind=kind,
        key=key,
        reason=reason,
        created_at=now,
    )
    return row if insert_once(session, row) else None


def _post(
    session: Session, transaction: LedgerTransaction, amounts: dict[Bucket, int], *, cached: bool = False
) -> None:
    """Write the postings, and bring the cached balance along unless that was done already."""
    assert sum(amounts.values()) == 0, amounts  # noqa: S101 - double entry is the point of the ledger
    for bucket, amount in amounts.items():
        if amount:
            session.add(_posting(transaction, bucket, amount))
    session.flush()
    if not cached:
        session.connection().execute(
            update(Balance)
            .where(col(Balance.person_id) == transaction.person_id)
            .values(
                available=col(Balance.available) + amounts.get(Bucket.AVAILABLE, 0),
                reserved=col(Balance.reserved) + amounts.get(Bucket.RESERVED, 0),
            )
        )


def _posting(transaction: LedgerTransaction, bucket: Bucket, amount: int) -> LedgerPosting:
    is_theirs = bucket in {Bucket.AVAILABLE, Bucket.RESERVED}
    return LedgerPosting(
        transaction_id=transaction.id,
        tenant_id=transaction.tenant_id,
        person_id=transaction.person_id if is_theirs else None,
        bucket=bucket,
        amount=amount,
    )


def _take_from_lots(session: Session, person_id: uuid.UUID, job_id: uuid.UUID, cost: int) -> None:
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


def _return_to_lots(session: Session, job_id: uuid.UUID, returned: int) -> None:
    wanted = (
        select(LotUse, Lot)
        .join(Lot, col(Lot.id) == col(LotUse.lot_id))
        .where(col(LotUse.job_id) == job_id)
        .order_by(col(Lot.expires_at).is_(None).desc(), col(Lot.expires_at).desc(), col(Lot.created_at).desc())
        .execution_options(populate_existing=True)
    )
    for use, lot in session.exec(wanted).all():
        amount = min(use.amount, returned)
        lot.remaining += amount
        returned -= amount
    session.flush()


def sums(session: Session, person_id: uuid.UUID) -> Credits:
    """What the postings add up to, which the cached balance must equal."""
    wanted = (
        select(LedgerPosting.bucket, func.sum(LedgerPosting.amount))
        .where(col(LedgerPosting.person_id) == person_id)
        .group_by(LedgerPosting.bucket)
    )
    found: dict[str, int] = {bucket: int(total) for bucket, total in session.exec(wanted)}
    return Credits(found.get(Bucket.AVAILABLE, 0), found.get(Bucket.RESERVED, 0))
