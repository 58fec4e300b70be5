"""`rabisco telegram` killed with -9 around a film: never lost, sent once more at most, and soon."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.databases import Databases
from fakes.postbox import Postbox, opened
from fakes.product import Product, started
from fakes.telegram_api import TOKEN, FakeTelegram, served

LEASE = 3.0  # seconds; in production 30
SOON = LEASE + 7.0  # the process's start on a busy machine included


@dataclass
class Post:
    """A bot's outbox, and the bot as a process that can be killed and started again."""

    fake: FakeTelegram
    box: Postbox
    start: Callable[[], Product]


@pytest.fixture
def post(tmp_path: Path, databases: Databases) -> Iterator[Post]:
    fake, url, media = FakeTelegram(), databases.fresh_url("sqlite"), tmp_path / "media"
    with served(fake.app) as address, opened(url, media, fake) as box:
        settings = {
            "DATABASE_URL": url,
            "MEDIA_URL": str(media),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": address,
            "LEASE_SECONDS": str(LEASE),
        }
        products: list[Product] = []

        def start() -> Product:
            products.append(started(tmp_path, settings, ["telegram"]))
            return products[-1]

        yield Post(fake, box, start)
        for product in products:
            killed(product)


def killed(product: Product) -> None:
    product.process.kill()
    product.process.wait()


def test_a_film_whose_process_was_killed_in_mid_upload_goes_out_soon_after_the_next_start(
    post: Post, tmp_path: Path
) -> None:
    person = post.fake.person(4711)
    post.box.owes_film(person, tmp_path)
    post.box.owes(person, "after")
    post.fake.hold("sendVideo")  # this upload never arrives
    first = post.start()
    post.fake.wait_until(lambda: post.fake.made("sendVideo"), 40)
    killed(first)
    at = time.monotonic()
    post.start()
    person.chat.wait_for(lambda message: message.text == "after", 40)
    assert time.monotonic() - at <= SOON
    owed = [message.kind for message in person.chat.messages if message.kind == "video" or message.text == "after"]
    assert owed == ["video", "text"]


def test_a_film_that_arrived_though_its_process_was_killed_is_repeated_once(post: Post, tmp_path: Path) -> None:
    person = post.fake.person(4711)
    post.box.owes_film(person, tmp_path)
    arrive = post.fake.hold("sendVideo")
    first = post.start()
    post.fake.wait_until(lambda: post.fake.made("sendVideo"), 40)
    killed(first)
    arrive()
    person.chat.wait_for(lambda message: message.kind == "video", 10)
    post.start()
    post.fake.wait_until(lambda: len(films(post)) == 2, 40)
    post.fake.wait_until(lambda: post.box.row(person, "film").status == "sent", 10)
    assert len(films(post)) == 2


def films(post: Post) -> list[object]:
    return [message for message in post.fake.person(4711).chat.messages if message.kind == "video"]
