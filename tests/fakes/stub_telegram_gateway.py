"""Stand-in for the gateway of a Telegram bot, which records when it runs."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from bots.telegram.errors import TelegramConfigError


@dataclass
class StubTelegramGateway:
    """Runs until it is stopped, or until Telegram rejects it: `error`."""

    address: str = "https://t.me/stub_bot"
    error: TelegramConfigError | None = None
    is_receiving: bool = False
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    may_finish: asyncio.Event = field(default_factory=asyncio.Event)  # what it was handling when it stopped

    def __post_init__(self) -> None:
        self.may_finish.set()

    async def start(self) -> None:
        self.is_receiving = self.error is None
        if self.error is not None:
            raise self.error

    async def stop(self) -> None:
        self.is_receiving = False
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                await self.may_finish.wait()
        self.stopped.set()

    async def wait_stopped(self) -> None:
        await self.stopped.wait()
        if self.error is not None:
            raise self.error

    def fail(self, error: TelegramConfigError) -> None:
        self.error, self.is_receiving = error, False
        self.stopped.set()


async def wait_until(probe: object, seconds: float = 10.0) -> None:
    """Wait until the callable returns something true."""
    assert callable(probe)
    async with asyncio.timeout(seconds):
        while not probe():  # noqa: ASYNC110 - leases are renewed by a thread, which sets no event
            await asyncio.sleep(0.01)
