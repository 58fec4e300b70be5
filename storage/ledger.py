"""Append-only double-entry ledger of credits: granted, reserved with a job, settled once, expired.

The row of `balance` is the lock: every change of a person's credits first updates it, so two submissions at the same
time are decided one after the other on SQLite and PostgreSQL alike.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.columns import new_id
from models.credits import Balance, Bucket, Entry, LedgerPosting, LedgerTransaction, Lot
from models.people import Person
from storage import lots
from storage.rows import changed, insert_once


@dataclass(frozen=True, slots=True)
class Credits:
    """A person's balance: credits to spend, credits reserved for unfinished jobs, and debt."""

    available: int
    reserved: int
    debt: int = 0


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
    """Grant credits under an idempotency key; False when that key was granted before."""
    _lock(session, person.id)
    transaction = record(session, person, Entry.GRANT, key, now, reason=reason)
    if transaction is None:
        return False
    post(session, transaction, {Bucket.AVAILABLE: amount, Bucket.ISSUED: -amount})
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
    repay(session, person, now)
    return True


def credits_of(session: Session, person: Person, now: datetime) -> Credits:
    """The person's balance now; posts the expiry of lots whose time has passed first."""
    _expire(session, person, now)
    balance = session.get_one(Balance, person.id, populate_existing=True)
    return Credits(balance.available, balance.reserved, balance.debt)


def reserve(session: Session, person: Person, job_id: uuid.UUID, cost: int, now: datetime) -> bool:
    """Reserve a job's credits, oldest expiry first; False when there are too few of them."""
    _expire(session, person, now)
    taken = (
        update(Balance)
        .where(col(Balance.person_id) == person.id, col(Balance.available) >= cost)
        .values(available=col(Balance.available) - cost, reserved=col(Balance.reserved) + cost)
    )
    if changed(session, taken) != 1:
        return False
    transaction = record(session, person, Entry.RESERVE, f"reserve:{job_id}", now, job_id=job_id)
    assert transaction is not None  # noqa: S101 - a job id is new when its credits are reserved
    post(session, transaction, {Bucket.AVAILABLE: -cost, Bucket.RESERVED: cost}, cached=True)
    lots.take(session, person.id, job_id, cost)
    return True


def settle(session: Session, person: Person, job_id: uuid.UUID, reserved: int, captured: int, now: datetime) -> bool:
    """Capture `captured` of a job's reserved credits and release the rest; False when that was done before.

    Raises ValueError when `captured` exceeds `reserved`.
    """
    if not 0 <= captured <= reserved:
        raise ValueError(f"{captured} captured of {reserved} reserved")
    _lock(session, person.id)
    kind = Entry.CAPTURE if captured else Entry.RELEASE
    transaction = record(session, person, kind, f"settle:{job_id}", now, job_id=job_id)
    if transaction is None:
        return False
    returned = reserved - captured
    post(
        session,
        transaction,
        {Bucket.RESERVED: -reserved, Bucket.AVAILABLE: returned, Bucket.SPENT: captured},
    )
    lots.put_back(session, job_id, returned, now)
    if returned:
        repay(session, person, now)
    return True


def repay(session: Session, person: Person, now: datetime) -> None:
    """Pay a person's debt with their available credits: nobody has both."""
    if not session.get_one(Balance, person.id, populate_existing=True).debt:
        return
    found = credits_of(session, person, now)
    paid = min(found.available, found.debt)
    if paid:
        transaction = record(session, person, Entry.REPAY, f"repay:{new_id()}", now)
        assert transaction is not None  # noqa: S101 - the key is new
        post(session, transaction, {Bucket.AVAILABLE: -paid, Bucket.DEBT: paid})
        lots.drain(lots.of(session, person.id), paid)
        session.flush()


def _lock(session: Session, person_id: uuid.UUID) -> None:
    """Lock a person's balance until the transaction ends; the row is inserted the first time."""
    held = update(Balance).where(col(Balance.person_id) == person_id).values(available=col(Balance.available))
    if changed(session, held) == 0:
        insert_once(session, Balance(person_id=person_id))
        changed(session, held)


