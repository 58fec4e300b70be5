"""What tests of several rooms share: databases, a Redis, a clock."""

import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pylibmagic  # noqa: F401 - before whatever loads libmagic: all are to use the one in this wheel
import pytest
import structlog
from fakes.clock import SettableClock
from fakes.databases import Databases
from fakes.redis_server import RedisServer

from storage.db import Database

gc.disable()  # what is imported and collected stays to the end


def pytest_collection_finish() -> None:
    """The collector of garbage need not go through five thousand tests again and again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def databases(testrun_uid: str) -> Iterator[Databases]:
    """One PostgreSQL for the whole run, however many processes it has; it starts when it is first asked for."""
    shared = Databases(Path(tempfile.gettempdir()) / f"rabisco-{testrun_uid[:12]}")
    yield shared
    shared.close()


@pytest.fixture(autouse=True)
def fresh_log() -> Iterator[None]:
    """What a test makes of the log is undone after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, databases: Databases, clock: SettableClock) -> Database:
    """A fresh database on the test's clock; the test runs on SQLite and on PostgreSQL."""
    return databases.opened(request.param, clock)


@pytest.fixture
def sqlite(databases: Databases, clock: SettableClock) -> Database:
    """A fresh SQLite database on the test's clock."""
    return databases.opened("sqlite", clock)


@pytest.fixture
def postgresql(databases: Databases, clock: SettableClock) -> Database:
    """A fresh PostgreSQL database on the test's clock."""
    return databases.opened("postgresql", clock)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One Redis for each process of the run. Who kills it starts it again."""
    server = RedisServer().start()
    yield server
    server.close()
