"""Erasure of a tenant's data in batches: rows before those they reference, its ledger too."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, Delete, ForeignKey, Table, delete, select, tuple_, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from models.identity.people import Tenant
from models.media.files import StoredFile
from storage.messaging import whatsapp
from storage.schema import METADATA
from storage.upsert import execute_dml

SHUTDOWN_DELAY = timedelta(hours=1)
"""Between stopping a tenant's bots and deleting its data: numbers log out, and every process closes its chats."""
TENANT_TABLE: Table = METADATA.tables["tenant"]


@dataclass(frozen=True, slots=True)
class ErasedBatch:
    """What one batch deleted: number of rows, and media keys that no row references any more."""

    rows: int
    media_keys: tuple[str, ...] = ()


def begin_due(session: Session, now: datetime) -> None:
    """Start the erasure of tenants whose grace period is over: bots are stopped, numbers logged out."""
    query = select_rows(Tenant).where(col(Tenant.remove_at) <= now, col(Tenant.erasing_at).is_(None))
    for tenant in session.exec(query.with_for_update(skip_locked=True)):
        tenant.erasing_at = now
        for each in whatsapp.list_sessions(session, tenant.id):
            whatsapp.mark_removed(each.row, now)
    session.flush()


def list_due(session: Session, now: datetime) -> list[uuid.UUID]:
    """Ids of the tenants whose data are to be deleted now."""
    return list(session.exec(select_rows(Tenant.id).where(col(Tenant.erasing_at) <= now - SHUTDOWN_DELAY)))


def erase_batch(session: Session, tenant_id: uuid.UUID, batch: int) -> ErasedBatch:
    """Delete one batch; 0 rows mean that nothing is left, the tenant itself included."""
    for table in list_tenant_tables():
        condition = _build_tenant_filter(table, tenant_id)
        _clear_self_references(session, table, condition)
        statement = _build_delete(table, condition, batch)
        if table.name == StoredFile.__tablename__:
            keys = session.connection().scalars(statement.returning(table.c.key)).all()
            if keys:
                return ErasedBatch(len(keys), tuple(keys))
        elif rows := execute_dml(session, statement):
            return ErasedBatch(rows)
    return ErasedBatch(execute_dml(session, delete(TENANT_TABLE).where(TENANT_TABLE.c.id == tenant_id)))


def list_tenant_tables() -> Iterator[Table]:
    """Every table with rows of tenants, referencing tables before referenced ones."""
    return (
        table
        for table in reversed(METADATA.sorted_tables)
        if table is not TENANT_TABLE and _find_tenant_reference(table) is not None
    )


def _find_tenant_reference(table: Table) -> ForeignKey | None:
    """The foreign key that leads from a table towards its tenant; one that is never null where there is one."""
    references = sorted(
        (key for key in table.foreign_keys if key.column.table is not table),
        key=lambda key: (key.column.table is not TENANT_TABLE, bool(_column_of(key).nullable), _column_of(key).name),
    )
    return references[0] if references else None


def _build_tenant_filter(table: Table, tenant_id: uuid.UUID) -> ColumnElement[bool]:
    reference = _find_tenant_reference(table)
    assert reference is not None, table.name  # noqa: S101 - asked of owned tables alone
    if reference.column.table is TENANT_TABLE:
        return _column_of(reference) == tenant_id
    return _column_of(reference).in_(
        select(reference.column).where(_build_tenant_filter(reference.column.table, tenant_id))
    )


def _clear_self_references(session: Session, table: Table, condition: ColumnElement[bool]) -> None:
    """Null the references of a table to itself, so that its rows can be deleted in any order."""
    for key in table.foreign_keys:
        if key.column.table is table:
            column = _column_of(key)
            execute_dml(session, update(table).where(condition, column.is_not(None)).values({column.name: None}))


def _build_delete(table: Table, condition: ColumnElement[bool], batch: int) -> Delete:
    keys = list(table.primary_key.columns)
    doomed_ids = select(*keys).where(condition).limit(batch)  # in no order, or all tenants' rows would be walked
    key_expression = keys[0] if len(keys) == 1 else tuple_(*keys)
    return delete(table).where(key_expression.in_(doomed_ids))


def _column_of(key: ForeignKey) -> Column[uuid.UUID | None]:
    column: Column[uuid.UUID | None] = key.parent
    return column
