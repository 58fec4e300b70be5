"""Fixtures shared by all tests: databases, a Redis server, a clock, the log."""

import gc
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator
from itertools import chain, groupby
from pathlib import Path

import pylibmagic  # noqa: F401 - before whatever loads libmagic: all are to use the one in this wheel
import pytest
import structlog
from fakes.clock import SettableClock
from fakes.databases import DatabaseFactory
from fakes.redis_server import RedisServer
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from storage.db import Database

MIN_FREE_BYTES = 4 << 30
LONG_MODULES = (
    "tests/integration/storage/billing/test_money_state_machine.py",
    "tests/integration/tools/test_attack.py",
    "tests/integration/tools/test_chaos.py",
    "tests/integration/tools/test_load.py",
    "tests/integration/tools/test_scale.py",
    "tests/integration/bots/whatsapp/processes/test_process_failures.py",
)
LOG_PROCESSORS = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.dev.set_exc_info,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
]

# no test is one of time: on a busy machine even drawing the first example may take seconds
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")
gc.disable()  # what is imported and collected stays to the end
# nothing here speaks to the internet, and the certificates of all its authorities are long to read for each client
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = os.devnull


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process of the run begin with its part of the modules that take long.

    The list is cut into a run of equal length for each; whoever is done takes over from the end of another's run.
    """
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [list(module) for _, module in groupby(filter(_is_long, items), lambda item: item.path)]
    others = deque(item for item in items if not _is_long(item))
    left = len(items)
    items.clear()
    for number in range(count):
        size = left // (count - number)
        first = list(chain(*long[number::count]))
        items += first + [others.popleft() for _ in range(min(size - len(first), len(others)))]
        left -= size
    items += others


def _is_long(item: pytest.Item) -> bool:
    return item.nodeid.startswith(("tests/e2e", *LONG_MODULES))


def pytest_collection_finish() -> None:
    """The collector of garbage need not go through five thousand tests again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def _find_quick_folder() -> Path:
    """In memory, where there is room: no test asks what a power cut would leave."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > MIN_FREE_BYTES
    return memory if has_room else Path(tempfile.gettempdir())


@pytest.fixture(scope="session")
def databases(testrun_uid: str) -> Iterator[DatabaseFactory]:
    """One PostgreSQL for the whole run, however many processes it has; it starts when it is first asked for."""
    shared = DatabaseFactory(_find_quick_folder() / f"rabisco-{testrun_uid[:12]}")
    yield shared
    shared.close()


@pytest.fixture(autouse=True)
def fresh_log() -> Iterator[None]:
    """What a test makes of the log is undone after it. It begins with plain traces, which cost little."""
    structlog.configure(processors=LOG_PROCESSORS)
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, databases: DatabaseFactory, clock: SettableClock) -> Database:
    """A fresh database on the test's clock; the test runs on SQLite and on PostgreSQL."""
    return databases.open_database(request.param, clock)


@pytest.fixture
def sqlite(databases: DatabaseFactory, clock: SettableClock) -> Database:
    """A fresh SQLite database on the test's clock."""
    return databases.open_database("sqlite", clock)


@pytest.fixture
def postgresql(databases: DatabaseFactory, clock: SettableClock) -> Database:
    """A fresh PostgreSQL database on the test's clock."""
    return databases.open_database("postgresql", clock)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One Redis for each process of the run. Who kills it starts it again."""
    server = RedisServer().start()
    yield server
    server.close()
