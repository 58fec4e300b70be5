"""Erasure of a tenant's data in batches: rows before those they reference, its ledger too."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, Delete, ForeignKey, Table, delete, select, tuple_, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from models.files import StoredFile
from models.people import Tenant
from storage import whatsapp
from storage.rows import changed
from storage.schema import METADATA

LETTING_GO = timedelta(hours=1)
"""Between stopping a tenant's bots and deleting its data: numbers log out, and every process closes its chats."""
TENANT: Table = METADATA.tables["tenant"]


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch deleted: number of rows, and media keys that no row references any more."""

    rows: int
    keys: tuple[str, ...] = ()


def begin(session: Session, now: datetime) -> None:
    """Start the erasure of tenants whose grace period is over: bots are stopped, numbers logged out."""
    due = select_rows(Tenant).where(col(Tenant.remove_at) <= now, col(Tenant.erasing_at).is_(None))
    for tenant in session.exec(due.with_for_update(skip_locked=True)):
        tenant.erasing_at = now
        for each in whatsapp.listed(session, tenant.id):
            whatsapp.remove(each.row, now)
    session.flush()


def due(session: Session, now: datetime) -> list[uuid.UUID]:
    """Ids of the tenants whose data are to be deleted now."""
    return list(session.exec(select_rows(Tenant.id).where(col(Tenant.erasing_at) <= now - LETTING_GO)))


def step(session: Session, tenant_id: uuid.UUID, batch: int) -> Step:
    """Delete one batch; 0 rows mean that nothing is left, the tenant itself included."""
    for table in owned():
        condition = _belongs(table, tenant_id)
        _forget_kin(session, table, condition)
        keys = _keys(session, condition, batch) if table.name == StoredFile.__tablename__ else ()
        if rows := changed(session, _deleted(table, condition, batch)):
            return Step(rows, keys)
    return Step(changed(session, delete(TENANT).where(TENANT.c.id == tenant_id)))


def owned() -> Iterator[Table]:
    """Every table with rows of tenants, referencing tables before referenced ones."""
    return (table for table in reversed(METADATA.sorted_tables) if table is not TENANT and _path(table) is not None)


def _path(table: Table) -> ForeignKey | None:
    """The foreign key that leads from a table towards its tenant; one that is never null where there is one."""
    others = sorted(
        (key for key in table.foreign_keys if key.column.table is not table),
        key=lambda key: (key.column.table is not TENANT, bool(_column(key).nullable), _column(key).name),
    )
    return others[0] if others else None


def _belongs(table: Table, tenant_id: uuid.UUID) -> ColumnElement[bool]:
    path = _path(table)
    assert path is not None, table.name  # noqa: S101 - asked of owned tables alone
    if path.column.table is TENANT:
        return _column(path) == tenant_id
    return _column(path).in_(select(path.column).where(_belongs(path.column.table, tenant_id)))


def _forget_kin(session: Session, table: Table, condition: ColumnElement[bool]) -> None:
    """Null the references of a table to itself, so that its rows can be deleted in any order."""
    for key in table.foreign_keys:
        if key.column.table is table:
            column = _column(key)
            changed(session, update(table).where(condition, column.is_not(None)).values({column.name: None}))


def _deleted(table: Table, condition: ColumnElement[bool], batch: int) -> Delete:
    keys = list(table.primary_key.columns)
    doomed = select(*keys).where(condition).order_by(*keys).limit(batch)
    named = keys[0] if len(keys) == 1 else tuple_(*keys)
    return delete(table).where(named.in_(doomed))


def _keys(session: Session, condition: ColumnElement[bool], batch: int) -> tuple[str, ...]:
    """The media keys of the rows the next batch deletes."""
    wanted = select_rows(StoredFile.key).where(condition).order_by(col(StoredFile.id)).limit(batch)
    return tuple(session.exec(wanted))


def _column(key: ForeignKey) -> Column[uuid.UUID | None]:
    column: Column[uuid.UUID | None] = key.parent
    return column
