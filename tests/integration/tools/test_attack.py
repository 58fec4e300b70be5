"""The attacks of `python -m tools.attack` come to nothing, and would be noticed if they did not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.web_server import serve_web_app
from fakes.world.web import PUBLIC_URL, open_web_app

from bots.web.request_limits import ConnectionLimits
from storage.db import Database
from tools.attack.page import ATTACKS
from tools.attack.target import STRANGER, Attack, Target

QUICK = ConnectionLimits(header_seconds=0.5, grace_seconds=0.5)
LAX = ConnectionLimits(max_connections=1000, header_seconds=60, grace_seconds=60)


@pytest.fixture
def guarded(tmp_path: Path, sqlite: Database) -> Iterator[Target]:
    house = open_web_app(tmp_path, sqlite, has_sign_in=True, metrics_token="a token")
    with serve_web_app(house.app, house.page.notifier, limits=QUICK) as address:
        yield Target(address, PUBLIC_URL, seconds=10)


@pytest.fixture
def open_to_all(tmp_path: Path, sqlite: Database) -> Iterator[Target]:
    """A page as it would be without what fends the attacks off: local, believing everybody, with no deadlines."""
    house = open_web_app(tmp_path, sqlite, has_sign_in=True, mode="local")
    with serve_web_app(house.app, house.page.notifier, limits=LAX, proxies=("*", STRANGER)) as address:
        yield Target(address, "http://localhost", seconds=1)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_fended_off(guarded: Target, attack: Attack) -> None:
    assert attack.run(guarded) == ""


@pytest.mark.parametrize("name", ["figures", "idle connection", "many connections"])
def test_an_attack_that_succeeds_is_told(open_to_all: Target, name: str) -> None:
    (attack,) = [each for each in ATTACKS if each.name == name]
    assert attack.run(open_to_all)
