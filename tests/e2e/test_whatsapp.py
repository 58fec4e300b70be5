"""WhatsApp in the whole product: paired in the terminal and in Telegram, killed and logged out while a film is made."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes.screenings import screened
from fakes.telegram_api import TOKEN, FakeTelegram, served
from fakes.visitors import photograph
from fakes.whatsapp import Person
from fakes.whatsapp.premises import Premises, opened, until
from fakes.whatsapp.visitor import WhatsAppVisitor

PATIENCE = 60.0  # seconds
ADMIN = 4711
PICTURE = (2400, 1600)  # its film of ten seconds takes long enough for things to happen meanwhile


@pytest.fixture
def premises(tmp_path: Path) -> Iterator[Premises]:
    with opened(tmp_path, {"LEASE_SECONDS": "5"}) as premises:
        yield premises


def test_a_newcomer_scans_the_code_in_the_terminal_and_the_bot_answers_on_the_phones_number(
    premises: Premises, tmp_path: Path
) -> None:
    phone = premises.fake.phone()
    with premises.running() as product:
        product.says("█▀▀▀")  # a code's corner
        premises.phones.append(phone)
        phone.scans()
        product.says(r"\+5511990000001: ✅")
        visitor = WhatsAppVisitor(premises.fake.person("14155550123"))
        visitor.sends_pictures(photograph())
        assert screened(visitor.film(1, tmp_path / "film.mp4")).seconds == 10
    assert premises.row().state == "online"


def test_a_film_finds_its_chat_after_its_gateway_was_killed_while_it_was_drawn(
    premises: Premises, tmp_path: Path
) -> None:
    premises.has_number()
    with premises.running():
        premises.is_online()
        ana, bob = (premises.fake.person(number) for number in ("14155550123", "14155550124"))
        bob.says("/start")
        bob.chat.wait_for(lambda message: "Rabisco" in message.text, PATIENCE)
        sent = begins_a_film(ana)
        assert premises.phone.line is not None
        os.kill(premises.phone.line.hello.pid, signal.SIGKILL)
        assert screened(WhatsAppVisitor(ana).film(1, tmp_path / "film.mp4")).seconds == 10
        assert [film.reply_to for film in ana.chat.films()] == [sent]
        assert not bob.chat.films()


def test_a_film_waits_while_the_number_is_logged_out_and_comes_when_it_is_paired_again(
    premises: Premises, tmp_path: Path
) -> None:
    telegram, phone = FakeTelegram(), premises.has_number()
    with served(telegram.app) as address:
        premises.settings |= {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": address,
            "ADMIN_IDS": f"telegram:{ADMIN}",
        }
        with premises.running():
            premises.is_online()
            admin = telegram.person(ADMIN, "en")
            admin.sends_text("/start")
            admin.chat.wait_for(lambda message: "Rabisco" in message.text, PATIENCE)
            ana = premises.fake.person("14155550123")
            sent = begins_a_film(ana)
            phone.logs_out()
            until(lambda: premises.row().state == "logged_out")
            admin.chat.wait_for(lambda message: "stands still" in message.text, PATIENCE)
            admin.sends_text(f"/whatsapp restart {phone.number}")
            phone.scans(telegram.wait_until(lambda: code_in(admin.chat), PATIENCE))
            assert screened(WhatsAppVisitor(ana).film(1, tmp_path / "film.mp4")).seconds == 10
            assert [film.reply_to for film in ana.chat.films()] == [sent]


def begins_a_film(person: Person) -> str:
    """Send a picture, and wait until it is being drawn; the message's id."""
    sent = person.sends_picture(photograph(2, size=PICTURE))
    person.chat.wait_for(lambda message: "✖️ Cancel" in message.options, PATIENCE)
    return sent


def code_in(chat: object) -> str:
    """The code in the newest picture of the bot; empty without one."""
    pictures = [message.media for message in chat.messages if message.media is not None]  # type: ignore[attr-defined]
    if not pictures:
        return ""
    image = cv2.imdecode(np.frombuffer(pictures[-1].content, np.uint8), cv2.IMREAD_GRAYSCALE)
    return str(cv2.QRCodeDetector().detectAndDecode(image)[0])
