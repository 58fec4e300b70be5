"""Merging two persons into one, and undoing a merge.

Credits are moved lot by lot, as transfers in the ledger; a lot keeps its grant, so that a refund still finds it.
Credits reserved for a job stay where they are until the job ends: then `move_returned` moves what was released.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, text, update
from sqlmodel import Session, col, select

from models.codes import Join
from models.columns import new_id
from models.credits import Balance, Bucket, Lot
from models.payments import Customer, Purchase, Subscription
from models.people import Person
from storage import audit, ledger, lots, subscriptions
from storage.rows import changed
from storage.transfers import transfer

JOINS = 0x6A6F_696E  # id of PostgreSQL's advisory lock for merges: "join"
POINTERS: dict[str, type[Customer] | type[Subscription] | type[Purchase]] = {
    "customers": Customer,
    "subscriptions": Subscription,
    "purchases": Purchase,
}


def join(session: Session, source: Person, target: Person, now: datetime) -> Join | None:
    """Merge `source` into `target`, with its credits, customers, subscriptions and purchases. None if they are one.

    Raises ValueError for persons of different tenants.
    """
    if source.tenant_id != target.tenant_id:
        raise ValueError("persons of different tenants")
    _one_at_a_time(session)
    source, target = _head(session, source), _head(session, target)
    if source.id == target.id:
        return None
    row = Join(tenant_id=source.tenant_id, source_id=source.id, target_id=target.id, joined_at=now)
    row.moved = {name: _point(session, table, source, target) for name, table in POINTERS.items()}
    session.add(row)
    _lock(session, (source, target), now)
    source.merged_into_id = target.id
    session.flush()
    _move(session, row, source, target, now)
    subscriptions.follow_plan(session, target, now)
    audit.note(session, source.tenant_id, target.id, "join", now, join=row.id, source=source.id, target=target.id)
    return row


def carry(session: Session, person: Person, now: datetime) -> None:
    """Move credits returned to a merged person to its target. Does nothing for a person that is not merged."""
    row = current(session, person)
    if row is None:
        return
    target = _head(session, person)
    _lock(session, (person, target), now)
    _move(session, row, person, target, now)


def gather(session: Session, now: datetime, limit: int = 100) -> int:
    """Move credits and debts of all merged persons to their targets; the number of persons."""
    wanted = (
        select(Person)
        .join(Balance, col(Balance.person_id) == col(Person.id))
        .where(col(Person.merged_into_id).is_not(None), or_(col(Balance.available) > 0, col(Balance.debt) > 0))
        .limit(limit)
    )
    found = session.exec(wanted).all()
    for person in found:
        carry(session, person, now)
    return len(found)


def undo(session: Session, row: Join, actor: Person, now: datetime) -> int | None:
    """Undo a merge and return what is left of the moved rows and credits; the number of credits.

    None when it was undone before, or the target has itself been merged since: that has to be undone first.
    """
    _one_at_a_time(session)
    source, target = (session.get_one(Person, each, populate_existing=True) for each in (row.source_id, row.target_id))
    if target.merged_into_id is not None or not _close(session, row, now):
        return None
    for name, table in POINTERS.items():
        _point_back(session, table, row.moved.get(name, []), source, target)
    _lock(session, (source, target), now)
    source.merged_into_id = None
    session.flush()
    returned = sum(_return(session, row, piece, target, source, now) for piece in row.moved.get("lots", []))
    _return_debt(session, row, target, source, now)
    for person in (source, target):
        ledger.repay(session, person, now)
        subscriptions.follow_plan(session, person, now)
    audit.note(session, row.tenant_id, actor.id, "unjoin", now, join=row.id, credits=returned)
    return returned


def current(session: Session, person: Person) -> Join | None:
    """The merge in force of a person; it may be newer than the person's row in memory."""
    wanted = select(Join).where(col(Join.source_id) == person.id, col(Join.undone_at).is_(None))
    return session.exec(wanted).one_or_none()


def named(session: Session, tenant_id: uuid.UUID, short: str) -> Join | None:
    """A tenant's merge in force by its short id."""
    return next((row for row in latest(session, tenant_id, 10_000) if row.short == short.lower()), None)


def latest(session: Session, tenant_id: uuid.UUID, limit: int = 10) -> Sequence[Join]:
    """Merges in force, newest first."""
    wanted = select(Join).where(col(Join.tenant_id) == tenant_id, col(Join.undone_at).is_(None))
    return session.exec(wanted.order_by(col(Join.joined_at).desc()).limit(limit)).all()


