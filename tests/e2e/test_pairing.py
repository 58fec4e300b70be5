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
from fakes.product import started
from fakes.telegram_api import TOKEN, BotMessage, FakeTelegram
from fakes.telegram_api import served as telegram_served
from fakes.whatsapp.premises import Premises, opened, until
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
def telegram(folder: Path) -> Iterator[tuple[FakeTelegram, Premises]]:
    fake = FakeTelegram()
    with telegram_served(fake.app) as address:
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address, "ADMIN_IDS": "telegram:7"}
        with opened(folder, settings) as premises:
            yield fake, premises


def content(message: BotMessage) -> bytes:
    assert message.media is not None
    return message.media.content


def test_an_administrator_in_telegram_pairs_a_number_by_scanning_a_picture(tmp_path: Path) -> None:
    with telegram(tmp_path) as (fake, premises), premises.running():
        boss, phone = fake.person(7, language_code="pt-br"), premises.fake.phone()
        premises.fake.wait_until(lambda: any(line.code for line in premises.fake.lines), SOON)  # the terminal's
        boss.sends_text("/whatsapp pair")
        shown = boss.chat.wait_for(lambda message: message.kind == "photo", SOON)
        assert "Dispositivos conectados" in shown.text
        assert shown.labels == ["✖️ Cancelar"]
        assert read_code(content(shown)) == premises.fake.lines[-1].code
        premises.fake.rotates()
        fake.wait_until(lambda: read_code(content(shown)) == premises.fake.lines[-1].code, SOON)
        phone.scans()
        boss.chat.wait_for(lambda message: f"+{phone.number} está no ar" in message.text, SOON)
        assert [message for message in boss.chat.messages if message.kind == "photo"] == [shown]
        person = premises.fake.person(phone=phone)
        person.says("/start")
        person.chat.wait_for(lambda message: "Rabisco" in message.text, SOON)
        phone.logs_out()
        alert = boss.chat.wait_for(lambda message: "está parado" in message.text, SOON)
        assert f"/whatsapp restart +{phone.number}" in alert.text


def test_a_gateway_whose_supervisor_was_killed_ends_and_leaves_the_number_to_the_next(tmp_path: Path) -> None:
    with opened(tmp_path) as premises:
        phone = premises.has_number()
        product = started(premises.folder, premises.settings, ["whatsapp"])
        premises.is_online()
        line = phone.line
        assert line is not None
        gateway = line.hello.pid
        os.kill(product.process.pid, signal.SIGKILL)
        product.process.wait(SOON)
        with premises.running(["whatsapp"]):
            premises.fake.wait_until(lambda: line.is_over and phone.is_online, SOON)
            assert phone.line is not line
            until(lambda: not Path(f"/proc/{gateway}").exists(), SOON)
        assert not any(isinstance(event, StreamReplacedEv) for line in premises.fake.lines for event in line.told)


def test_six_numbers_are_online_at_once_and_each_answers(tmp_path: Path) -> None:
    with opened(tmp_path) as premises:
        phones = [premises.has_number(f"551199000000{place}") for place in range(6)]
        with premises.running(["whatsapp"]):
            for phone in phones:
                premises.is_online(phone)
                person = premises.fake.person("5521980000001", phone=phone)
                person.says("/help")
                person.chat.wait_for(lambda message: "/balance" in message.text, SOON)
        processes = {phone.line.hello.pid for phone in phones if phone.line is not None}
        assert len(processes) == 2


@pytest.fixture
def premises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Premises]:
    """A product with a number, and commands in its folder."""
    monkeypatch.chdir(tmp_path)
    with opened(tmp_path) as premises:
        for name, value in {"DATA_DIR": str(tmp_path / "data"), **premises.settings}.items():
            monkeypatch.setenv(name, value)
        premises.has_number()
        yield premises
    structlog.reset_defaults()


def test_damaged_keys_come_back_from_the_backup_and_the_number_with_them(
    premises: Premises, capsys: pytest.CaptureFixture[str]
) -> None:
    phone, row = premises.phone, premises.row()
    assert run(["backup", "--whatsapp"]) == 0
    assert f"+{phone.number}: " in capsys.readouterr().out
    premises.keys_of(row.id).write_bytes(b"rubbish" * 100)
    with premises.running(["whatsapp"]) as product:
        product.says("rabisco restore --whatsapp")
        until(lambda: premises.row().state == WhatsAppState.LOGGED_OUT)
    assert run(["restore", "--whatsapp", phone.number]) == 0
    capsys.readouterr()
    with premises.running(["whatsapp"]):
        premises.is_online()
        assert run(["restore", "--whatsapp", phone.number]) == 2
        assert "running" in capsys.readouterr().err
        assert run(["whatsapp"]) == 2
        assert "error: USAGE: WhatsApp is run by another process" in capsys.readouterr().err
