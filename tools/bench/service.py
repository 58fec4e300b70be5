"""What a person waits for: from the update to the first answer and to the film, through the whole product."""

import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from fakes.app_process import run_app, start_app
from fakes.simulated_users import SimulatedTelegramUser, create_photograph
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app

ROUNDS = 3
ACKNOWLEDGED = 1.0  # seconds
DELIVERED = 15.0  # seconds


class Row(NamedTuple):
    """One figure, its goal, and whether it is reached."""

    name: str
    value: str
    goal: str
    ok: bool


def rows(rounds: int = ROUNDS) -> list[Row]:
    """The slowest of some rounds: a 1 megapixel photograph in Telegram becomes a film of 10 s at 720p."""
    fake = FakeTelegram()
    with tempfile.TemporaryDirectory() as name, serve_app(fake.app) as address:
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address}
        with run_app(Path(name), settings, start=start_app) as product:
            product.wait_for_address()
            waits = [_wait(fake, 1000 + number) for number in range(rounds)]
    acknowledged, delivered = (max(each) for each in zip(*waits, strict=True))
    return [
        Row(
            "update to acknowledgement, s", f"{acknowledged:.2f}", f"<= {ACKNOWLEDGED:g}", acknowledged <= ACKNOWLEDGED
        ),
        Row("update to the film as a reply, s", f"{delivered:.2f}", f"<= {DELIVERED:g}", delivered <= DELIVERED),
    ]


def _wait(fake: FakeTelegram, user: int) -> tuple[float, float]:
    visitor = SimulatedTelegramUser(fake.get_person(user), fake.wait_until)
    begun = time.monotonic()
    visitor.person.send_photo(create_photograph(size=(1280, 800), image_format="JPEG"))
    fake.wait_until(lambda: visitor.count_messages() > 0, DELIVERED)
    acknowledged = visitor.person.chat.messages[0].sent_at - begun
    fake.wait_until(visitor.list_films, 4 * DELIVERED)
    return acknowledged, visitor.list_films()[0].sent_at - begun
