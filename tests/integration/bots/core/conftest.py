"""A house, and somebody in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.stub_payment_links import StubPaymentLinks
from fakes.team import Team, create_team
from fakes.world import FakeUser, World, clear_database, open_database, open_world

from storage.db import Database


@pytest.fixture(scope="session")
def shared_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = open_database(tmp_path_factory.mktemp("core"))
    yield db
    db.close()


@pytest.fixture
def empty_database(shared_database: Database) -> Database:
    clear_database(shared_database)
    return shared_database


@pytest.fixture
def house(tmp_path: Path, empty_database: Database) -> World:
    return open_world(tmp_path, empty_database)


@pytest.fixture
def hearing_house(tmp_path: Path, empty_database: Database) -> World:
    """A house that can hear every language."""
    return open_world(tmp_path, empty_database, has_speech_service=True)


@pytest.fixture
def ana(house: World) -> FakeUser:
    return FakeUser(house, house.get_account())


@pytest.fixture
def bia(house: World) -> FakeUser:
    """Somebody whose language is not English."""
    return FakeUser(house, house.get_account(), id="8", language="pt-br")


@pytest.fixture
def boss(house: World) -> FakeUser:
    """The owner, by the settings."""
    return FakeUser(house, house.get_account(admin_ids=frozenset({"memory:1"})), id="1")


@pytest.fixture
def till(house: World) -> StubPaymentLinks:
    return StubPaymentLinks(house.db)


@pytest.fixture
async def team(house: World) -> Team:
    return await create_team(house)
