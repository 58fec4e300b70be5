"""Schema migrations: run the missing ones, and compare revisions."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.errors import ConfigError
from storage.db import Database

# id of PostgreSQL's advisory lock for migrations; not that of 0.1, which waits for it within a statement
MIGRATION_LOCK_ID = 7_262_932
LOCK_INTERVAL = 0.1  # seconds between two attempts to take it


class SchemaTooNew(ConfigError):
    """The database was migrated by a newer version of the product."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"a newer version has changed the database (to {revision}); install it, or restore a backup")


def upgrade(db: Database) -> None:
    """Run the missing migrations, in one process at a time. Raises SchemaTooNew.

    Concurrent processes wait, and find nothing left to do: SQLite has one writer from the first statement on,
    PostgreSQL an advisory lock. There each revision is a transaction, and indexes are built while others write.
    """
    if db.is_sqlite:
        with db.engine.begin() as connection:
            migrate_to(connection)
        return
    with _hold_migration_lock(db), db.engine.connect() as connection:
        _check_revision(connection)
        connection.rollback()  # Alembic begins and ends transactions by itself only where none has begun
        command.upgrade(_build_config(connection, builds_concurrently=True), "head")


def migrate_to(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision, in the transaction of the connection. Raises SchemaTooNew."""
    _check_revision(connection)
    command.upgrade(_build_config(connection), revision)


def _check_revision(connection: Connection) -> None:
    current = revision_of(connection)
    if current and current not in list_revisions():
        raise SchemaTooNew(current)


@contextmanager
def _hold_migration_lock(db: Database) -> Iterator[None]:
    """Hold the lock in a transaction of its own.

    The concurrent build of an index waits for the end of each transaction that has a snapshot. So the lock is asked for
    again and again, each time in a new transaction: who waits for it within a statement keeps a snapshot.
    """
    with db.engine.connect() as connection:
        while not _try_migration_lock(connection):
            connection.rollback()
            time.sleep(LOCK_INTERVAL)
        yield
        connection.rollback()


def _try_migration_lock(connection: Connection) -> bool:
    has_lock = connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK_ID})
    # nothing ends the transaction while it is idle; and a statement after the query lets its snapshot go
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    return bool(has_lock)


def is_current(db: Database) -> bool:
    """Whether the database is at the newest revision."""
    with db.engine.connect() as connection:
        return revision_of(connection) == get_head_revision()


def revision_of(connection: Connection) -> str:
    """The revision of a database; empty where it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def get_head_revision() -> str:
    """The newest revision of this version of the product."""
    return _load_scripts().get_current_head() or ""


def list_revisions() -> frozenset[str]:
    """All revisions of this version of the product."""
    return frozenset(script.revision for script in _load_scripts().walk_revisions())


def _load_scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_build_config(None))


def _build_config(connection: Connection | None, *, builds_concurrently: bool = False) -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["builds_concurrently"] = builds_concurrently
    return config
