"""A house, and somebody in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.house import House, Somebody, empty, open_database, open_house
from fakes.team import Team, gather_team

from storage.db import Database


@pytest.fixture(scope="session")
def shared_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = open_database(tmp_path_factory.mktemp("core"))
    yield db
    db.close()


@pytest.fixture
def empty_database(shared_database: Database) -> Database:
    empty(shared_database)
    return shared_database


@pytest.fixture
def house(tmp_path: Path, empty_database: Database) -> House:
    return open_house(tmp_path, empty_database)


@pytest.fixture
def hearing_house(tmp_path: Path, empty_database: Database) -> House:
    """A house that can hear every language."""
    return open_house(tmp_path, empty_database, hears_everything=True)


@pytest.fixture
def ana(house: House) -> Somebody:
    return Somebody(house, house.counter())


@pytest.fixture
def bia(house: House) -> Somebody:
    """Somebody whose language is not English."""
    return Somebody(house, house.counter(), id="8", language="pt-br")


@pytest.fixture
async def team(house: House) -> Team:
    return await gather_team(house)
