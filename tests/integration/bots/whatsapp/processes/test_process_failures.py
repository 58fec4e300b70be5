"""`rabisco whatsapp` as a whole process while things go wrong around a film: killed, refused, expired, offline."""

import os
import signal
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from fakes.whatsapp import FakePhone, WhatsAppBotMessage, WhatsAppPerson
from fakes.whatsapp.app_process import WhatsAppApp, open_whatsapp_app, wait_until
from fakes.whatsapp.outbox import WhatsAppOutbox

ALONE = ["whatsapp"]
LEASE = 3.0  # seconds; in production 30
BAN = 8  # seconds
NUMBERS = count(1)  # of people
SOON = 60.0  # seconds: a gateway's pause before it starts again, and its start on a busy machine
FILM = b"\x00\x00\x00\x18ftypisom" + b"\x00film\x00" * 500


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhatsAppApp]:
    with open_whatsapp_app(tmp_path_factory.mktemp("premises"), {"LEASE_SECONDS": str(LEASE)}) as premises:
        premises.add_session()
        with premises.run(ALONE):
            yield premises


@pytest.fixture
def drawer(premises: WhatsAppApp) -> WhatsAppOutbox:
    return WhatsAppOutbox(premises)


@pytest.fixture
def person(premises: WhatsAppApp) -> WhatsAppPerson:
    """Somebody new who has been welcomed; of the calls of others before nothing is known."""
    premises.wait_until_online()
    somebody = greeted(premises, premises.phone)
    premises.fake.calls.clear()
    return somebody


def greeted(premises: WhatsAppApp, phone: FakePhone) -> WhatsAppPerson:
    """Somebody who has written, and has been welcomed."""
    person = premises.fake.get_person(f"55219800{next(NUMBERS):05}", phone=phone)
    person.send_text("/start")
    person.chat.wait_for(lambda message: "Rabisco" in message.text, SOON)
    return person


def film_for(person: WhatsAppPerson) -> bytes:
    """A film of their own: what was uploaded for others is of no help."""
    return FILM + person.number.encode()


def films(person: WhatsAppPerson) -> list[WhatsAppBotMessage]:
    return person.chat.list_films()


def killed(premises: WhatsAppApp) -> int:
    """Kill the gateway of the first number, as the kernel does when memory is short; its process id."""
    line = premises.phone.connection
    assert line is not None
    os.kill(line.hello.pid, signal.SIGKILL)
    premises.fake.wait_until(lambda: line.is_closed)
    return line.hello.pid


def test_a_film_arrives_after_its_gateway_was_killed_in_mid_upload(
    premises: WhatsAppApp, drawer: WhatsAppOutbox, person: WhatsAppPerson
) -> None:
    premises.fake.hold_call("Upload")  # this one never ends
    film = drawer.enqueue_film(person, film_for(person))
    premises.fake.wait_until(lambda: premises.fake.list_calls("Upload"))
    before = killed(premises)
    premises.fake.wait_until(lambda: films(person), SOON)
    assert premises.phone.connection is not None
    assert premises.phone.connection.hello.pid != before
    assert premises.process is not None
    assert premises.process.process.poll() is None
    assert content_of(films(person)[0]) == film_for(person)
    drawer.wait_until_sent(film)
    assert len(films(person)) == 1


def test_a_film_that_arrived_though_its_gateway_was_killed_is_repeated_once(
    premises: WhatsAppApp, drawer: WhatsAppOutbox, person: WhatsAppPerson
) -> None:
    premises.fake.hold_call("SendMessage", kind="video", after=True)
    film = drawer.enqueue_film(person, film_for(person))
    premises.fake.wait_until(lambda: films(person))
    killed(premises)
    premises.fake.wait_until(lambda: len(films(person)) == 2, SOON)
    drawer.wait_until_sent(film)
    assert len(films(person)) == 2
    assert len(premises.fake.list_calls("Upload")) == 1  # what was uploaded once is sent again


def test_a_film_whose_upload_expired_while_the_number_was_offline_is_uploaded_anew(
    premises: WhatsAppApp, drawer: WhatsAppOutbox, person: WhatsAppPerson
) -> None:
    premises.fake.fail_calls("SendMessage", "websocket not connected", kind="video")
    film = drawer.enqueue_film(person, film_for(person))
    premises.fake.wait_until(lambda: premises.fake.list_calls("SendMessage", "video"))
    premises.fake.media_server.expire_all()
    premises.fake.wait_until(lambda: films(person), SOON)
    drawer.wait_until_sent(film)
    assert [content_of(message) for message in films(person)] == [film_for(person)]
    assert len(premises.fake.list_calls("Upload")) == 2


def test_a_message_whatsapp_refuses_once_is_sent_again(
    premises: WhatsAppApp, drawer: WhatsAppOutbox, person: WhatsAppPerson
) -> None:
    premises.fake.fail_calls("SendMessage", "server returned error 479", kind="text")
    drawer.enqueue_text(person, "here it is")
    person.chat.wait_for(lambda message: message.text == "here it is", SOON)


def test_a_file_of_120_megabytes_goes_out_as_a_document_and_keeps_nobody_waiting(
    premises: WhatsAppApp, drawer: WhatsAppOutbox, person: WhatsAppPerson
) -> None:
    content = film_for(person) + bytes(120_000_000)
    other = premises.fake.get_person("14155550123", phone=premises.phone)
    let_go = premises.fake.hold_call("Upload")
    drawer.enqueue_film(person, content)
    premises.fake.wait_until(lambda: premises.fake.list_calls("Upload"), SOON)
    other.send_text("/start")
    other.chat.wait_for(lambda message: "Rabisco" in message.text, SOON)
    let_go()
    document = person.chat.wait_for(lambda message: message.kind == "document", SOON)
    assert content_of(document) == content


def test_a_number_whose_connection_never_comes_to_be_disturbs_no_other(tmp_path: Path) -> None:
    with open_whatsapp_app(tmp_path, {"LEASE_SECONDS": str(LEASE)}) as premises:
        stuck, other = premises.add_session(), premises.add_session("5511990000002")
        premises.fake.hold_call("Neonize", phone=stuck.number)
        with premises.run(ALONE):
            premises.wait_until_online(other)
            person = greeted(premises, other)
            assert not stuck.is_online
            person.send_text("/help")
            person.chat.wait_for(lambda message: message is not person.chat.messages[0], SOON)
        assert premises.find_session(other).state == "online"


def test_nothing_is_tried_during_a_ban_and_what_is_owed_comes_once_it_is_over(
    premises: WhatsAppApp, drawer: WhatsAppOutbox, person: WhatsAppPerson
) -> None:
    begun = time.monotonic()
    premises.phone.ban(seconds=BAN)
    wait_until(lambda: premises.find_session().state == "banned")
    premises.phone.lift_ban()  # who tried too soon would get through
    film = drawer.enqueue_film(person, film_for(person))
    premises.fake.wait_until(lambda: films(person), SOON)
    drawer.wait_until_sent(film)
    later = [call for call in premises.fake.calls if call.at > begun and call.name != "Stop"]
    assert later[0].name == "Neonize"
    assert later[0].at - begun >= BAN - 1


def content_of(message: WhatsAppBotMessage) -> bytes:
    assert message.media is not None
    assert not message.media.is_expired
    return message.media.content
