"""A WhatsApp bot of a world: the real channel, inbound processor and update handler over the fake Go library."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from fakes.state_condition import StateCondition
from fakes.whatsapp import FakePhone, FakeWhatsApp, WhatsAppBotMessage, WhatsAppPerson, connect_in_process
from fakes.whatsapp.chats import WAIT_SECONDS
from fakes.world.world import START_TIME, World
from neonize.aioze.client import NewAClient
from sqlmodel import col, select

from bots.core.channel import Capabilities, Inbound
from bots.core.inbound import InboundLimits, InboundProcessor
from bots.core.update_handler import UpdateHandler
from bots.whatsapp.channel import WHATSAPP_CAPABILITIES, WhatsAppChannel
from bots.whatsapp.inbound import WhatsAppAdapter
from bots.whatsapp.message_reader import OwnIdentity
from bots.whatsapp.pacing import SendLimits, SendRateLimiter
from bots.whatsapp.sessions.client import CallTimeouts, WhatsAppClient
from bots.whatsapp.sessions.connection import subscribe_messages
from models.identity.people import Account
from models.messaging.deliveries import Delivery
from models.retries import Backoff
from storage.messaging.conditions import UNSENT_STATUSES

UNLIMITED_SENDING = SendLimits(chat_per_second=1e6, chat_burst=1_000_000, new_per_minute=1e6, warmed_up_per_minute=1e6)
RETRY_SECONDS = 0.3  # seconds a message has to become readable
FAST_INBOUND = InboundLimits(
    retry_seconds=0.05, backoff=Backoff(0.01, 0.05), announced_album_seconds=5.0, shutdown_seconds=5.0
)


@dataclass
class CountingSink:
    """The update handler, with a count of handled updates."""

    handler: UpdateHandler
    condition: StateCondition
    handled_count: int = 0

    def save_update(self, update_id: str, body: dict[str, object]) -> bool:
        return self.handler.save_update(update_id, body)

    def list_unhandled(self) -> Sequence[tuple[str, dict[str, object]]]:
        return self.handler.list_unhandled()

    def claim(self, update_ids: Collection[str]) -> Collection[str]:
        return self.handler.claim(update_ids)

    async def ignore(self, update_ids: Sequence[str]) -> None:
        await self.handler.ignore(update_ids)

    def reserve(self, inbound: Inbound) -> float | None:
        return self.handler.reserve(inbound)

    async def refuse(self, inbound: Inbound) -> None:
        await self.handler.refuse(inbound)

    async def handle(self, inbound: Inbound) -> None:
        await self.handler.handle(inbound)
        with self.condition.modify():
            self.handled_count += 1


@dataclass
class WhatsAppBot:
    """One WhatsApp account of the world. `inbound` is the processor of the current process."""

    world: World
    fake: FakeWhatsApp
    phone: FakePhone
    account: Account
    channel: WhatsAppChannel
    sink: CountingSink
    inbound: InboundProcessor[Any]

    @property
    def identity(self) -> OwnIdentity:
        return OwnIdentity(self.phone.number, self.phone.lid)

    def get_person(self, number: str = "5521980000001", **attributes: Any) -> WhatsAppPerson:
        return self.fake.get_person(number, phone=self.phone, **attributes)

    async def wait_for_message(self, person: WhatsAppPerson, text: str, count: int = 1) -> WhatsAppBotMessage:
        """Wait for `count` messages with that text in the user's chat; returns the last of them."""

        def find_messages() -> list[WhatsAppBotMessage]:
            return [message for message in person.chat.messages if text in message.text][count - 1 :]

        return next(iter(await self.fake.wait_until_async(find_messages)))

    async def wait_until_handled(self, count: int) -> None:
        """Wait until `count` updates are handled, an album being one, and every reply is recorded as sent."""
        await self.fake.wait_until_async(lambda: self.sink.handled_count >= count)
        async with asyncio.timeout(WAIT_SECONDS):
            while await asyncio.to_thread(self._has_unsent):
                pass

    def _has_unsent(self) -> bool:
        with self.world.db.read_transaction() as session:
            return (
                session.exec(select(Delivery.id).where(col(Delivery.status).in_(UNSENT_STATUSES))).first() is not None
            )

    async def run_job(self) -> None:
        """Run one job."""
        assert await asyncio.to_thread(self.world.run_job)
        self.world.outbox_sender.wake()


def last_message_of(person: WhatsAppPerson) -> WhatsAppBotMessage:
    """The last message in the user's chat."""
    return person.chat.messages[-1]


@asynccontextmanager
async def open_whatsapp_bot(
    world: World,
    folder: Path,
    *,
    capabilities: Capabilities = WHATSAPP_CAPABILITIES,
    limits: SendLimits = UNLIMITED_SENDING,
    admin_ids: frozenset[str] = frozenset(),
    inbound_limits: InboundLimits = FAST_INBOUND,
    timeouts: CallTimeouts | None = None,
    build_link: Callable[[str], str] | None = None,
) -> AsyncIterator[WhatsAppBot]:
    """A paired session that is online and delivers. Raises AssertionError at the end for anything WhatsApp would have
    rejected."""
    fake = FakeWhatsApp()
    phone = fake.get_phone()
    client = NewAClient(str(folder / "number.db"), uuid="number")
    account = world.create_account("whatsapp", "shop")
    send_limiter = SendRateLimiter(START_TIME - timedelta(days=90), limits, world.clock, world.clock.monotonic)
    channel = WhatsAppChannel(
        WhatsAppClient(client, timeouts), world.db, account, send_limiter, capabilities, build_link
    )
    handler = world.create_handler(account, channel, admin_ids, messages_per_minute=1_000_000)
    sink = CountingSink(handler, fake.condition)
    adapter = WhatsAppAdapter(channel, lambda: whatsapp_bot.identity, retry_seconds=RETRY_SECONDS)
    inbound = InboundProcessor(sink, adapter, album_seconds=capabilities.album_seconds, limits=inbound_limits)
    whatsapp_bot = WhatsAppBot(world, fake, phone, account, channel, sink, inbound)

    async def receive(event: Any) -> None:
        await whatsapp_bot.inbound.receive(event)

    subscribe_messages(client, receive)
    connect_in_process(client, fake, phone)
    sender_task = asyncio.create_task(world.outbox_sender.run())
    try:
        yield whatsapp_bot
    finally:
        await whatsapp_bot.inbound.stop()
        sender_task.cancel()
        await asyncio.gather(sender_task, return_exceptions=True)
    assert not fake.problems, "\n".join(fake.problems)
