"""The fake Bot API, a person who has written to its bot, and that bot's channel."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes.telegram_api import FakeTelegram, TelegramPerson
from fakes.telegram_api.clients import bot_of
from fakes.world.telegram import TelegramBot, create_telegram_bot
from fakes.world.world import World
from telegram.ext import ExtBot

from bots.telegram.channel import TelegramChannel
from storage.db import Database


@pytest.fixture
def fake() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def person(fake: FakeTelegram) -> TelegramPerson:
    person = fake.get_person()
    person.send_text("/start")
    return person


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[ExtBot[None]]:
    async with bot_of(fake) as bot:
        yield bot


@pytest.fixture
def channel(bot: ExtBot[None], person: TelegramPerson) -> TelegramChannel:
    assert person.chat.bodies  # only who has written can be written to
    return TelegramChannel(bot)


@pytest.fixture
def business(database: Database, tmp_path: Path) -> TelegramBot:
    return create_telegram_bot(World.open(tmp_path, database))
