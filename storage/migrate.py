"""Schema migrations: run the missing ones, and compare revisions."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.errors import Explained
from storage.db import Database

LOCK = 7_262_931  # id of PostgreSQL's advisory lock for migrations; an arbitrary number


class TooNew(Explained):
    """The database was migrated by a newer version of the product."""

    def __init__(self, schema: str) -> None:
        super().__init__(f"a newer version has changed the database (to {schema}); install it, or restore a backup")


def upgrade(db: Database) -> None:
    """Run the missing migrations, in one process at a time. Raises SchemaTooNew.

    Concurrent processes wait, and find nothing left to do: SQLite has one writer from the first statement on,
    PostgreSQL an advisory lock that ends with the transaction.
    """
    with db.engine.begin() as connection:
        if not db.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        bring(connection)


def bring(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision, in the transaction of the connection. Raises SchemaTooNew."""
    there = schema_of(connection)
    if there and there not in known():
        raise TooNew(there)
    command.upgrade(_config(connection), revision)


def is_current(db: Database) -> bool:
    """Whether the database is at the newest revision."""
    with db.engine.connect() as connection:
        return schema_of(connection) == head()


def schema_of(connection: Connection) -> str:
    """The revision of a database; empty where it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def head() -> str:
    """The newest revision of this version of the product."""
    return _scripts().get_current_head() or ""


def known() -> frozenset[str]:
    """All revisions of this version of the product."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(None))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
