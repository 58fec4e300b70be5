"""Append-only double-entry ledger of credits: granted, reserved with a job, settled once, expired.

The row of `balance` is the lock: every change of a person's credits first updates it, so two submissions at the same
time are decided one after the other on SQLite and PostgreSQL alike.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, update
from sqlmodel import Session, col, select

from models.billing.credits import Balance, LedgerBucket, LedgerPosting, LedgerTransaction, Lot, TransactionKind
from models.columns import generate_id
from models.identity.people import Person
from storage.billing import lots
from storage.upsert import execute_dml, insert_once

# Built once: building a statement costs more than executing it, and nearly every request executes these.
_OF_PERSON = col(Balance.person_id) == bindparam("person")
_LOCK_BALANCE = update(Balance).where(_OF_PERSON).values(available=col(Balance.available))
_READ_BALANCE = select(Balance.available, Balance.reserved, Balance.debt).where(_OF_PERSON)
_RESERVE = (
    update(Balance)
    .where(_OF_PERSON, col(Balance.available) >= bindparam("cost"))
    .values(available=col(Balance.available) - bindparam("cost"), reserved=col(Balance.reserved) + bindparam("cost"))
)
_CHANGE_BALANCE = (
    update(Balance)
    .where(_OF_PERSON)
    .values(
        available=col(Balance.available) + bindparam("available_change"),
        reserved=col(Balance.reserved) + bindparam("reserved_change"),
        debt=col(Balance.debt) + bindparam("debt_change"),
    )
)


@dataclass(frozen=True, slots=True)
class CreditBalance:
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
    transaction = record(session, person, TransactionKind.GRANT, key, now, reason=reason)
    if transaction is None:
        return False
    post(session, transaction, {LedgerBucket.AVAILABLE: amount, LedgerBucket.ISSUED: -amount})
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
    repay_debt(session, person, now)
    return True


def balance_of(session: Session, person: Person, now: datetime) -> CreditBalance:
    """The person's balance now; posts the expiry of lots whose time has passed first."""
    _expire(session, person, now)
    return _read_balance(session, person.id)


def reserve(session: Session, person: Person, job_id: uuid.UUID, cost: int, now: datetime) -> bool:
    """Reserve a job's credits, oldest expiry first; False when there are too few of them."""
    _expire(session, person, now)
    if execute_dml(session, _RESERVE, {"person": person.id, "cost": cost}) != 1:
        return False
    transaction = record(session, person, TransactionKind.RESERVE, f"reserve:{job_id}", now, job_id=job_id)
    assert transaction is not None  # noqa: S101 - a job id is new when its credits are reserved
    post(session, transaction, {LedgerBucket.AVAILABLE: -cost, LedgerBucket.RESERVED: cost}, is_cached=True)
    lots.allocate(session, person.id, job_id, cost)
    return True


def settle(session: Session, person: Person, job_id: uuid.UUID, reserved: int, captured: int, now: datetime) -> bool:
    """Capture `captured` of a job's reserved credits and release the rest; False when that was done before.

    Raises ValueError when `captured` exceeds `reserved`.
    """
    if not 0 <= captured <= reserved:
        raise ValueError(f"{captured} captured of {reserved} reserved")
    _lock(session, person.id)
    kind = TransactionKind.CAPTURE if captured else TransactionKind.RELEASE
    transaction = record(session, person, kind, f"settle:{job_id}", now, job_id=job_id)
    if transaction is None:
        return False
    released = reserved - captured
    post(
        session,
        transaction,
        {LedgerBucket.RESERVED: -reserved, LedgerBucket.AVAILABLE: released, LedgerBucket.SPENT: captured},
    )
    lots.restore(session, job_id, released, now)
    if released:
        repay_debt(session, person, now)
    return True


def repay_debt(session: Session, person: Person, now: datetime) -> None:
    """Pay a person's debt with their available credits: nobody has both."""
    if not _read_balance(session, person.id).debt:
        return
    balance = balance_of(session, person, now)
    amount = min(balance.available, balance.debt)
    if amount:
        transaction = record(session, person, TransactionKind.REPAY, f"repay:{generate_id()}", now)
        assert transaction is not None  # noqa: S101 - the key is new
        post(session, transaction, {LedgerBucket.AVAILABLE: -amount, LedgerBucket.DEBT: amount})
        lots.consume(lots.list_spendable(session, person.id), amount)
        session.flush()


