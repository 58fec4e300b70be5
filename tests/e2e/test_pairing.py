"""Numbers as whole processes: paired from a chat or the terminal, run side by side, killed, damaged and restored."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
import structlog
from fakes.app_process import fork_app
from fakes.telegram_api import TOKEN, FakeTelegram, TelegramBotMessage
from fakes.telegram_api import serve_app as telegram_served
from fakes.whatsapp.app_process import WhatsAppApp, open_whatsapp_app, wait_until
from neonize.aioze.events import StreamReplacedEv

from bots.cli import run
from models.messaging.whatsapp import WhatsAppState

SOON = 60.0


def read_code(png: bytes) -> str:
    """What a camera would read."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    found, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    return str(found)


@contextmanager
def telegram(folder: Path) -> Iterator[tuple[FakeTelegram, WhatsAppApp]]:
    fake = FakeTelegram()
    with telegram_served(fake.app) as address:
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address, "ADMIN_IDS": "telegram:7"}
        with open_whatsapp_app(folder, settings) as premises:
            yield fake, premises


def content(message: TelegramBotMessage) -> bytes:
    assert message.media is not None
    return message.media.content


def test_an_administrator_in_telegram_pairs_a_number_by_scanning_a_picture(tmp_path: Path) -> None:
    with telegram(tmp_path) as (fake, premises), premises.run():
        boss, phone = fake.get_person(7, language_code="pt-br"), premises.fake.get_phone()
        premises.fake.wait_until(lambda: any(line.code for line in premises.fake.connections), SOON)  # the terminal's
        boss.send_text("/whatsapp pair")
        shown = boss.chat.wait_for(lambda message: message.kind == "photo", SOON)
        assert "Dispositivos conectados" in shown.text
        assert shown.labels == ["✖️ Cancelar"]
        assert read_code(content(shown)) == premises.fake.connections[-1].code
        premises.fake.rotate_codes()
        fake.wait_until(lambda: read_code(content(shown)) == premises.fake.connections[-1].code, SOON)
        phone.scan_code()
        boss.chat.wait_for(lambda message: f"+{phone.number} está no ar" in message.text, SOON)
        assert [message for message in boss.chat.messages if message.kind == "photo"] == [shown]
        person = premises.fake.get_person(phone=phone)
        person.send_text("/start")
        person.chat.wait_for(lambda message: "Rabisco" in message.text, SOON)
        phone.log_out()
        alert = boss.chat.wait_for(lambda message: "está parado" in message.text, SOON)
        assert f"/whatsapp restart +{phone.number}" in alert.text


def test_a_gateway_whose_supervisor_was_killed_ends_and_leaves_the_number_to_the_next(tmp_path: Path) -> None:
    with open_whatsapp_app(tmp_path) as premises:
        phone = premises.add_session()
        product = fork_app(premises.folder, premises.settings, ["whatsapp"])
        premises.wait_until_online()
        line = phone.connection
        assert line is not None
        gateway = line.hello.pid
        os.kill(product.process.pid, signal.SIGKILL)
        product.process.wait(SOON)
        with premises.run(["whatsapp"]):
            premises.fake.wait_until(lambda: line.is_closed and phone.is_online, SOON)
            assert phone.connection is not line
            wait_until(lambda: not Path(f"/proc/{gateway}").exists(), SOON)
        assert not any(
            isinstance(event, StreamReplacedEv) for line in premises.fake.connections for event in line.sent_events
        )


def test_six_numbers_are_online_at_once_and_each_answers(tmp_path: Path) -> None:
    with open_whatsapp_app(tmp_path) as premises:
        phones = [premises.add_session(f"551199000000{place}") for place in range(6)]
        with premises.run(["whatsapp"]):
            for phone in phones:
                premises.wait_until_online(phone)
                person = premises.fake.get_person("5521980000001", phone=phone)
                person.send_text("/help")
                person.chat.wait_for(lambda message: "/balance" in message.text, SOON)
        processes = {phone.connection.hello.pid for phone in phones if phone.connection is not None}
        assert len(processes) == 2


@pytest.fixture
def premises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WhatsAppApp]:
    """A product with a number, and commands in its folder."""
    monkeypatch.chdir(tmp_path)
    with open_whatsapp_app(tmp_path) as premises:
        for name, value in {"DATA_DIR": str(tmp_path / "data"), **premises.settings}.items():
            monkeypatch.setenv(name, value)
        premises.add_session()
        yield premises
    structlog.reset_defaults()


def test_damaged_keys_come_back_from_the_backup_and_the_number_with_them(
    premises: WhatsAppApp, capsys: pytest.CaptureFixture[str]
) -> None:
    phone, row = premises.phone, premises.find_session()
    assert run(["backup", "--whatsapp"]) == 0
    assert f"+{phone.number}: " in capsys.readouterr().out
    premises.key_file_of(row.id).write_bytes(b"rubbish" * 100)
    with premises.run(["whatsapp"]) as product:
        product.wait_for_output("rabisco restore --whatsapp")
        wait_until(lambda: premises.find_session().state == WhatsAppState.LOGGED_OUT)
    assert run(["restore", "--whatsapp", phone.number]) == 0
    capsys.readouterr()
    with premises.run(["whatsapp"]):
        premises.wait_until_online()
        assert run(["restore", "--whatsapp", phone.number]) == 2
        assert "running" in capsys.readouterr().err
        assert run(["whatsapp"]) == 2
        assert "error: USAGE: WhatsApp is run by another process" in capsys.readouterr().err
