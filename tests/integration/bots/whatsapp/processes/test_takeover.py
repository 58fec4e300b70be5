"""Two `rabisco whatsapp` on machines that share nothing but PostgreSQL: each number is run by one of them."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.app_process import WAIT_SECONDS, AppProcess, fork_app
from fakes.databases import DatabaseFactory
from fakes.whatsapp.app_process import PYTHON_PATH, WhatsAppApp
from fakes.whatsapp.fake import FakeWhatsApp
from fakes.whatsapp.people import WhatsAppPerson
from fakes.whatsapp.server import serve_whatsapp

from models.messaging.whatsapp import WhatsAppState
from storage.db import Database

TAKEOVER = 15.0  # seconds


@dataclass
class House:
    """Machines with the product, and a number whose keys are in PostgreSQL."""

    app: WhatsAppApp
    folder: Path
    stack: ExitStack

    def start(self, machine: str) -> AppProcess:
        (self.folder / machine).mkdir(exist_ok=True)
        started = fork_app(self.folder / machine, self.app.settings, ["whatsapp"])
        self.stack.callback(kill, started)
        return started

    def kill_machine(self, supervisor: AppProcess) -> None:
        """Kill a supervisor and its gateway, as when the power goes."""
        connection = self.app.phone.connection
        assert connection is not None
        kill(supervisor)
        os.kill(connection.hello.pid, signal.SIGKILL)
        self.app.fake.wait_until(lambda: connection.is_closed)


def kill(process: AppProcess) -> None:
    process.process.kill()
    process.process.wait(WAIT_SECONDS)


@pytest.fixture
def place(tmp_path: Path, databases: DatabaseFactory) -> Iterator[House]:
    fake, url = FakeWhatsApp(), databases.create_url("postgresql")
    with ExitStack() as stack:
        settings = {
            "DATABASE_URL": url,
            "SECRET_KEY": "the same on every machine of one installation",
            "WHATSAPP_SESSIONS": url,
            "WHATSAPP_FFI": "fakes.whatsapp.remote:factory",
            "FAKE_WHATSAPP": stack.enter_context(serve_whatsapp(fake)),
            "PYTHONPATH": PYTHON_PATH,
            "LEASE_SECONDS": "3",
        }
        db = Database(url)
        stack.callback(db.close)
        app = WhatsAppApp(tmp_path, fake, settings, db)
        app.add_session()
        yield House(app, tmp_path, stack)


def greet(person: WhatsAppPerson) -> None:
    person.send_text("/start")
    person.chat.wait_for(lambda message: "Rabisco" in message.text, WAIT_SECONDS)


def test_when_a_machine_dies_the_other_runs_its_number_soon_and_nothing_is_lost_or_doubled(place: House) -> None:
    fake, phone = place.app.fake, place.app.phone
    first = place.start("a")
    place.app.wait_until_online()
    second = place.start("b")
    second.wait_for_output("WhatsApp .*online")
    ana, bia = (fake.get_person(f"141555501{number}", phone=phone) for number in (11, 12))
    greet(ana)

    place.kill_machine(first)
    killed_at = time.monotonic()
    bia.send_text("/start")  # kept by WhatsApp until the number is online
    fake.wait_until(lambda: phone.is_online, 2 * TAKEOVER)
    assert time.monotonic() - killed_at <= TAKEOVER
    bia.chat.wait_for(lambda message: "Rabisco" in message.text, WAIT_SECONDS)
    ana.send_text("/help")
    ana.chat.wait_for(lambda message: "/balance" in message.text, WAIT_SECONDS)
    for person, text in ((ana, "/balance"), (bia, "Rabisco")):
        assert sum(text in message.text for message in person.chat.messages) == 1
    assert place.app.find_session().state == WhatsAppState.ONLINE
    assert fake.problems == []


def test_the_number_moves_at_once_when_its_machine_stops_and_is_never_connected_twice(place: House) -> None:
    fake, phone = place.app.fake, place.app.phone
    first = place.start("a")
    place.app.wait_until_online()
    second = place.start("b")
    second.wait_for_output("WhatsApp .*online")
    connection = phone.connection
    assert connection is not None
    first.process.send_signal(signal.SIGTERM)
    fake.wait_until(lambda: connection.is_closed)
    closed_at = time.monotonic()
    place.app.wait_until_online()
    assert time.monotonic() - closed_at <= TAKEOVER / 2
    greet(fake.get_person("14155550113", phone=phone))
    assert first.process.wait(WAIT_SECONDS) == 0
    assert place.app.find_session().state == WhatsAppState.ONLINE
