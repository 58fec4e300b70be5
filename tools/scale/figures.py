"""Times each function in an empty database and in a filled one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from fakes.clock import SettableClock
from fakes.databases import DatabaseFactory
from fakes.world.world import START_TIME, World

from storage.db import Database
from tools.scale.fill import Size, fill
from tools.scale.measurements import Business, Measurement

ROUNDS: Final = 7
EMPTY: Final = Size(people=0)


@dataclass(frozen=True, slots=True)
class Row:
    """The milliseconds of one function in both databases, and its goal in the filled one."""

    name: str
    empty: float
    filled: float
    goal: float

    @property
    def is_met(self) -> bool:
        return self.filled <= self.goal


def compare(databases: DatabaseFactory, size: Size, folder: Path) -> list[Row]:
    """Time every function in both databases."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with open_business(databases, EMPTY, folder / "empty") as business:
        empty = [measure(each) for each in list_all(business)]
    with open_business(databases, size, folder / "filled") as business:
        measurements = list(list_all(business))
        filled = [measure(each) for each in measurements]
    return [Row(each.name, *times, each.goal) for each, *times in zip(measurements, empty, filled, strict=True)]


@contextmanager
def open_business(databases: DatabaseFactory, size: Size, folder: Path) -> Iterator[Business]:
    """A database of its own of that size, with the product on it."""
    folder.mkdir()
    url, clock = databases.create_postgresql(), SettableClock(START_TIME)
    db = Database(url, clock=clock)
    business = Business(World.open(folder, db, clock), size)
    if size.people:
        fill(url, size, business.account.account, clock())
    try:
        yield business
    finally:
        db.close()


def list_all(business: Business) -> Iterator[Measurement]:
    yield from business.list_measurements()
    yield from business.list_queue_measurements()


def measure(measurement: Measurement) -> float:
    """The least of several runs, in milliseconds: what else the machine does only adds to it."""
    measurement.prepare()
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        measurement.run()
        times.append(1000 * (time.perf_counter() - begin))
    return min(times)