def _one_at_a_time(session: Session) -> None:
    """Serialise merges until the transaction ends; SQLite has a single writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": JOINS})


def _head(session: Session, person: Person) -> Person:
    """The person that a merged person points to, reread from the database."""
    session.refresh(person)
    while person.merged_into_id is not None:
        person = session.get_one(Person, person.merged_into_id, populate_existing=True)
    return person


def _lock(session: Session, persons: Iterable[Person], now: datetime) -> None:
    """Lock persons and their balances in a fixed order, after the rows they own; expired credits are removed first."""
    ordered = sorted(persons, key=lambda each: each.id)
    ids = [person.id for person in ordered]
    wanted = select(Person.id).where(col(Person.id).in_(ids)).order_by(col(Person.id))
    session.exec(wanted.with_for_update(key_share=True)).all()
    for person in ordered:
        ledger.credits_of(session, person, now)


def _move(session: Session, row: Join, source: Person, target: Person, now: datetime) -> None:
    """Move all lots and debt of one person to another, and record them in the merge."""
    held, pieces = lots.of(session, source.id), list(row.moved.get("lots", []))
    for lot in held:
        copy = Lot(person_id=target.id, transaction_id=lot.transaction_id, amount=lot.remaining, remaining=0)
        copy.expires_at, copy.created_at = lot.expires_at, lot.created_at
        session.add(copy)
        pieces.append([str(lot.id), str(copy.id), lot.remaining])
        _pour(session, lot, copy, lot.remaining, (source, target), f"join:{row.id}:{copy.id}", now)
    debt = ledger.credits_of(session, source, now).debt
    if debt:
        key = f"join:{row.id}:debt:{new_id().hex[:8]}"
        transfer(session, source, target, Bucket.DEBT, -debt, key=key, now=now)
    row.moved = {**row.moved, "lots": pieces, "debt": row.moved.get("debt", 0) + debt}
    session.flush()
    ledger.repay(session, target, now)


def _pour(
    session: Session, lot: Lot, into: Lot, amount: int, persons: tuple[Person, Person], key: str, now: datetime
) -> None:
    """Move credits from one lot to a lot of another person."""
    lot.remaining -= amount
    into.remaining += amount
    session.flush()
    transfer(session, *persons, Bucket.AVAILABLE, amount, key=key, now=now)


def _return(session: Session, row: Join, piece: list[Any], target: Person, source: Person, now: datetime) -> int:
    """Return what is left of a moved lot to the original one; the number of credits."""
    home, moved = (session.get_one(Lot, uuid.UUID(name), populate_existing=True) for name in piece[:2])
    amount: int = min(moved.remaining, piece[2]) if moved.person_id == target.id else 0
    if amount:
        _pour(session, moved, home, amount, (target, source), f"unjoin:{row.id}:{moved.id}", now)
    return amount


def _return_debt(session: Session, row: Join, target: Person, source: Person, now: datetime) -> None:
    debt = min(row.moved.get("debt", 0), ledger.credits_of(session, target, now).debt)
    if debt:
        transfer(session, target, source, Bucket.DEBT, -debt, key=f"unjoin:{row.id}:debt", now=now)


def _close(session: Session, row: Join, now: datetime) -> bool:
    undone = update(Join).where(col(Join.id) == row.id, col(Join.undone_at).is_(None)).values(undone_at=now)
    is_first = changed(session, undone) == 1
    session.refresh(row)
    return is_first


def _point(
    session: Session,
    table: type[Customer] | type[Subscription] | type[Purchase],
    source: Person,
    target: Person,
) -> list[str]:
    """Reassign rows of the source to the target; a customer linked to both stays with each. Their ids."""
    known = select(Customer.external_id).where(col(Customer.person_id) == target.id)
    wanted = select(table.id).where(col(table.person_id) == source.id)
    if table is Customer:
        wanted = wanted.where(col(Customer.external_id).not_in(known))
    ids = list(session.exec(wanted))
    session.connection().execute(update(table).where(col(table.id).in_(ids)).values(person_id=target.id))
    return [str(each) for each in ids]


def _point_back(
    session: Session,
    table: type[Customer] | type[Subscription] | type[Purchase],
    ids: Iterable[str],
    source: Person,
    target: Person,
) -> None:
    names = [uuid.UUID(each) for each in ids]
    theirs = (col(table.id).in_(names), col(table.person_id) == target.id)
    session.connection().execute(update(table).where(*theirs).values(person_id=source.id))
