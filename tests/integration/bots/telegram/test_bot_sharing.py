"""Tenants' bots in several processes: each served by one, equally many by each, and all of them by who is left."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from fakes.clock import NOON, SettableClock
from fakes.stub_telegram_gateway import StubTelegramGateway, wait_until

from bots.core.connections.leases import ConnectionLeases, LeaseTimings
from bots.telegram.ownership.bot_manager import BotManager, OnConnected
from storage.db import Database
from storage.identity import people
from storage.messaging import telegram_bots
from storage.messaging.telegram_bots import ServedBot

SECRET = b"a secret of thirty-two characters"


@dataclass
class Process:
    """A process that serves bots; `seconds` is its monotonic clock."""

    db: Database
    folder: Path
    seconds: float = 0.0
    gateways: dict[UUID, list[StubTelegramGateway]] = field(default_factory=dict)
    released: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.leases = ConnectionLeases(
            self.db, "telegram", self.folder, LeaseTimings(renewal=3600), monotonic=lambda: self.seconds
        )
        self.manager = BotManager(self.db, SECRET, self._build, self.released.append, self.leases)  # type: ignore[arg-type]

    def _build(self, bot: ServedBot, _connected: OnConnected) -> StubTelegramGateway:
        self.gateways.setdefault(bot.account.id, []).append(StubTelegramGateway())
        return self.gateways[bot.account.id][-1]

    @property
    def served(self) -> set[UUID]:
        return {bot for bot, gateways in self.gateways.items() if any(each.is_receiving for each in gateways)}

    async def look(self, count: int) -> None:
        """Refresh, and wait until it serves that many."""
        await self.manager.refresh()
        await wait_until(lambda: len(self.served) == count)

    async def stop(self) -> None:
        await self.manager.stop()
        self.leases.close()


@dataclass
class House:
    db: Database
    folder: Path
    stack: AsyncExitStack
    bots: list[UUID]

    def start(self, machine: str) -> Process:
        process = Process(self.db, self.folder / machine)
        self.stack.push_async_callback(process.stop)
        return process


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    """Six bots of three tenants."""
    bots = []
    with database.transaction() as session:
        for number in range(6):
            tenant = people.get_or_create_tenant(session, f"tenant-{number // 2}")
            account = people.get_or_create_account(session, tenant.id, "page", "local")
            person = people.get_or_create_person(session, account, "7", name="", language="en")
            contact = person, people.get_or_create_address(session, account.id, "7", "")
            token = f"22222{number}:AAtheTokenOfThisBotAtTelegram"
            bots.append(telegram_bots.add_bot(session, SECRET, tenant, token, contact, NOON).id)
    async with AsyncExitStack() as stack:
        yield House(database, tmp_path, stack, bots)


async def test_a_new_process_gets_half_of_the_bots_and_each_moves_once(place: House) -> None:
    first, second = place.start("a"), place.start("b")
    await first.look(6)
    await second.look(0)
    for served in (5, 4, 3):
        await first.look(served)
        await second.look(6 - served)
        assert first.served.isdisjoint(second.served)
    await first.look(3)
    assert [len(gateways) for gateways in first.gateways.values()] == [1] * 6
    assert [len(gateways) for gateways in second.gateways.values()] == [1] * 3
    assert set(first.released) == second.served


async def test_when_one_ends_properly_the_other_serves_all_at_its_next_look(place: House) -> None:
    first, second = place.start("a"), place.start("b")
    await first.look(6)
    await second.look(0)
    await first.stop()
    assert first.served == set()
    await second.look(6)


async def test_when_one_is_killed_the_other_serves_all_when_the_leases_end(place: House, clock: SettableClock) -> None:
    first, second = place.start("a"), place.start("b")
    await first.look(6)
    clock.advance(9)
    await second.look(0)
    clock.advance(1)
    await second.look(6)


async def test_a_bot_whose_lease_is_lost_is_stopped_and_begun_again_only_when_that_is_done(place: House) -> None:
    process = place.start("a")
    await process.look(6)
    running = place.bots[0]
    process.gateways[running][0].may_finish.clear()
    process.seconds = 7.0  # without a renewal
    await process.manager.stop_lost()
    await wait_until(lambda: process.served == set())
    await process.manager.share()
    await wait_until(lambda: process.served == set(place.bots[1:]))
    process.gateways[running][0].may_finish.set()
    await process.look(6)
    assert [len(gateways) for gateways in process.gateways.values()] == [2] * 6
