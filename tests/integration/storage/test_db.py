"""The database's clock, and its connections."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from fakes.databases import DatabaseFactory
from fakes.sample_customers import add_job, create_customer
from sqlalchemy import make_url, text

from models.columns import utc_now
from storage.db import Database
from storage.jobs import jobs

LEASE = timedelta(seconds=30)
FAST, SLOW = timedelta(seconds=60), timedelta(seconds=-60)


def open_database(url: str, wrong_by: timedelta) -> Database:
    """The database, seen from a machine whose clock is wrong."""

    def clock() -> datetime:
        return utc_now() + wrong_by

    return Database(url, clock=clock)


@pytest.fixture
def url(databases: DatabaseFactory) -> str:
    return databases.create_postgresql()


@pytest.fixture
def fast(url: str) -> Iterator[Database]:
    opened = open_database(url, FAST)
    yield opened
    opened.close()


@pytest.fixture
def slow(url: str) -> Iterator[Database]:
    opened = open_database(url, SLOW)
    yield opened
    opened.close()


def test_machines_with_wrong_clocks_agree_on_the_databases(fast: Database, slow: Database) -> None:
    assert fast.clock() - slow.clock() > timedelta(seconds=100)
    for database in (fast, slow):
        database.sync_clock()
    assert abs(fast.clock() - slow.clock()) < timedelta(seconds=2)
    assert abs(fast.clock() - utc_now()) < timedelta(seconds=2)


def test_a_lease_holds_however_far_apart_the_clocks_of_two_workers_are(fast: Database, slow: Database) -> None:
    for database in (fast, slow):
        database.sync_clock()
    customer = create_customer(slow)
    with slow.transaction() as session:
        add_job(session, customer, slow.clock() - timedelta(seconds=2))
    with slow.transaction() as session:
        assert jobs.claim_next(session, "slow", slow.clock(), LEASE)
    with fast.transaction() as session:
        assert jobs.claim_next(session, "fast", fast.clock(), LEASE) is None


def test_a_clock_that_is_right_is_left_alone(databases: DatabaseFactory) -> None:
    moment = utc_now()
    for kind in ("sqlite", "postgresql"):
        database = Database(databases.create_url(kind), clock=lambda: moment)
        database.sync_clock()
        assert database.clock() == moment
        database.close()


@pytest.mark.parametrize(("query", "threshold"), [({}, 5), ({"pgbouncer": "true"}, None), ({"pgbouncer": "false"}, 5)])
def test_behind_pgbouncer_no_statement_is_prepared(url: str, query: dict[str, str], threshold: int | None) -> None:
    database = Database(make_url(url).update_query_dict(query).render_as_string(hide_password=False))
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.prepare_threshold == threshold
    database.close()
