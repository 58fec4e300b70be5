"""Connections to PostgreSQL: few for each process, given back when they rest, and never waited for without an end."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.databases import DatabaseFactory
from fakes.world.jobs import open_job_world
from psycopg import sql
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from models.jobs.job import JobStatus
from storage.db import MAX_CONNECTIONS, Database

WAIT_SECONDS = 20


@pytest.fixture
def url(databases: DatabaseFactory) -> str:
    return databases.create_postgresql()


@pytest.fixture
def count_connections(url: str) -> Iterator[Callable[[], int]]:
    """Counts the connections of others to the database."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url, autocommit=True) as connection:

        def count() -> int:
            row = connection.execute(query).fetchone()
            assert row is not None
            return int(row[0])

        yield count


def wait_for_count(count: Callable[[], int], wanted: int) -> None:
    """A server process ends a moment after its connection."""
    deadline = time.monotonic() + WAIT_SECONDS
    while count() != wanted:
        assert time.monotonic() < deadline, count()


def use(database: Database) -> None:
    with database.transaction() as session:
        session.connection().execute(text("SELECT 1"))


def test_all_threads_of_a_process_take_turns_on_five_connections(
    url: str, count_connections: Callable[[], int]
) -> None:
    database, most = Database(url), 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal most
        with database.transaction() as session:
            session.connection().execute(text("SELECT pg_sleep(0.05)"))
            with lock:
                most = max(most, count_connections())

    run_concurrently([work] * 40, threads=20)
    assert most == MAX_CONNECTIONS == 5
    database.close()


def test_who_gets_no_connection_is_answered_as_if_the_database_were_away(url: str) -> None:
    database = Database(url, pool_size=1, pool_timeout=0.1)
    for begin in (database.transaction, database.read_transaction):
        with database.transaction():
            failures: list[type[BaseException]] = []

            def fail(begin: Callable[[], object] = begin, failures: list[type[BaseException]] = failures) -> None:
                try:
                    with begin():  # type: ignore[attr-defined]
                        pass
                except OperationalError as error:
                    failures.append(type(error))

            thread = threading.Thread(target=fail)
            thread.start()
            thread.join(WAIT_SECONDS)
            assert failures == [OperationalError]
    use(database)
    database.close()


def test_a_connection_that_is_used_again_soon_is_kept(url: str, count_connections: Callable[[], int]) -> None:
    database = Database(url, max_rest=60)
    for _ in range(3):
        use(database)
        assert count_connections() == 1
    database.close()


def test_a_connection_that_rests_between_its_uses_is_given_back(url: str, count_connections: Callable[[], int]) -> None:
    database = Database(url, max_rest=0)
    use(database)
    assert count_connections() == 1
    for _ in range(3):
        use(database)
        wait_for_count(count_connections, 0)
    with database.read_transaction() as session:
        assert session.connection().scalar(text("SELECT 1")) == 1
    database.close()


def test_connections_of_a_busy_moment_are_given_back_with_the_next_use(
    url: str, count_connections: Callable[[], int]
) -> None:
    database = Database(url, max_rest=0.2)
    barrier = threading.Barrier(MAX_CONNECTIONS)

    def work() -> None:
        with database.transaction():
            barrier.wait(WAIT_SECONDS)

    run_concurrently([work] * MAX_CONNECTIONS, threads=MAX_CONNECTIONS)
    rested_at = time.monotonic() + 0.3
    while time.monotonic() < rested_at:
        assert count_connections() == MAX_CONNECTIONS
    use(database)
    wait_for_count(count_connections, 0)
    database.close()


def test_a_connection_is_waited_for_while_the_server_has_too_many(url: str) -> None:
    name = f"visitor_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CONNECTION LIMIT 1").format(sql.Identifier(name)))
    others = psycopg.connect(url, user=name)
    visitor = Database(make_url(url).set(username=name).render_as_string(hide_password=False))
    release = threading.Timer(0.3, others.close)
    release.start()
    use(visitor)
    assert others.closed
    visitor.close()


def test_a_job_needs_one_connection_at_a_time_from_its_submission_to_its_result(
    url: str, clock: SettableClock, tmp_path: Path
) -> None:
    database = Database(url, clock=clock, pool_size=1, pool_timeout=WAIT_SECONDS)
    world = open_job_world(database, clock, tmp_path)
    job = world.submit_job()
    assert world.run_job()
    assert world.reload_job(job).status == JobStatus.DONE
    world.sweeper.sweep()
    world.sweeper.release_expired_files()
    world.sweeper.prune_rows()
    database.close()
