"""A customer, and the worlds of jobs and of billing, on each database."""

from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.sample_customers import SampleCustomer, create_customer
from fakes.world.billing import MemoryBilling
from fakes.world.jobs import open_job_world
from fakes.world.world import World

from storage.db import Database


@pytest.fixture
def customer(database: Database) -> SampleCustomer:
    return create_customer(database)


@pytest.fixture
def shop(database: Database, clock: SettableClock, tmp_path: Path) -> World:
    return open_job_world(database, clock, tmp_path)


@pytest.fixture
def market(database: Database, clock: SettableClock, tmp_path: Path) -> MemoryBilling:
    return MemoryBilling.open(open_job_world(database, clock, tmp_path))
