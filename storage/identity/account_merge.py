"""Merging two persons into one, and undoing a merge.

Credits are moved lot by lot, as transfers in the ledger; a lot keeps its grant, so that a refund still finds it.
Credits reserved for a job stay where they are until the job ends: then `move_returned` moves what was released.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text, update
from sqlmodel import Session, col, select

from models.billing.credits import Balance, LedgerBucket, Lot
from models.billing.payments import Customer, Purchase, Subscription
from models.columns import generate_id
from models.identity.codes import PersonMerge
from models.identity.people import Person
from storage.billing import ledger, lots, subscriptions
from storage.billing.transfers import transfer
from storage.operations import audit
from storage.upsert import execute_dml

MERGE_LOCK_ID = 0x6A6F_696E  # id of PostgreSQL's advisory lock for merges: "join"
ALIAS_KEY = "alias"  # marks a merge that no user requested
REASSIGNED_TABLES: dict[str, type[Customer] | type[Subscription] | type[Purchase]] = {
    "customers": Customer,
    "subscriptions": Subscription,
    "purchases": Purchase,
}


def merge(session: Session, source: Person, target: Person, now: datetime) -> PersonMerge | None:
    """Merge `source` into `target`, with its credits, customers, subscriptions and purchases. None if they are one.

    Raises ValueError for persons of different tenants.
    """
    if source.tenant_id != target.tenant_id:
        raise ValueError("persons of different tenants")
    _lock_merges(session)
    source, target = _resolve_target(session, source), _resolve_target(session, target)
    if source.id == target.id:
        return None
    merge_row = PersonMerge(tenant_id=source.tenant_id, source_id=source.id, target_id=target.id, joined_at=now)
    merge_row.moved = {
        name: _reassign_rows(session, table, source, target) for name, table in REASSIGNED_TABLES.items()
    }
    session.add(merge_row)
    _lock_persons(session, (source, target), now)
    source.merged_into_id = target.id
    session.flush()
    _move_credits(session, merge_row, source, target, now)
    subscriptions.update_plan(session, target, now)
    audit.record(
        session, source.tenant_id, target.id, "join", now, join=merge_row.id, source=source.id, target=target.id
    )
    return merge_row


def move_returned(session: Session, person: Person, now: datetime) -> None:
    """Move credits returned to a merged person to its target. Does nothing for a person that is not merged."""
    row = find_current(session, person)
    if row is None:
        return
    target = _resolve_target(session, person)
    _lock_persons(session, (person, target), now)
    _move_credits(session, row, person, target, now)


def move_all_returned(session: Session, now: datetime, limit: int = 100) -> int:
    """Move credits and debts of all merged persons to their targets; the number of persons."""
    # a scalar subquery, so that the few merged persons' balances are looked up, and not those of all
    left = select(Balance.available + Balance.debt).where(col(Balance.person_id) == col(Person.id)).scalar_subquery()
    statement = select(Person).where(col(Person.merged_into_id).is_not(None), left > 0).limit(limit)
    persons = session.exec(statement).all()
    for person in persons:
        move_returned(session, person, now)
    return len(persons)


def undo(session: Session, row: PersonMerge, actor: Person, now: datetime) -> int | None:
    """Undo a merge and return what is left of the moved rows and credits; the number of credits.

    None when it was undone before, or the target has itself been merged since: that has to be undone first.
    """
    _lock_merges(session)
    source, target = (session.get_one(Person, each, populate_existing=True) for each in (row.source_id, row.target_id))
    if target.merged_into_id is not None or not _mark_undone(session, row, now):
        return None
    for name, table in REASSIGNED_TABLES.items():
        _reassign_back(session, table, row.moved.get(name, []), source, target)
    _lock_persons(session, (source, target), now)
    source.merged_into_id = None
    session.flush()
    returned = sum(_return_lot(session, row, moved_lot, target, source, now) for moved_lot in row.moved.get("lots", []))
    _return_debt(session, row, target, source, now)
    for person in (source, target):
        ledger.repay_debt(session, person, now)
        subscriptions.update_plan(session, person, now)
    audit.record(session, row.tenant_id, actor.id, "unjoin", now, join=row.id, credits=returned)
    return returned


def find_current(session: Session, person: Person) -> PersonMerge | None:
    """The merge in force of a person; it may be newer than the person's row in memory."""
    statement = select(PersonMerge).where(col(PersonMerge.source_id) == person.id, col(PersonMerge.undone_at).is_(None))
    return session.exec(statement).one_or_none()


def find_by_short_id(session: Session, tenant_id: uuid.UUID, short: str) -> PersonMerge | None:
    """A tenant's merge in force by its short id."""
    return next((row for row in list_latest(session, tenant_id, 10_000) if row.short_id == short.lower()), None)


def list_latest(session: Session, tenant_id: uuid.UUID, limit: int = 10) -> Sequence[PersonMerge]:
    """Merges in force, newest first."""
    statement = select(PersonMerge).where(col(PersonMerge.tenant_id) == tenant_id, col(PersonMerge.undone_at).is_(None))
    return session.exec(statement.order_by(col(PersonMerge.joined_at).desc()).limit(limit)).all()


