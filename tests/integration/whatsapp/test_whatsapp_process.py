"""`rabisco whatsapp` as a whole process while things go wrong around a film: killed, refused, expired, offline."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakes.whatsapp import BotMessage, Person, Phone
from fakes.whatsapp.owed import Drawer
from fakes.whatsapp.premises import Premises, opened, until

ALONE = ["whatsapp"]
LEASE = 3.0  # seconds; in production 30
BAN = 8  # seconds
SOON = 60.0  # seconds: a gateway's pause before it starts again, and its start on a busy machine
FILM = b"\x00\x00\x00\x18ftypisom" + b"\x00film\x00" * 500


@contextmanager
def greeted(premises: Premises, phone: Phone | None = None) -> Iterator[Person]:
    """Somebody who has written, and has been welcomed."""
    person = premises.fake.person("5521980000001", phone=phone or premises.phone)
    with premises.running(ALONE):
        premises.is_online(phone)
        person.says("/start")
        person.chat.wait_for(lambda message: "Rabisco" in message.text, SOON)
        yield person


@pytest.fixture
def premises(tmp_path: Path) -> Iterator[Premises]:
    with opened(tmp_path, {"LEASE_SECONDS": str(LEASE)}) as premises:
        premises.has_number()
        yield premises


@pytest.fixture
def drawer(premises: Premises) -> Drawer:
    return Drawer(premises)


def films(person: Person) -> list[BotMessage]:
    return person.chat.films()


def killed(premises: Premises) -> int:
    """Kill the gateway of the first number, as the kernel does when memory is short; its process id."""
    line = premises.phone.line
    assert line is not None
    os.kill(line.hello.pid, signal.SIGKILL)
    premises.fake.wait_until(lambda: line.is_over)
    return line.hello.pid


def test_a_film_arrives_after_its_gateway_was_killed_in_mid_upload(premises: Premises, drawer: Drawer) -> None:
    with greeted(premises) as person:
        premises.fake.hold("Upload")  # this one never ends
        film = drawer.owes_film(person, FILM)
        premises.fake.wait_until(lambda: premises.fake.made("Upload"))
        before = killed(premises)
        premises.fake.wait_until(lambda: films(person), SOON)
        assert premises.phone.line is not None
        assert premises.phone.line.hello.pid != before
        assert premises.product is not None
        assert premises.product.process.poll() is None
        assert content_of(films(person)[0]) == FILM
        drawer.is_sent(film)
        assert len(films(person)) == 1


def test_a_film_that_arrived_though_its_gateway_was_killed_is_repeated_once(premises: Premises, drawer: Drawer) -> None:
    with greeted(premises) as person:
        premises.fake.hold("SendMessage", kind="video", after=True)
        film = drawer.owes_film(person, FILM)
        premises.fake.wait_until(lambda: films(person))
        killed(premises)
        premises.fake.wait_until(lambda: len(films(person)) == 2, SOON)
        drawer.is_sent(film)
        assert len(films(person)) == 2
        assert len(premises.fake.made("Upload")) == 1  # what was uploaded once is sent again


def test_a_film_whose_upload_expired_while_the_number_was_offline_is_uploaded_anew(
    premises: Premises, drawer: Drawer
) -> None:
    with greeted(premises) as person:
        premises.fake.fail("SendMessage", "websocket not connected", kind="video")
        film = drawer.owes_film(person, FILM)
        premises.fake.wait_until(lambda: premises.fake.made("SendMessage", "video"))
        premises.fake.uploads.expire()
        premises.fake.wait_until(lambda: films(person), SOON)
        drawer.is_sent(film)
        assert [content_of(message) for message in films(person)] == [FILM]
        assert len(premises.fake.made("Upload")) == 2


def test_a_message_whatsapp_refuses_once_is_sent_again(premises: Premises, drawer: Drawer) -> None:
    with greeted(premises) as person:
        premises.fake.fail("SendMessage", "server returned error 479", kind="text")
        drawer.owes(person, "here it is")
        person.chat.wait_for(lambda message: message.text == "here it is", SOON)


def test_a_file_of_120_megabytes_goes_out_as_a_document_and_keeps_nobody_waiting(
    premises: Premises, drawer: Drawer
) -> None:
    content = FILM + bytes(120_000_000)
    with greeted(premises) as person:
        other = premises.fake.person("14155550123", phone=premises.phone)
        let_go = premises.fake.hold("Upload")
        drawer.owes_film(person, content)
        premises.fake.wait_until(lambda: premises.fake.made("Upload"), SOON)
        other.says("/start")
        other.chat.wait_for(lambda message: "Rabisco" in message.text, SOON)
        let_go()
        document = person.chat.wait_for(lambda message: message.kind == "document", SOON)
        assert content_of(document) == content


def test_a_number_whose_connection_never_comes_to_be_disturbs_no_other(premises: Premises) -> None:
    stuck, other = premises.phone, premises.has_number("5511990000002")
    premises.fake.hold("Neonize", phone=stuck.number)
    with greeted(premises, other) as person:
        assert not stuck.is_online
        person.says("/help")
        person.chat.wait_for(lambda message: message is not person.chat.messages[0], SOON)
    assert premises.row(other).state == "online"


def test_nothing_is_tried_during_a_ban_and_what_is_owed_comes_once_it_is_over(
    premises: Premises, drawer: Drawer
) -> None:
    with greeted(premises) as person:
        begun = time.monotonic()
        premises.phone.is_banned(seconds=BAN)
        until(lambda: premises.row().state == "banned")
        premises.phone.is_pardoned()  # who tried too soon would get through
        film = drawer.owes_film(person, FILM)
        premises.fake.wait_until(lambda: films(person), SOON)
        drawer.is_sent(film)
        later = [call for call in premises.fake.calls if call.at > begun and call.name != "Stop"]
        assert later[0].name == "Neonize"
        assert later[0].at - begun >= BAN - 1


def content_of(message: BotMessage) -> bytes:
    assert message.media is not None
    assert not message.media.is_gone
    return message.media.content
