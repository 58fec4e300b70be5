"""Update sink that records what it is given."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from fakes.state_condition import StateCondition
from fakes.telegram_api.chats import WAIT_SECONDS

from bots.core.channel import Inbound

OnInbound = Callable[[Inbound], Awaitable[None]]


class RecordingSink:
    """`bots.core.channel.UpdateSink` for tests. `on_inbound` is called in the middle of handling, and may fail.
    `waits` are the seconds that messages with these texts have to wait; None refuses them."""

    def __init__(self, on_inbound: OnInbound | None = None) -> None:
        self.condition = StateCondition()
        self.updates: dict[str, dict[str, Any]] = {}
        self.settled_ids: list[str] = []
        self.inbounds: list[Inbound] = []
        self.started: list[Inbound] = []
        self.refused: list[Inbound] = []
        self.waits: dict[str, float | None] = {}
        self.handle_count = 0  # calls of `handle`
        self.list_count = 0  # calls of `list_unhandled`
        self.failures_left = 0  # how many more times `save_update` fails
        self.on_inbound = on_inbound

    def save_update(self, update_id: str, body: dict[str, object]) -> bool:
        with self.condition.modify():
            if self.failures_left:
                self.failures_left -= 1
                raise OSError("the database is away")
            if update_id in self.updates:
                return False
            self.updates[update_id] = body
            return True

    def list_unhandled(self) -> Sequence[tuple[str, dict[str, object]]]:
        with self.condition.modify():
            self.list_count += 1
            return [(name, body) for name, body in self.updates.items() if name not in self.settled_ids]

    def claim(self, update_ids: Collection[str]) -> Collection[str]:
        return update_ids

    def reserve(self, inbound: Inbound) -> float | None:
        return self.waits.get(inbound.text, 0.0)

    async def refuse(self, inbound: Inbound) -> None:
        with self.condition.modify():
            self.refused.append(inbound)
            self.settled_ids.extend(inbound.update_ids)

    async def handle(self, inbound: Inbound) -> None:
        self.handle_count += 1
        if set(inbound.update_ids) <= set(self.settled_ids):
            return
        with self.condition.modify():
            self.started.append(inbound)
        if self.on_inbound:
            await self.on_inbound(inbound)
        with self.condition.modify():
            self.inbounds.append(inbound)
            self.settled_ids.extend(inbound.update_ids)

    async def ignore(self, update_ids: Sequence[str]) -> None:
        with self.condition.modify():
            self.settled_ids.extend(update_ids)

    async def wait_for_inbounds(self, count: int, seconds: float = WAIT_SECONDS) -> list[Inbound]:
        """Wait until `count` messages are handled; returns them."""
        if not await self.condition.wait_async(lambda: len(self.inbounds) >= count, seconds):
            raise AssertionError(f"{len(self.inbounds)} of {count} came: {self.inbounds}")
        return list(self.inbounds)

    async def wait_for_settled(self, count: int, seconds: float = WAIT_SECONDS) -> list[str]:
        """Wait until `count` updates are handled or ignored; returns their ids."""
        if not await self.condition.wait_async(lambda: len(self.settled_ids) >= count, seconds):
            raise AssertionError(f"{len(self.settled_ids)} of {count} were settled")
        return list(self.settled_ids)


class BlockingAnswer:
    """An `on_inbound` that blocks until it is released."""

    def __init__(self) -> None:
        self.released = asyncio.Event()

    async def __call__(self, _inbound: Inbound) -> None:
        await self.released.wait()
