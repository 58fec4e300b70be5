"""Schema migrations: run the missing ones, and compare revisions."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.errors import ConfigError
from storage.db import Database

MIGRATION_LOCK_ID = 7_262_931  # id of PostgreSQL's advisory lock for migrations; an arbitrary number


class SchemaTooNew(ConfigError):
    """The database was migrated by a newer version of the product."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"a newer version has changed the database (to {revision}); install it, or restore a backup")


def upgrade(db: Database) -> None:
    """Run the missing migrations, in one process at a time. Raises SchemaTooNew.

    Concurrent processes wait, and find nothing left to do: SQLite has one writer from the first statement on,
    PostgreSQL an advisory lock that ends with the transaction.
    """
    with db.engine.begin() as connection:
        if not db.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK_ID})
        migrate_to(connection)


def migrate_to(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision, in the transaction of the connection. Raises SchemaTooNew."""
    current = revision_of(connection)
    if current and current not in list_revisions():
        raise SchemaTooNew(current)
    command.upgrade(_build_config(connection), revision)


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


def _build_config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
