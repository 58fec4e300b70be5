"""A market on each database."""

import pytest
from fakes.clock import SettableClock
from fakes.market import Market

from storage.db import Database


@pytest.fixture
def market(database: Database, clock: SettableClock) -> Market:
    return Market.open(database, clock)
