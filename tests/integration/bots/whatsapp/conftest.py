"""A number that is online, in an app of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes.whatsapp_world import WhatsAppWorld, open_whatsapp_world
from fakes.world import World, open_world


@pytest.fixture
def house(tmp_path: Path) -> World:
    return open_world(tmp_path)


@pytest.fixture
async def number(house: World, tmp_path: Path) -> AsyncIterator[WhatsAppWorld]:
    async with open_whatsapp_world(house, tmp_path) as number:
        yield number
