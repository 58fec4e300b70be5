"""Update sink that records what it is given."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fakes.changes import Changes
from fakes.telegram_api.chats import PATIENCE

from bots.core.channel import Inbound

Answer = Callable[[Inbound], Awaitable[None]]


class RecordingInlet:
    """`bots.core.channel.UpdateSink` for tests. `on_inbound` is called in the middle of handling, and may fail."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.changes = Changes()
        self.kept: dict[str, dict[str, Any]] = {}
        self.done: list[str] = []
        self.inbounds: list[Inbound] = []
        self.begun: list[Inbound] = []
        self.asked = 0  # calls of `handle`
        self.looked = 0  # calls of `list_unhandled`
        self.broken = 0  # how many more times `save_update` fails
        self.answer = answer

    def save_update(self, update_id: str, body: dict[str, object]) -> bool:
        with self.changes.changing():
            if self.broken:
                self.broken -= 1
                raise OSError("the database is away")
            if update_id in self.kept:
                return False
            self.kept[update_id] = body
            return True

    def list_unhandled(self) -> Sequence[tuple[str, dict[str, object]]]:
        with self.changes.changing():
            self.looked += 1
            return [(name, body) for name, body in self.kept.items() if name not in self.done]

    async def handle(self, inbound: Inbound) -> None:
        self.asked += 1
        if set(inbound.update_ids) <= set(self.done):
            return
        with self.changes.changing():
            self.begun.append(inbound)
        if self.answer:
            await self.answer(inbound)
        with self.changes.changing():
            self.inbounds.append(inbound)
            self.done.extend(inbound.update_ids)

    async def ignore(self, update_ids: Sequence[str]) -> None:
        with self.changes.changing():
            self.done.extend(update_ids)

    async def heard(self, count: int, seconds: float = PATIENCE) -> list[Inbound]:
        """Wait until `count` messages are handled; returns them."""
        if not await self.changes.arrival(lambda: len(self.inbounds) >= count, seconds):
            raise AssertionError(f"{len(self.inbounds)} of {count} came: {self.inbounds}")
        return list(self.inbounds)

    async def settled(self, count: int, seconds: float = PATIENCE) -> list[str]:
        """Wait until `count` updates are handled or ignored; returns their ids."""
        if not await self.changes.arrival(lambda: len(self.done) >= count, seconds):
            raise AssertionError(f"{len(self.done)} of {count} were settled")
        return list(self.done)


class Gate:
    """An `on_inbound` that blocks until it is released."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def __call__(self, _inbound: Inbound) -> None:
        await self.open.wait()
