"""A customer, and the worlds of jobs and of billing, on each database."""

from pathlib import Path

import pytest
from fakes.billing_world import BillingWorld
from fakes.clock import SettableClock
from fakes.job_world import JobWorld
from fakes.sample_customers import SampleCustomer, create_customer

from storage.db import Database


@pytest.fixture
def customer(database: Database) -> SampleCustomer:
    return create_customer(database)


@pytest.fixture
def shop(database: Database, clock: SettableClock, tmp_path: Path) -> JobWorld:
    return JobWorld.open(database, clock, tmp_path)


@pytest.fixture
def market(database: Database, clock: SettableClock) -> BillingWorld:
    return BillingWorld.open(database, clock)
