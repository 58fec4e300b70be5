"""WhatsApp in the whole product: paired in the terminal and in Telegram, killed and logged out while a film is made."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes.film_probe import probe_film
from fakes.simulated_users import create_photograph
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app
from fakes.whatsapp import WhatsAppPerson
from fakes.whatsapp.app_process import WhatsAppApp, open_whatsapp_app, wait_until
from fakes.whatsapp.simulated_user import SimulatedWhatsAppUser

PATIENCE = 60.0  # seconds
ADMIN = 4711
PICTURE = (2400, 1600)  # its film of ten seconds takes long enough for things to happen meanwhile


@pytest.fixture
def premises(tmp_path: Path) -> Iterator[WhatsAppApp]:
    with open_whatsapp_app(tmp_path, {"LEASE_SECONDS": "5"}) as premises:
        yield premises


def test_a_newcomer_scans_the_code_in_the_terminal_and_the_bot_answers_on_the_phones_number(
    premises: WhatsAppApp, tmp_path: Path
) -> None:
    phone = premises.fake.get_phone()
    with premises.run() as product:
        product.wait_for_output("█▀▀▀")  # a code's corner
        premises.phones.append(phone)
        phone.scan_code()
        product.wait_for_output(r"\+5511990000001: ✅")
        visitor = SimulatedWhatsAppUser(premises.fake.get_person("14155550123"))
        visitor.send_pictures(create_photograph())
        assert probe_film(visitor.save_film(1, tmp_path / "film.mp4")).seconds == 10
    assert premises.find_session().state == "online"


def test_a_film_finds_its_chat_after_its_gateway_was_killed_while_it_was_drawn(
    premises: WhatsAppApp, tmp_path: Path
) -> None:
    premises.add_session()
    with premises.run():
        premises.wait_until_online()
        ana, bob = (premises.fake.get_person(number) for number in ("14155550123", "14155550124"))
        bob.send_text("/start")
        bob.chat.wait_for(lambda message: "Rabisco" in message.text, PATIENCE)
        sent = begins_a_film(ana)
        assert premises.phone.connection is not None
        os.kill(premises.phone.connection.hello.pid, signal.SIGKILL)
        assert probe_film(SimulatedWhatsAppUser(ana).save_film(1, tmp_path / "film.mp4")).seconds == 10
        assert [film.reply_to for film in ana.chat.list_films()] == [sent]
        assert not bob.chat.list_films()


def test_a_film_waits_while_the_number_is_logged_out_and_comes_when_it_is_paired_again(
    premises: WhatsAppApp, tmp_path: Path
) -> None:
    telegram, phone = FakeTelegram(), premises.add_session()
    with serve_app(telegram.app) as address:
        premises.settings |= {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": address,
            "ADMIN_IDS": f"telegram:{ADMIN}",
        }
        with premises.run():
            premises.wait_until_online()
            admin = telegram.get_person(ADMIN, "en")
            admin.send_text("/start")
            admin.chat.wait_for(lambda message: "Rabisco" in message.text, PATIENCE)
            ana = premises.fake.get_person("14155550123")
            sent = begins_a_film(ana)
            phone.log_out()
            wait_until(lambda: premises.find_session().state == "logged_out")
            admin.chat.wait_for(lambda message: "stands still" in message.text, PATIENCE)
            admin.send_text(f"/whatsapp restart {phone.number}")
            phone.scan_code(telegram.wait_until(lambda: code_in(admin.chat), PATIENCE))
            assert probe_film(SimulatedWhatsAppUser(ana).save_film(1, tmp_path / "film.mp4")).seconds == 10
            assert [film.reply_to for film in ana.chat.list_films()] == [sent]


def begins_a_film(person: WhatsAppPerson) -> str:
    """Send a picture, and wait until it is being drawn; the message's id."""
    sent = person.send_picture(create_photograph(2, size=PICTURE))
    person.chat.wait_for(lambda message: "✖️ Cancel" in message.options, PATIENCE)
    return sent


def code_in(chat: object) -> str:
    """The code in the newest picture of the bot; empty without one."""
    pictures = [message.media for message in chat.messages if message.media is not None]  # type: ignore[attr-defined]
    if not pictures:
        return ""
    image = cv2.imdecode(np.frombuffer(pictures[-1].content, np.uint8), cv2.IMREAD_GRAYSCALE)
    return str(cv2.QRCodeDetector().detectAndDecode(image)[0])
