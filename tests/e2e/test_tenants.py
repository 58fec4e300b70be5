"""A business comes to life in the running product: created, owned, given a bot, and drawing its first film."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.app_process import UP_COMMAND, AppProcess, run_app
from fakes.secret_leaks import dump_database
from fakes.simulated_users import SimulatedTelegramUser, create_photograph
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app
from fakes.telegram_api.multi_bot import create_multi_bot_app

from storage.db import Database

BAKERY = "222222:AAtheBakerysOwnTokenAtTelegram"
SOON = 120.0  # seconds from the token to the first answer
KEY = "a secret key for the tests"


@dataclass
class Street:
    """The bakery's bot, which has just come to life for its owner."""

    bakery: FakeTelegram
    folder: Path
    product: AppProcess
    owner: SimulatedTelegramUser
    begun: float  # monotonic seconds


def visitor_of(fake: FakeTelegram, user_id: int) -> SimulatedTelegramUser:
    return SimulatedTelegramUser(fake.get_person(user_id, language_code="en"), fake.wait_until)


@pytest.fixture(scope="module", params=[UP_COMMAND, ("telegram",)], ids=["up", "telegram"])
def street(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder, main = tmp_path_factory.mktemp("street"), FakeTelegram()
    bakery = FakeTelegram(BAKERY, bot_id=222222, username="bakery_bot")
    with serve_app(create_multi_bot_app([main, bakery])) as address:
        told = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address, "SECRET_KEY": KEY, "ADMIN_IDS": "telegram:1"}
        with run_app(folder, told, request.param) as product:
            product.wait_for_output(r"Telegram: https://t\.me/rabisco_bot")
            begun = time.monotonic()
            yield Street(bakery, folder, product, open_bakery(main), begun)


def open_bakery(main: FakeTelegram) -> SimulatedTelegramUser:
    """Its owner, whose bot is live."""
    boss, owner = visitor_of(main, 1), visitor_of(main, 11)
    boss.send_text("/tenant create bakery")
    code = re.search(r"/start own-\w+", boss.wait_for_text("bakery is there"))
    assert code is not None
    owner.send_text(code[0])
    owner.wait_for_text("bakery is yours")
    owner.send_text(f"/tenant token {BAKERY}")
    owner.wait_for_text(r"bakery is live: https://t\.me/bakery_bot")
    return owner


def test_a_business_is_live_within_two_minutes_and_its_token_is_in_no_row_and_no_line(street: Street) -> None:
    guest = visitor_of(street.bakery, 77)
    guest.send_text("/start")
    guest.wait_for_text("I'm Rabisco")
    assert time.monotonic() - street.begun < SOON
    assert BAKERY not in str(street.owner.person.chat.bodies)
    secret, database = BAKERY.partition(":")[2], Database(f"sqlite:///{street.folder / 'data' / 'rabisco.db'}")
    assert secret not in dump_database(database)
    assert secret not in "".join(street.product.output)
    database.close()


@pytest.mark.parametrize("street", [UP_COMMAND], indirect=True, ids=["up"])
def test_a_guest_gets_a_film_from_its_own_bot(street: Street, tmp_path: Path) -> None:
    guest = visitor_of(street.bakery, 78)
    guest.send_pictures(create_photograph())
    assert guest.save_film(1, tmp_path / "film.mp4").stat().st_size > 0
