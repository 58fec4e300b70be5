"""A market on each database."""

import pytest
from fakes.billing_world import BillingWorld
from fakes.clock import SettableClock

from storage.db import Database


@pytest.fixture
def market(database: Database, clock: SettableClock) -> BillingWorld:
    return BillingWorld.open(database, clock)
