"""Rows that may be there already."""

from typing import Any

from sqlalchemy import CursorResult, Delete, Insert, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_once(session: Session, row: SQLModel) -> bool:
    """Insert a row unless one with the same unique key stands; whether it was inserted.

    Two transactions may try at the same time: one inserts, the other waits for it and then finds the row.
    """
    session.flush()
    table = type(row).__table__  # type: ignore[attr-defined]
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement: Insert
    if is_sqlite:
        statement = sqlite.insert(table).values(**_values(row)).on_conflict_do_nothing()
    else:
        statement = postgresql.insert(table).values(**_values(row)).on_conflict_do_nothing()
    return changed(session, statement) == 1


def changed(session: Session, statement: Insert | Update | Delete) -> int:
    """Run a statement that changes rows; how many it changed."""
    # psycopg forgets the count of an INSERT with its cursor, unless SQLAlchemy is asked to keep it
    result = session.connection().execute(statement, execution_options={"preserve_rowcount": True})
    assert isinstance(result, CursorResult)  # noqa: S101 - narrows the type for what SQLAlchemy promises
    return result.rowcount


def _values(row: SQLModel) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in type(row).__table__.columns}  # type: ignore[attr-defined]
    return {name: value for name, value in values.items() if not (name == "id" and value is None)}