def _expire(session: Session, person: Person, now: datetime) -> None:
    _lock(session, person.id)
    due = select(Lot).where(col(Lot.person_id) == person.id, col(Lot.remaining) > 0, col(Lot.expires_at) <= now)
    for lot in session.exec(due.execution_options(populate_existing=True)).all():
        key = f"expire:{lot.id}:{new_id().hex[:8]}"  # a lot can expire twice, where clocks differ and credits came back
        transaction = record(session, person, Entry.EXPIRE, key, now)
        assert transaction is not None  # noqa: S101 - the key is new
        post(session, transaction, {Bucket.AVAILABLE: -lot.remaining, Bucket.EXPIRED: lot.remaining})
        lot.remaining = 0
    session.flush()


def record(
    session: Session,
    person: Person,
    kind: Entry,
    key: str,
    now: datetime,
    *,
    job_id: uuid.UUID | None = None,
    reason: str = "",
) -> LedgerTransaction | None:
    """Insert a ledger transaction without postings; None when its key exists already."""
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


def post(session: Session, transaction: LedgerTransaction, amounts: dict[Bucket, int], *, cached: bool = False) -> None:
    """Insert the postings, and update the cached balance unless `is_cached` says that was done already."""
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
                debt=col(Balance.debt) - amounts.get(Bucket.DEBT, 0),
            )
        )


def _posting(transaction: LedgerTransaction, bucket: Bucket, amount: int) -> LedgerPosting:
    is_theirs = bucket in {Bucket.AVAILABLE, Bucket.RESERVED, Bucket.DEBT}
    return LedgerPosting(
        transaction_id=transaction.id,
        tenant_id=transaction.tenant_id,
        person_id=transaction.person_id if is_theirs else None,
        bucket=bucket,
        amount=amount,
    )


def sums(session: Session, person_id: uuid.UUID) -> Credits:
    """The sums of a person's postings, which the cached balance must equal."""
    wanted = (
        select(LedgerPosting.bucket, func.sum(LedgerPosting.amount))
        .where(col(LedgerPosting.person_id) == person_id)
        .group_by(LedgerPosting.bucket)
    )
    found: dict[str, int] = {bucket: int(total) for bucket, total in session.exec(wanted)}
    return Credits(found.get(Bucket.AVAILABLE, 0), found.get(Bucket.RESERVED, 0), -found.get(Bucket.DEBT, 0))


def give_away(
    session: Session, person: Person, amount: int, *, key: str, granted: Sequence[str], now: datetime
) -> list[Lot]:
    """Take credits for a gift out of lots granted under keys with one of these prefixes.

    Returns the lots they were taken from; none when those hold too few.
    """
    _expire(session, person, now)
    held = [lot for start in granted for lot in lots.of(session, person.id, start)]
    if sum(lot.remaining for lot in held) < amount:
        return []
    transaction = record(session, person, Entry.GIFT, key, now)
    assert transaction is not None  # noqa: S101 - the key is new
    post(session, transaction, {Bucket.AVAILABLE: -amount, Bucket.ISSUED: amount})
    opened = lots.drain(held, amount)
    session.flush()
    return opened


def granted(session: Session, person: Person, reason: str, *, since: datetime) -> int:
    """Credits a person was granted for a reason since a time."""
    wanted = (
        select(func.coalesce(func.sum(col(Lot.amount)), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(Lot.transaction_id))
        .where(
            col(LedgerTransaction.person_id) == person.id,
            col(LedgerTransaction.reason) == reason,
            col(LedgerTransaction.kind) == Entry.GRANT,
            col(LedgerTransaction.created_at) >= since,
        )
    )
    return int(session.exec(wanted).one())


def recorded(session: Session, keys: Sequence[str]) -> list[str]:
    """Those of these keys that the ledger has."""
    return list(session.exec(select(LedgerTransaction.key).where(col(LedgerTransaction.key).in_(keys))))
