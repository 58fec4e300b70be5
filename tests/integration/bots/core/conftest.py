"""A house, and somebody in it."""

from pathlib import Path

import pytest
from fakes.stub_payment_links import StubPaymentLinks
from fakes.world.users import FakeUser, Team, create_team
from fakes.world.world import World

from storage.db import Database


@pytest.fixture
def house(tmp_path: Path, sqlite: Database) -> World:
    return World.open(tmp_path, sqlite)


@pytest.fixture
def ana(house: World) -> FakeUser:
    return FakeUser(house, house.get_account())


@pytest.fixture
def bia(house: World) -> FakeUser:
    """Somebody in Brazil."""
    return FakeUser(house, house.get_account(), id="8", language="pt-br")


@pytest.fixture
def boss(house: World) -> FakeUser:
    """The owner, by the settings."""
    return FakeUser(house, house.get_account(admin_ids=frozenset({"memory:1"})), id="1")


@pytest.fixture
def till(house: World) -> StubPaymentLinks:
    return StubPaymentLinks(house.db)


@pytest.fixture
def team(house: World) -> Team:
    return create_team(house)
