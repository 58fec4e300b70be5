"""A number that is online, in an app of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes.world.whatsapp import WhatsAppBot, open_whatsapp_bot
from fakes.world.world import World

from storage.db import Database


@pytest.fixture
def house(tmp_path: Path, sqlite: Database) -> World:
    return World.open(tmp_path, sqlite)


@pytest.fixture
async def number(house: World, tmp_path: Path) -> AsyncIterator[WhatsAppBot]:
    async with open_whatsapp_bot(house, tmp_path) as number:
        yield number
