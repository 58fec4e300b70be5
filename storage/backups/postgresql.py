"""PostgreSQL dumps table by table with COPY, over a plain connection."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from storage.db import Database
from storage.migrate import migrate_to

FORMAT: Final = "postgresql tables"
TABLES_FOLDER: Final = "tables"
CHUNK_SIZE: Final = 1 << 20

LIST_TABLES: Final = """
    SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename
"""
LIST_COLUMNS: Final = """
    SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(%s))
    AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
LIST_FOREIGN_KEYS: Final = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
LIST_SEQUENCES: Final = """
    SELECT c.relname, a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname) FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
    AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL
"""


def dump(db: Database, folder: Path) -> dict[str, int]:
    """Write every table to a file of its own, from one snapshot; rows per table. Raises psycopg.Error."""
    (folder / TABLES_FOLDER).mkdir()
    with psycopg.connect(conninfo_of(db)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return {
            table: _write_table(connection, table, folder / TABLES_FOLDER)
            for (table,) in connection.execute(LIST_TABLES)
        }


def load(db: Database, folder: Path, schema: str) -> None:
    """Replace the database with a dump made at migration `schema`, and upgrade it to this version's.

    In one transaction: when it fails nothing is changed. Raises psycopg.Error, OSError.
    """
    with db.engine.begin() as connection:
        driver_connection = driver_connection_of(connection)
        drop_all(driver_connection)
        migrate_to(connection, schema)
        _load_tables(driver_connection, folder / TABLES_FOLDER)
        migrate_to(connection)


def drop_all(connection: psycopg.Connection[Any]) -> None:
    """Drop everything, including the triggers that keep the ledger append-only."""
    connection.execute("DROP SCHEMA public CASCADE")
    connection.execute("CREATE SCHEMA public")


def is_empty(db: Database) -> bool:
    """Whether the database has no tables, so that a restore loses nothing."""
    with psycopg.connect(conninfo_of(db)) as connection:
        return connection.execute(LIST_TABLES).fetchone() is None


def count_other_connections(db: Database) -> int:
    """Number of other connections to the database."""
    with psycopg.connect(conninfo_of(db)) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        found = connection.execute(query).fetchone()
        return found[0] if found else 0


def conninfo_of(db: Database) -> str:
    """The libpq connection URI of a database."""
    return db.url.set(drivername="postgresql").render_as_string(hide_password=False)


def driver_connection_of(connection: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection below one of SQLAlchemy's, in the same transaction."""
    found = connection.connection.driver_connection
    assert isinstance(found, psycopg.Connection)  # noqa: S101 - narrows SQLAlchemy's type
    return found


def _write_table(connection: psycopg.Connection[Any], table: str, folder: Path) -> int:
    """Write a line with the columns, then COPY's text format; how many rows."""
    columns = [name for (name,) in connection.execute(LIST_COLUMNS, [table])]
    with connection.cursor() as cursor, (folder / table).open("wb") as file:
        file.write(",".join(columns).encode() + b"\n")
        with cursor.copy(_build_copy(table, columns, "TO STDOUT")) as copy:
            for block in copy:
                file.write(block)
        return cursor.rowcount


def _load_tables(connection: psycopg.Connection[Any], folder: Path) -> None:
    """Load tables in any order: foreign keys are dropped first and recreated at the end, which validates them."""
    foreign_keys = connection.execute(LIST_FOREIGN_KEYS).fetchall()
    for table, name, _ in foreign_keys:
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.SQL(table), sql.Identifier(name)))
    for path in _list_table_files(connection, folder):
        _load_table(connection, path)
    for table, name, definition in foreign_keys:
        add_constraint = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        connection.execute(add_constraint.format(sql.SQL(table), sql.Identifier(name), sql.SQL(definition)))
    for table, column, sequence in connection.execute(LIST_SEQUENCES).fetchall():
        set_sequence = sql.SQL("SELECT setval({}, coalesce(max({}), 0) + 1, false) FROM {}")
        connection.execute(set_sequence.format(sequence, sql.Identifier(column), sql.Identifier(table)))


def _list_table_files(connection: psycopg.Connection[Any], folder: Path) -> Iterator[Path]:
    """All tables but Alembic's: the migration the database is at is set already."""
    for (table,) in connection.execute(LIST_TABLES).fetchall():
        if table != "alembic_version":
            yield folder / table


def _load_table(connection: psycopg.Connection[Any], path: Path) -> None:
    with path.open("rb") as file, connection.cursor() as cursor:
        columns = file.readline().decode().strip().split(",")
        with cursor.copy(_build_copy(path.name, columns, "FROM STDIN")) as copy:
            while block := file.read(CHUNK_SIZE):
                copy.write(block)


def _build_copy(table: str, columns: list[str], direction: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(table), names, sql.SQL(direction))
