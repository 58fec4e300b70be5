"""Indexes in revisions, created and dropped without a lock that writers wait for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

UNSENT = "status IN ('pending', 'sending')"


def create_index(
    name: str,
    table: str,
    columns: Sequence[str],
    *,
    where: str = "",
    sqlite_where: str = "",
    include: Sequence[str] = (),
) -> None:
    """Create an index, or a partial one. `include` are further columns that PostgreSQL stores in it.

    In PostgreSQL it is built concurrently, outside a transaction; what an interrupted build has left is dropped first.
    """
    with _leave_transaction() as concurrently:
        if concurrently:
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.create_index(
            name,
            table,
            columns,
            postgresql_include=list(include),
            postgresql_concurrently=concurrently,
            postgresql_where=sa.text(where) if where else None,
            sqlite_where=sa.text(sqlite_where or where) if where else None,
        )


def drop_index(name: str, table: str) -> None:
    """Drop an index, if it exists."""
    with _leave_transaction() as concurrently:
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=concurrently)


@contextmanager
def _leave_transaction() -> Iterator[bool]:
    """Whether indexes can be built concurrently: not in SQLite, nor in a restore, which is one transaction."""
    context = op.get_context()
    if context.config is None or not context.config.attributes.get("builds_concurrently"):
        yield False
        return
    with context.autocommit_block():
        yield True
