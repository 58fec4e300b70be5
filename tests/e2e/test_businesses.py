"""A business comes to life in the running product: created, owned, given a bot, and drawing its first film."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.leaks import everything_kept
from fakes.product import UP, Product, running
from fakes.telegram_api import TOKEN, FakeTelegram, served
from fakes.telegram_api.exchange import exchange
from fakes.visitors import TelegramVisitor, photograph

from storage.db import Database

BAKERY = "222222:AAtheBakerysOwnTokenAtTelegram"
SOON = 120.0  # seconds from the token to the first answer
KEY = "a secret key for the tests"


@dataclass
class Street:
    """The operator's bot and the bakery's, which nobody serves yet."""

    main: FakeTelegram
    bakery: FakeTelegram
    folder: Path
    product: Product

    def visitor(self, fake: FakeTelegram, user_id: int) -> TelegramVisitor:
        return TelegramVisitor(fake.person(user_id, language_code="en"), fake.wait_until)


@pytest.fixture(params=[UP, ("telegram",)], ids=["up", "telegram"])
def street(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Street]:
    main = FakeTelegram()
    bakery = FakeTelegram(BAKERY, bot_id=222222, username="bakery_bot")
    with served(exchange([main, bakery])) as address:
        told = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address, "SECRET_KEY": KEY, "ADMIN_IDS": "telegram:1"}
        with running(tmp_path, told, request.param) as product:
            product.says(r"Telegram: https://t\.me/rabisco_bot")
            yield Street(main, bakery, tmp_path, product)


def opened(street: Street) -> TelegramVisitor:
    """The bakery's owner, whose bot is live."""
    boss, owner = street.visitor(street.main, 1), street.visitor(street.main, 11)
    boss.says("/tenant create bakery")
    code = re.search(r"/start own-\w+", boss.sees("bakery is there"))
    assert code is not None
    owner.says(code[0])
    owner.sees("bakery is yours")
    owner.says(f"/tenant token {BAKERY}")
    owner.sees(r"bakery is live: https://t\.me/bakery_bot")
    return owner


def test_a_business_is_live_within_two_minutes_and_its_token_is_in_no_row_and_no_line(street: Street) -> None:
    began = time.monotonic()
    owner = opened(street)
    guest = street.visitor(street.bakery, 77)
    guest.says("/start")
    guest.sees("I'm Rabisco")
    assert time.monotonic() - began < SOON
    assert BAKERY not in str(owner.person.chat.bodies)
    secret, database = BAKERY.partition(":")[2], Database(f"sqlite:///{street.folder / 'data' / 'rabisco.db'}")
    assert secret not in everything_kept(database)
    assert secret not in "".join(street.product.said)
    database.close()


@pytest.mark.parametrize("street", [UP], indirect=True, ids=["up"])
def test_its_first_guest_gets_a_film_from_its_own_bot(street: Street, tmp_path: Path) -> None:
    opened(street)
    guest = street.visitor(street.bakery, 77)
    guest.sends_pictures(photograph())
    assert guest.film(1, tmp_path / "film.mp4").stat().st_size > 0
