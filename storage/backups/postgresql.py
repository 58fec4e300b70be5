"""PostgreSQL dumps table by table with COPY, over a plain connection."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from storage.db import Database
from storage.migrate import bring

FORM: Final = "postgresql tables"
TABLES: Final = "tables"
CHUNK: Final = 1 << 20

OWN_TABLES: Final = """
    SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename
"""
COLUMNS: Final = """
    SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(%s))
    AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
FOREIGN_KEYS: Final = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
SEQUENCES: Final = """
    SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname) FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
    AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL
"""


def dump(db: Database, folder: Path) -> dict[str, int]:
    """Write every table to a file of its own, from one snapshot; rows per table. Raises psycopg.Error."""
    (folder / TABLES).mkdir()
    with psycopg.connect(address(db)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return {table: _written(connection, table, folder / TABLES) for (table,) in connection.execute(OWN_TABLES)}


def load(db: Database, folder: Path, schema: str) -> None:
    """Replace the database with a dump made at migration `schema`, and upgrade it to this version's.

    In one transaction: when it fails nothing is changed. Raises psycopg.Error, OSError.
    """
    with db.engine.begin() as connection:
        own = raw(connection)
        empty(own)
        bring(connection, schema)
        _filled(own, folder / TABLES)
        bring(connection)


def empty(connection: psycopg.Connection[Any]) -> None:
    """Drop everything, including the triggers that keep the ledger append-only."""
    connection.execute("DROP SCHEMA public CASCADE")
    connection.execute("CREATE SCHEMA public")


def is_empty(db: Database) -> bool:
    """Whether the database has no tables, so that a restore loses nothing."""
    with psycopg.connect(address(db)) as connection:
        return connection.execute(OWN_TABLES).fetchone() is None


def others(db: Database) -> int:
    """Number of other connections to the database."""
    with psycopg.connect(address(db)) as connection:
        wanted = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        found = connection.execute(wanted).fetchone()
        return found[0] if found else 0


def address(db: Database) -> str:
    """The libpq connection URI of a database."""
    return db.url.set(drivername="postgresql").render_as_string(hide_password=False)


def raw(connection: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection below one of SQLAlchemy's, in the same transaction."""
    found = connection.connection.driver_connection
    assert isinstance(found, psycopg.Connection)  # noqa: S101 - narrows SQLAlchemy's type
    return found


def _written(connection: psycopg.Connection[Any], table: str, folder: Path) -> int:
    """Write a line with the columns, then COPY's text format; how many rows."""
    columns = [name for (name,) in connection.execute(COLUMNS, [table])]
    with connection.cursor() as cursor, (folder / table).open("wb") as file:
        file.write(",".join(columns).encode() + b"\n")
        with cursor.copy(_copy(table, columns, "TO STDOUT")) as copy:
            for block in copy:
                file.write(block)
        return cursor.rowcount


def _filled(connection: psycopg.Connection[Any], folder: Path) -> None:
    """Load tables in any order: foreign keys are dropped first and recreated at the end, which validates them."""
    keys = connection.execute(FOREIGN_KEYS).fetchall()
    for table, name, _ in keys:
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.SQL(table), sql.Identifier(name)))
    for path in _files(connection, folder):
        _read(connection, path)
    for table, name, definition in keys:
        added = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        connection.execute(added.format(sql.SQL(table), sql.Identifier(name), sql.SQL(definition)))
    for table, column, sequence in connection.execute(SEQUENCES).fetchall():
        newest = sql.SQL("SELECT setval({}, coalesce(max({}), 0) + 1, false) FROM {}")
        connection.execute(newest.format(sequence, sql.Identifier(column), sql.Identifier(table)))


def _files(connection: psycopg.Connection[Any], folder: Path) -> Iterator[Path]:
    """All tables but Alembic's: the migration the database is at is set already."""
    for (table,) in connection.execute(OWN_TABLES).fetchall():
        if table != "alembic_version":
            yield folder / table


def _read(connection: psycopg.Connection[Any], path: Path) -> None:
    with path.open("rb") as file, connection.cursor() as cursor:
        columns = file.readline().decode().strip().split(",")
        with cursor.copy(_copy(path.name, columns, "FROM STDIN")) as copy:
            while block := file.read(CHUNK):
                copy.write(block)


def _copy(table: str, columns: list[str], where: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(table), names, sql.SQL(where))
