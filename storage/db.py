"""Database access: the engine, and the only place that commits."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Dialect, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util.queue import Queue
from sqlmodel import Session

from models.columns import utc_now
from storage.clock import AdjustedClock, Clock

log = structlog.get_logger(__name__)

BUSY_TIMEOUT = 30.0  # seconds
MAX_CONNECTIONS = 5  # to PostgreSQL, of one process; transactions are short, so that its threads take turns
POOL_TIMEOUT = 10.0  # seconds to wait for one of them
FULL_MESSAGES = (
    "too many clients",
    "remaining connection slots",
    "too many connections",
    "no more connections allowed",
)
FULL_PAUSES = (0.1, 0.5)  # seconds at least and at most before the next attempt
MAX_REST = 1.0  # seconds between two uses; a connection that rested longer is closed after the next one
WAL_RETRY_INTERVAL = 0.02
CLOCK_TOLERANCE = timedelta(seconds=1)  # less is the time of an answer, and what clocks that are set well differ by
PGBOUNCER_PARAMETER = "pgbouncer"  # of a URL: with "true" no statement is prepared, as connections change in between


class Database:
    """Transactions on SQLite or PostgreSQL.

    SQLite: WAL, one writer at a time from its first statement on (`BEGIN IMMEDIATE`), so nothing is read before the
    lock is held and "database is locked" cannot occur between a read and a write. A transaction that waits for the lock
    longer than `busy_timeout` (seconds) fails, with nothing done.

    PostgreSQL: at most `pool_size` connections; one that rested longer than `max_rest` (seconds) before it was used is
    closed after that. A transaction that gets none within `pool_timeout` (seconds) fails like one that cannot reach the
    database. A thread that is in a transaction begins no other one: threads would wait for each other's connections.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock = utc_now,
        pool_size: int = MAX_CONNECTIONS,
        pool_timeout: float = POOL_TIMEOUT,
        max_rest: float = MAX_REST,
        busy_timeout: float = BUSY_TIMEOUT,
    ) -> None:
        self.clock = AdjustedClock(clock)
        self.url = make_url(url)
        self.engine = (
            _create_sqlite_engine(url, busy_timeout)
            if self.is_sqlite
            else _create_postgresql_engine(url, pool_size, pool_timeout, max_rest)
        )
        self._session_factory = sessionmaker(self.engine, class_=Session, expire_on_commit=False)

    def sync_clock(self) -> None:
        """Measure how far this machine's clock is from the database's, which judges leases alike for all machines.

        The answer is taken to belong to the middle of the question's time. SQLite has no other clock.
        """
        if self.is_sqlite:
            return
        with self.engine.connect() as connection:
            asked = self.clock.local()
            answer = connection.execute(select(func.clock_timestamp())).scalar_one()
            half = (self.clock.local() - asked) / 2
            offset = answer - asked - half
        # a slow answer, as of a busy server, tells the time as much less exactly
        self.clock.offset = offset if abs(offset) > CLOCK_TOLERANCE + half else timedelta(0)
        if self.clock.offset:
            log.warning("clock-corrected", seconds=round(offset.total_seconds(), 1))

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that is committed when the block ends, and rolled back when it raises.

        SQLite's lock is held when the block begins, so a clock read inside is never older than the rows read there.
        """
        with self._session_factory() as session, session.begin():
            _connect(session)
            yield session

    @contextmanager
    def read_transaction(self) -> Iterator[Session]:
        """A read-only session: it never waits for a writer, nor blocks one."""
        with self._session_factory(bind=self.engine.execution_options(reads_only=True)) as session, session.begin():
            _connect(session)
            yield session

    def is_reachable(self) -> bool:
        """Whether the database answers a query; raises when it cannot be connected to."""
        with self.read_transaction() as session:
            return session.connection().execute(text("SELECT 1")).scalar() == 1

    def close(self) -> None:
        self.engine.dispose()


def _connect(session: Session) -> None:
    """Begin the transaction. Raises OperationalError, too, where no connection of the pool is free in time."""
    try:
        session.connection()
    except PoolTimeoutError as error:
        raise OperationalError("BEGIN", None, error) from error


def _create_sqlite_engine(url: str, busy_timeout: float) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": busy_timeout})
    timeout_pragma = f"busy_timeout={round(1000 * busy_timeout)}"

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        connection.execute(f"PRAGMA {timeout_pragma}")
        _enter_wal_mode(connection, busy_timeout)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_read_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if is_read_only else "BEGIN IMMEDIATE")

    return engine


def _enter_wal_mode(connection: Any, timeout: float) -> None:
    """Switch a database to WAL, if it is not yet. Of connections that switch a new one at the same time SQLite refuses
    all but one without waiting, as each holds a lock that the others want: those try again."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(WAL_RETRY_INTERVAL)
        else:
            return


def _create_postgresql_engine(url: str, pool_size: int, pool_timeout: float, max_rest: float) -> Engine:
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    arguments = {"prepare_threshold": None} if parsed.query.get(PGBOUNCER_PARAMETER) == "true" else {}
    engine = create_engine(
        parsed.difference_update_query([PGBOUNCER_PARAMETER]),
        pool_pre_ping=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        pool_use_lifo=True,
        connect_args=arguments,
    )
    _wait_while_full(engine, pool_timeout)
    _close_rested_connections(engine, max_rest)
    return engine


def _wait_while_full(engine: Engine, timeout: float) -> None:
    """Try a connection that is refused because there are too many again for so many seconds: soon one is given back."""

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, _record: object, arguments: Any, options: Any) -> Any:
        deadline = time.monotonic() + timeout
        while True:
            try:
                return dialect.connect(*arguments, **options)
            except dialect.loaded_dbapi.OperationalError as error:
                if time.monotonic() > deadline or not any(text in str(error) for text in FULL_MESSAGES):
                    raise
                time.sleep(random.uniform(*FULL_PAUSES))  # noqa: S311 - no security depends on it


def _close_rested_connections(engine: Engine, max_rest: float) -> None:
    """Give connections back to PostgreSQL that the process has no steady use for.

    Whenever one is returned, those that have rested too long are closed; so is that one if it had rested before. A
    process that looks at the database now and then has none in between, and many such processes share a few.
    """
    places = _places_of(engine)

    @event.listens_for(engine, "checkout")
    def measure_rest(_connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        _info_of(record)["rest"] = _measure_rest(record)

    @event.listens_for(engine, "checkin")
    def close_rested(_connection: Any, record: ConnectionPoolEntry) -> None:
        rest = _info_of(record)["rest"]
        _info_of(record)["returned_at"] = time.monotonic()
        if rest > max_rest:
            record.close()
        with places.mutex:  # what is here is in nobody's hands, and nobody takes it meanwhile
            for each in places.queue:
                if _measure_rest(each) > max_rest:
                    each.close()


def _places_of(engine: Engine) -> "Queue[ConnectionPoolEntry]":
    """The places of the pool that are not in use."""
    places = engine.pool._pool  # type: ignore[attr-defined]
    assert isinstance(places, Queue)  # noqa: S101 - that of a pool for threads
    return places


def _measure_rest(record: ConnectionPoolEntry) -> float:
    """Seconds since a connection was returned."""
    now = time.monotonic()
    return now - _info_of(record).get("returned_at", now)


def _info_of(record: ConnectionPoolEntry) -> dict[str, float]:
    """What is remembered of a place in the pool, whichever connection has it."""
    assert record.record_info is not None  # noqa: S101 - places of a pool always have it
    return record.record_info
