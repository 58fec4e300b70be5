"""The whole app in one process, with a simulated user on every channel."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from fakes.browser import find_chromium, open_page
from fakes.simulated_users import SimulatedPageUser, SimulatedTelegramUser, SimulatedUser
from fakes.telegram_api import TOKEN, FakeTelegram, serve_app
from fakes.whatsapp.app_process import WhatsAppApp, open_whatsapp_app
from fakes.whatsapp.simulated_user import SimulatedWhatsAppUser

CHANNELS = ("telegram", "page", "whatsapp")
PHONE_NUMBERS = {"en": "141555501{:02}", "pt-BR": "55219800000{:02}"}  # by the language that the country speaks


@dataclass
class AllChannels:
    """A running app, and the fake messengers it is connected to."""

    app: WhatsAppApp
    telegram: FakeTelegram
    address: str
    numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def open_chat(self, channel: str, language: str, folder: Path) -> Iterator[SimulatedUser]:
        """Somebody new who speaks that language; on the page, which has one user, the same one again."""
        number = next(self.numbers)
        if channel == "telegram":
            person = self.telegram.get_person(4711 + number, language.lower())
            yield SimulatedTelegramUser(person, self.telegram.wait_until)
        elif channel == "whatsapp":
            writer = self.app.fake.get_person(PHONE_NUMBERS[language].format(number), name="Ana")
            yield SimulatedWhatsAppUser(writer)
        elif find_chromium() is None:
            pytest.skip("there is no Chromium on this machine")
        else:
            with open_page(self.address, language=language, timeout=90) as page:
                yield SimulatedPageUser(page, folder)


@contextmanager
def run_all_channels(folder: Path, settings: Mapping[str, str]) -> Iterator[AllChannels]:
    telegram = FakeTelegram()
    with serve_app(telegram.app) as url:
        with_telegram = {**settings, "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url}
        with open_whatsapp_app(folder, with_telegram) as app:
            app.add_session()
            with app.run() as process:
                app.wait_until_online()
                yield AllChannels(app, telegram, process.wait_for_address())
