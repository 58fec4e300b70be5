"""Idempotent inserts, and statements with a row count."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, Delete, Insert, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_once(session: Session, row: SQLModel) -> bool:
    """Insert a row unless one with the same unique key exists; whether it was inserted.

    Of two concurrent transactions one inserts, and the other waits for it and then finds the row.
    """
    session.flush()
    statement = _build_insert(type(row), session.get_bind().dialect.name)
    return execute_dml(session, statement, _values_of(row)) == 1


def insert_all_once(session: Session, rows: Sequence[SQLModel]) -> None:
    """Insert those rows of one table whose unique keys no other row has."""
    if rows:
        session.flush()
        statement = _build_insert(type(rows[0]), session.get_bind().dialect.name)
        session.connection().execute(statement, [_values_of(row) for row in rows])


def execute_dml(session: Session, statement: Insert | Update | Delete, values: Mapping[str, Any] | None = None) -> int:
    """Execute an INSERT, UPDATE or DELETE, with values for its parameters if given; the number of affected rows."""
    # psycopg loses the row count of an INSERT with its cursor, unless SQLAlchemy is asked to keep it
    result = session.connection().execute(statement, values, execution_options={"preserve_rowcount": True})
    assert isinstance(result, CursorResult)  # noqa: S101 - narrows the type to what SQLAlchemy documents
    return result.rowcount


@cache
def _build_insert(table: type[SQLModel], dialect: str) -> Insert:
    """Build the statement, once per table: nearly every transaction inserts a row."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table.__table__).on_conflict_do_nothing()  # type: ignore[attr-defined]


def _values_of(row: SQLModel) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in type(row).__table__.columns}  # type: ignore[attr-defined]
    return {name: value for name, value in values.items() if not (name == "id" and value is None)}