def _lock_merges(session: Session) -> None:
    """Serialise merges until the transaction ends; SQLite has a single writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MERGE_LOCK_ID})


def _resolve_target(session: Session, person: Person) -> Person:
    """The person that a merged person points to, reread from the database."""
    session.refresh(person)
    while person.merged_into_id is not None:
        person = session.get_one(Person, person.merged_into_id, populate_existing=True)
    return person


def _lock_persons(session: Session, persons: Iterable[Person], now: datetime) -> None:
    """Lock persons and their balances in a fixed order, after the rows they own; expired credits are removed first."""
    ordered = sorted(persons, key=lambda each: each.id)
    ids = [person.id for person in ordered]
    statement = select(Person.id).where(col(Person.id).in_(ids)).order_by(col(Person.id))
    session.exec(statement.with_for_update(key_share=True)).all()
    for person in ordered:
        ledger.balance_of(session, person, now)


def _move_credits(session: Session, row: PersonMerge, source: Person, target: Person, now: datetime) -> None:
    """Move all lots and debt of one person to another, and record them in the merge."""
    source_lots, moved_lots = lots.list_spendable(session, source.id), list(row.moved.get("lots", []))
    for lot in source_lots:
        copy = Lot(person_id=target.id, transaction_id=lot.transaction_id, amount=lot.remaining, remaining=0)
        copy.expires_at, copy.created_at = lot.expires_at, lot.created_at
        session.add(copy)
        moved_lots.append([str(lot.id), str(copy.id), lot.remaining])
        _transfer_lot(session, lot, copy, lot.remaining, (source, target), f"join:{row.id}:{copy.id}", now)
    debt = ledger.balance_of(session, source, now).debt
    if debt:
        key = f"join:{row.id}:debt:{generate_id().hex[:8]}"
        transfer(session, source, target, LedgerBucket.DEBT, -debt, key=key, now=now)
    row.moved = {**row.moved, "lots": moved_lots, "debt": row.moved.get("debt", 0) + debt}
    session.flush()
    ledger.repay_debt(session, target, now)


def _transfer_lot(
    session: Session, lot: Lot, into: Lot, amount: int, persons: tuple[Person, Person], key: str, now: datetime
) -> None:
    """Move credits from one lot to a lot of another person."""
    lot.remaining -= amount
    into.remaining += amount
    session.flush()
    transfer(session, *persons, LedgerBucket.AVAILABLE, amount, key=key, now=now)


def _return_lot(
    session: Session, row: PersonMerge, moved_lot: list[Any], target: Person, source: Person, now: datetime
) -> int:
    """Return what is left of a moved lot to the original one; the number of credits."""
    original, current = (session.get_one(Lot, uuid.UUID(name), populate_existing=True) for name in moved_lot[:2])
    amount: int = min(current.remaining, moved_lot[2]) if current.person_id == target.id else 0
    if amount:
        _transfer_lot(session, current, original, amount, (target, source), f"unjoin:{row.id}:{current.id}", now)
    return amount


def _return_debt(session: Session, row: PersonMerge, target: Person, source: Person, now: datetime) -> None:
    debt = min(row.moved.get("debt", 0), ledger.balance_of(session, target, now).debt)
    if debt:
        transfer(session, target, source, LedgerBucket.DEBT, -debt, key=f"unjoin:{row.id}:debt", now=now)


def _mark_undone(session: Session, row: PersonMerge, now: datetime) -> bool:
    undone = (
        update(PersonMerge)
        .where(col(PersonMerge.id) == row.id, col(PersonMerge.undone_at).is_(None))
        .values(undone_at=now)
    )
    is_first = execute_dml(session, undone) == 1
    session.refresh(row)
    return is_first


def _reassign_rows(
    session: Session,
    table: type[Customer] | type[Subscription] | type[Purchase],
    source: Person,
    target: Person,
) -> list[str]:
    """Reassign rows of the source to the target; a customer linked to both stays with each. Their ids."""
    target_customers = select(Customer.external_id).where(col(Customer.person_id) == target.id)
    statement = select(table.id).where(col(table.person_id) == source.id)
    if table is Customer:
        statement = statement.where(col(Customer.external_id).not_in(target_customers))
    ids = list(session.exec(statement))
    session.connection().execute(update(table).where(col(table.id).in_(ids)).values(person_id=target.id))
    return [str(row_id) for row_id in ids]


def _reassign_back(
    session: Session,
    table: type[Customer] | type[Subscription] | type[Purchase],
    ids: Iterable[str],
    source: Person,
    target: Person,
) -> None:
    row_ids = [uuid.UUID(row_id) for row_id in ids]
    filters = (col(table.id).in_(row_ids), col(table.person_id) == target.id)
    session.connection().execute(update(table).where(*filters).values(person_id=source.id))
