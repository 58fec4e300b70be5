"""The attacks of `python -m tools.attack` come to nothing, and would be noticed if they did not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.app_process import fork_app
from fakes.web_server import serve_web_app
from fakes.world.web import PUBLIC_URL, open_web_app

from bots.web.request_limits import ConnectionLimits
from storage.db import Database
from tools.attack.installation import Installation, open_installation
from tools.attack.registry import ATTACKS, PAGE_ATTACKS, TITLES
from tools.attack.target import Attack, AttackNotPossible, Target
from tools.attack.trial import has_succeeded, run_attack

QUICK = ConnectionLimits(header_seconds=0.5, grace_seconds=0.5)
LAX = ConnectionLimits(max_connections=1000, header_seconds=60, grace_seconds=60)
SHORT = [attack for attack in ATTACKS if attack not in PAGE_ATTACKS and not attack.is_slow]


@pytest.fixture
def guarded(tmp_path: Path, sqlite: Database) -> Iterator[Target]:
    house = open_web_app(tmp_path, sqlite, has_sign_in=True, metrics_token="a token")
    with serve_web_app(house.app, house.page.notifier, limits=QUICK) as address:
        yield Target(address=address, origin=PUBLIC_URL, seconds=5)


@pytest.fixture
def open_to_all(tmp_path: Path, sqlite: Database) -> Iterator[Target]:
    """A page as it would be without what fends the attacks off: local, believing everybody, with no deadlines."""
    house = open_web_app(tmp_path, sqlite, has_sign_in=True, mode="local")
    with serve_web_app(house.app, house.page.notifier, limits=LAX, proxies=("*", "127.0.0.0/8")) as address:
        yield Target(address=address, origin="http://localhost", seconds=1)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with open_installation(fork_app) as running:
        yield running


@pytest.mark.parametrize("attack", PAGE_ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_on_the_page_is_fended_off(guarded: Target, attack: Attack[Target]) -> None:
    assert run_attack(attack, guarded).achieved == ""


@pytest.mark.parametrize(
    "name", ["figures", "idle connection", "dripped headers", "expectation held", "many connections"]
)
def test_an_attack_that_succeeds_is_told(open_to_all: Target, name: str) -> None:
    (attack,) = [each for each in PAGE_ATTACKS if each.name == name]
    assert run_attack(attack, open_to_all).has_succeeded


@pytest.mark.parametrize("attack", SHORT, ids=lambda attack: attack.name)
def test_an_attack_on_the_whole_product_is_fended_off(installation: Installation, attack: Attack[Installation]) -> None:
    assert run_attack(attack, installation).achieved == ""


def test_an_attack_that_ends_a_process_has_succeeded_whatever_it_was_after(installation: Installation) -> None:
    def end_the_worker(place: Installation) -> str:
        place.processes["worker"].process.kill()
        place.processes["worker"].process.wait(20)
        return ""

    assert run_attack(Attack(9, "x", end_the_worker), installation).achieved == "worker ended"
    installation.start_process("worker")
    installation.wait_until_ready()


def test_an_attack_that_could_not_be_carried_out_has_not_been_fended_off(guarded: Target) -> None:
    def give_up(_target: Target) -> str:
        raise OSError("no such page")

    def need_more(_target: Target) -> str:
        raise AttackNotPossible("it takes root")

    failed, impossible = (run_attack(Attack(9, "x", each), guarded) for each in (give_up, need_more))
    assert (failed.has_succeeded, impossible.has_succeeded) == (True, False)
    assert has_succeeded([impossible, failed])


def test_every_line_is_attacked_and_each_attack_has_a_name_of_its_own() -> None:
    assert {attack.line for attack in ATTACKS} == set(TITLES)
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
