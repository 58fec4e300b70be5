"""Database access: the engine, and the only place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from models.columns import utc_now

PATIENCE = 30.0  # seconds


class Clock(Protocol):
    """Callable that returns the current time in UTC; tests pass their own."""

    def __call__(self) -> datetime: ...


class Database:
    """Transactions on SQLite or PostgreSQL.

    SQLite: WAL, one writer at a time from its first statement on (`BEGIN IMMEDIATE`), so nothing is read before the
    lock is held and "database is locked" cannot occur between a read and a write. A transaction that waits for the lock
    longer than `busy_timeout` (seconds) fails, with nothing done.
    """

    def __init__(self, url: str, *, clock: Clock = utc_now, pool_size: int = 10, patience: float = PATIENCE) -> None:
        self.clock = clock
        self.url = make_url(url)
        self.engine = _sqlite(url, patience) if self.is_sqlite else _postgresql(url, pool_size)
        self._sessions = sessionmaker(self.engine, class_=Session, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that is committed when the block ends, and rolled back when it raises.

        SQLite's lock is held when the block begins, so a clock read inside is never older than the rows read there.
        """
        with self._sessions() as session, session.begin():
            session.connection()
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only session: it never waits for a writer, nor blocks one."""
        with self._sessions(bind=self.engine.execution_options(reads_only=True)) as session, session.begin():
            yield session

    def answers(self) -> bool:
        """Whether the database answers a query; raises when it cannot be connected to."""
        with self.reading() as session:
            return session.connection().execute(text("SELECT 1")).scalar() == 1

    def close(self) -> None:
        self.engine.dispose()


def _sqlite(url: str, patience: float) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": patience})
    wait = f"busy_timeout={round(1000 * patience)}"

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        for pragma in (wait, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: str, pool_size: int) -> Engine:
    address = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(address, pool_pre_ping=True, pool_size=pool_size, max_overflow=20)
