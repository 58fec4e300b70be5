"""Two `rabisco telegram` of one bot, on machines that share nothing but PostgreSQL: one of them serves it."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.app_process import WAIT_SECONDS, AppProcess, fork_app
from fakes.databases import DatabaseFactory
from fakes.telegram_api import TOKEN, FakeTelegram, TelegramPerson, serve_app

TAKEOVER = 15.0  # seconds
Starter = Callable[[str], AppProcess]


@pytest.fixture
def fake() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def start(fake: FakeTelegram, tmp_path: Path, databases: DatabaseFactory) -> Iterator[Starter]:
    """Starts the bot on a machine of that name."""
    running: list[AppProcess] = []
    with serve_app(fake.app) as address:
        settings = {
            "DATABASE_URL": databases.create_url("postgresql"),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": address,
            "LEASE_SECONDS": "3",
            "SECRET_KEY": "the same on every machine of one installation",
        }

        def start_on(machine: str) -> AppProcess:
            (tmp_path / machine).mkdir(exist_ok=True)
            running.append(fork_app(tmp_path / machine, settings, ["telegram"]))
            return running[-1]

        yield start_on
        for each in running:
            each.process.kill()
            each.process.wait(WAIT_SECONDS)


def count_answers(person: TelegramPerson, text: str) -> int:
    return sum(text in message.text for message in person.chat.messages)


def test_when_the_owner_is_killed_the_other_answers_soon_and_nothing_is_lost_or_doubled(
    fake: FakeTelegram, start: Starter
) -> None:
    first = start("a")
    first.wait_for_output("Telegram: https")
    second = start("b")
    second.wait_for_output("another process serves this bot")
    ana, bia = fake.get_person(11), fake.get_person(12)
    ana.send_text("/start")
    ana.chat.wait_for(lambda message: "Hi" in message.text)

    fake.hold_call("sendMessage")  # an answer that never arrives
    sent = len(fake.list_calls("sendMessage"))
    ana.send_text("/help")
    fake.wait_until(lambda: len(fake.list_calls("sendMessage")) > sent)
    first.process.kill()
    killed_at = time.monotonic()
    bia.send_text("/start")
    bia.chat.wait_for(lambda message: "Hi" in message.text, 2 * TAKEOVER)
    assert time.monotonic() - killed_at <= TAKEOVER
    ana.chat.wait_for(lambda message: "/balance" in message.text, TAKEOVER)
    assert (count_answers(ana, "Hi"), count_answers(ana, "/balance"), count_answers(bia, "Hi")) == (1, 1, 1)
    assert "polling-failed" not in "".join(second.output)


def test_the_next_answers_at_once_when_the_owner_ends_properly_or_is_started_again_on_its_machine(
    fake: FakeTelegram, start: Starter
) -> None:
    first = start("a")
    first.wait_for_output("Telegram: https")
    second = start("b")
    second.wait_for_output("another process serves this bot")
    first.process.send_signal(signal.SIGTERM)
    ended_at = time.monotonic()
    second.wait_for_output("Telegram: https")
    assert time.monotonic() - ended_at <= TAKEOVER / 3
    assert first.process.wait(WAIT_SECONDS) == 0

    second.process.kill()
    second.process.wait(WAIT_SECONDS)
    third = start("b")
    third.wait_for_output("Telegram: ")
    assert "another process" not in "".join(third.output)
    fake.get_person(11).send_text("/start")
    fake.get_person(11).chat.wait_for(lambda message: "Hi" in message.text)