def _lock(session: Session, person_id: uuid.UUID) -> None:
    """Lock a person's balance until the transaction ends; the row is inserted the first time."""
    if execute_dml(session, _LOCK_BALANCE, {"person": person_id}) == 0:
        insert_once(session, Balance(person_id=person_id))
        execute_dml(session, _LOCK_BALANCE, {"person": person_id})


def _read_balance(session: Session, person_id: uuid.UUID) -> CreditBalance:
    return CreditBalance(*session.exec(_READ_BALANCE, params={"person": person_id}).one())


def _expire(session: Session, person: Person, now: datetime) -> None:
    _lock(session, person.id)
    for lot in lots.list_expired(session, person.id, now):
        key = f"expire:{lot.id}:{generate_id().hex[:8]}"  # clocks differ and credits come back: a lot can expire twice
        transaction = record(session, person, TransactionKind.EXPIRE, key, now)
        assert transaction is not None  # noqa: S101 - the key is new
        post(session, transaction, {LedgerBucket.AVAILABLE: -lot.remaining, LedgerBucket.EXPIRED: lot.remaining})
        lot.remaining = 0
    session.flush()


def record(
    session: Session,
    person: Person,
    kind: TransactionKind,
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


def post(
    session: Session, transaction: LedgerTransaction, amounts: dict[LedgerBucket, int], *, is_cached: bool = False
) -> None:
    """Insert the postings, and update the cached balance unless `is_cached` says that was done already."""
    assert sum(amounts.values()) == 0, amounts  # noqa: S101 - double entry is the point of the ledger
    session.flush()
    rows = [_build_posting(transaction, bucket, amount) for bucket, amount in amounts.items() if amount]
    if rows:
        session.connection().execute(insert(LedgerPosting), rows)
    if not is_cached:
        changes = {
            "person": transaction.person_id,
            "available_change": amounts.get(LedgerBucket.AVAILABLE, 0),
            "reserved_change": amounts.get(LedgerBucket.RESERVED, 0),
            "debt_change": -amounts.get(LedgerBucket.DEBT, 0),  # a debt is posted as a negative amount
        }
        session.connection().execute(_CHANGE_BALANCE, changes)


def _build_posting(transaction: LedgerTransaction, bucket: LedgerBucket, amount: int) -> dict[str, Any]:
    is_personal = bucket in {LedgerBucket.AVAILABLE, LedgerBucket.RESERVED, LedgerBucket.DEBT}
    return {
        "id": generate_id(),
        "transaction_id": transaction.id,
        "tenant_id": transaction.tenant_id,
        "person_id": transaction.person_id if is_personal else None,
        "bucket": bucket,
        "amount": amount,
    }


def withdraw_gift(
    session: Session, person: Person, amount: int, *, key: str, key_prefixes: Sequence[str], now: datetime
) -> list[Lot]:
    """Take credits for a gift out of lots granted under keys with one of these prefixes.

    Returns the lots they were taken from; none when those hold too few.
    """
    _expire(session, person, now)
    candidates = [lot for prefix in key_prefixes for lot in lots.list_spendable(session, person.id, prefix)]
    if sum(lot.remaining for lot in candidates) < amount:
        return []
    transaction = record(session, person, TransactionKind.GIFT, key, now)
    assert transaction is not None  # noqa: S101 - the key is new
    post(session, transaction, {LedgerBucket.AVAILABLE: -amount, LedgerBucket.ISSUED: amount})
    used = lots.consume(candidates, amount)
    session.flush()
    return used


def sum_granted(session: Session, person: Person, reason: str, *, since: datetime) -> int:
    """Credits a person was granted for a reason since a time."""
    query = (
        select(func.coalesce(func.sum(col(Lot.amount)), 0))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(Lot.transaction_id))
        .where(
            col(LedgerTransaction.person_id) == person.id,
            col(LedgerTransaction.reason) == reason,
            col(LedgerTransaction.kind) == TransactionKind.GRANT,
            col(LedgerTransaction.created_at) >= since,
        )
    )
    return int(session.exec(query).one())


def list_recorded_keys(session: Session, keys: Sequence[str]) -> list[str]:
    """Those of these keys that the ledger has."""
    return list(session.exec(select(LedgerTransaction.key).where(col(LedgerTransaction.key).in_(keys))))
