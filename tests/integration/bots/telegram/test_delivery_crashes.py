"""`rabisco telegram` killed with -9 around a film: never lost, sent once more at most, and soon."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.app_process import AppProcess, fork_app
from fakes.databases import DatabaseFactory
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app
from fakes.telegram_outbox import TelegramOutbox, open_outbox

LEASE = 3.0  # seconds; in production 30
SOON = LEASE + 5.0  # seconds from when the next process calls Telegram


@dataclass
class Post:
    """A bot's outbox, and the bot as a process that can be killed and started again."""

    fake: FakeTelegram
    box: TelegramOutbox
    start: Callable[[], AppProcess]


@pytest.fixture
def post(tmp_path: Path, databases: DatabaseFactory) -> Iterator[Post]:
    fake, url, media = FakeTelegram(), databases.create_url("sqlite"), tmp_path / "media"
    with serve_app(fake.app) as address, open_outbox(url, media, fake) as box:
        settings = {
            "DATABASE_URL": url,
            "MEDIA_URL": str(media),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": address,
            "LEASE_SECONDS": str(LEASE),
        }
        products: list[AppProcess] = []

        def start() -> AppProcess:
            products.append(fork_app(tmp_path, settings, ["telegram"]))
            return products[-1]

        yield Post(fake, box, start)
        for product in products:
            killed(product)


def killed(product: AppProcess) -> None:
    product.process.kill()
    product.process.wait()


def test_a_film_whose_process_was_killed_in_mid_upload_goes_out_soon_after_the_next_start(
    post: Post, tmp_path: Path
) -> None:
    person = post.fake.get_person(4711)
    post.box.enqueue_film(person, tmp_path)
    post.box.enqueue_texts(person, "after")
    post.fake.hold_call("sendVideo")  # this upload never arrives
    first = post.start()
    post.fake.wait_until(lambda: post.fake.list_calls("sendVideo"), 40)
    killed(first)
    calls = len(post.fake.calls)
    post.start()
    post.fake.wait_until(lambda: len(post.fake.calls) > calls, 40)
    at = time.monotonic()
    person.chat.wait_for(lambda message: message.text == "after", 40)
    assert time.monotonic() - at <= SOON
    owed = [message.kind for message in person.chat.messages if message.kind == "video" or message.text == "after"]
    assert owed == ["video", "text"]


def test_a_film_that_arrived_though_its_process_was_killed_is_repeated_once(post: Post, tmp_path: Path) -> None:
    person = post.fake.get_person(4711)
    post.box.enqueue_film(person, tmp_path)
    arrive = post.fake.hold_call("sendVideo")
    first = post.start()
    post.fake.wait_until(lambda: post.fake.list_calls("sendVideo"), 40)
    killed(first)
    arrive()
    person.chat.wait_for(lambda message: message.kind == "video", 10)
    post.start()
    post.fake.wait_until(lambda: len(films(post)) == 2, 40)
    post.fake.wait_until(lambda: post.box.find_delivery(person, "film").status == "sent", 10)
    assert len(films(post)) == 2


def films(post: Post) -> list[object]:
    return [message for message in post.fake.get_person(4711).chat.messages if message.kind == "video"]
