"""The operator's bot in several processes: one serves it, the next takes over, and nobody serves it without a lease."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from fakes.clock import SettableClock
from fakes.stub_telegram_gateway import StubTelegramGateway, wait_until

from bots.core.connections.leases import ConnectionLeases, LeaseTimings
from bots.telegram.errors import TelegramConfigError
from bots.telegram.ownership.operator_bot import WAITING, OperatorBot
from bots.telegram.polling import TWO_RECEIVERS
from storage.db import Database

BOT = UUID(int=7)


@dataclass
class Process:
    """A process with the bot; `seconds` is its monotonic clock."""

    db: Database
    folder: Path
    seconds: float = 0.0
    gateways: list[StubTelegramGateway] = field(default_factory=list)
    released: list[UUID] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.leases = ConnectionLeases(
            self.db, "telegram", self.folder, LeaseTimings(renewal=3600), monotonic=lambda: self.seconds
        )
        self.bot = OperatorBot(self.leases, BOT, self._build, self.released.append, self.said.append)  # type: ignore[arg-type]
        self.task = asyncio.create_task(self.bot.run())

    def _build(self) -> StubTelegramGateway:
        self.gateways.append(StubTelegramGateway())
        return self.gateways[-1]

    @property
    def is_receiving(self) -> bool:
        return any(each.is_receiving for each in self.gateways)

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.bot.stop()
        await asyncio.to_thread(self.leases.close)


@dataclass
class House:
    db: Database
    folder: Path
    stack: AsyncExitStack

    def start(self, machine: str) -> Process:
        process = Process(self.db, self.folder / machine)
        self.stack.push_async_callback(process.stop)
        return process


@pytest.fixture
async def place(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield House(sqlite, tmp_path, stack)


async def test_the_second_process_says_once_that_it_waits_and_takes_over_when_the_first_stops(place: House) -> None:
    first = place.start("a")
    await wait_until(lambda: first.is_receiving)
    second = place.start("b")
    await wait_until(lambda: second.said)
    assert (second.said, second.gateways) == ([WAITING], [])
    await first.stop()
    await wait_until(lambda: second.is_receiving)
    assert not first.is_receiving
    assert second.said == [WAITING, "Telegram: https://t.me/stub_bot"]


async def test_who_cannot_renew_its_lease_stops_receiving_and_begins_again_when_it_can(place: House) -> None:
    first = place.start("a")
    await wait_until(lambda: first.is_receiving)
    first.seconds = 6.6  # without a renewal
    await wait_until(lambda: len(first.gateways) == 2 and first.is_receiving)
    assert [each.is_receiving for each in first.gateways] == [False, True]
    assert first.released == [BOT]


async def test_another_takes_over_only_after_the_owner_has_stopped(place: House, clock: SettableClock) -> None:
    first = place.start("a")
    await wait_until(lambda: first.is_receiving)
    second = place.start("b")
    await wait_until(lambda: second.said)
    clock.advance(9.9)
    first.gateways[0].may_finish.clear()
    first.seconds = 6.6
    await wait_until(lambda: not first.is_receiving)
    assert not second.is_receiving
    clock.advance(0.2)  # the first is finishing what it handles, and may not take it again
    await wait_until(lambda: second.is_receiving)
    first.gateways[0].may_finish.set()
    await wait_until(lambda: first.said[1:] == [WAITING])
    assert not first.is_receiving


async def test_a_bot_that_telegram_rejects_ends_the_process_and_gives_up_the_lease(place: House) -> None:
    first = place.start("a")
    await wait_until(lambda: first.is_receiving)
    first.gateways[0].fail(TelegramConfigError(TWO_RECEIVERS))
    with pytest.raises(TelegramConfigError, match="Another program"):
        await first.task
    second = place.start("b")
    await wait_until(lambda: second.is_receiving)
