"""A WhatsApp bot in one process: the real channel, receiver and update handler over the fake Go library."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from fakes.changes import Changes
from fakes.house import START, House, PatientRenderer
from fakes.whatsapp import BotMessage, FakeWhatsApp, Person, Phone, in_process
from fakes.whatsapp.chats import PATIENCE
from neonize.aioze.client import NewAClient
from neonize.aioze.events import MessageEv
from sqlmodel import col, select

from bots.core.channel import Capabilities, Inbound
from bots.core.conversation.conversation import Conversation
from bots.core.rate_limit import SlidingWindowLimiter
from bots.core.update_handler import UpdateHandler
from bots.whatsapp.channel import OFFICIAL, WhatsAppChannel
from bots.whatsapp.pacing import Pacer, Rules
from bots.whatsapp.read import Me
from bots.whatsapp.receiver import Patience, Receiver
from bots.whatsapp.sessions.client import Times, Wire
from models.identity.people import MAIN_TENANT, Account
from models.messaging.deliveries import Delivery
from pipeline.jobs.renderer import RenderResult, RenderSpec, Usage
from storage.identity import people
from storage.messaging.outbox import UNSENT_STATUSES

UNHURRIED = Rules(chat_per_second=1e6, chat_burst=1_000_000, new_per_minute=1e6, settled_per_minute=1e6)
QUICK = Patience(retry=0.05, keep=0.01, longest_keep=0.05, album=5.0, grace=5.0)


class PicturingRenderer(PatientRenderer):
    """Films without rendering, with a thumbnail that begins as a JPEG does."""

    def render(
        self, spec: RenderSpec, progress: Callable[[str, float], None], cancelled: object, usage: Usage
    ) -> RenderResult:
        rendered = super().render(spec, progress, cancelled, usage)
        rendered.film.thumbnail.write_bytes(b"\xff\xd8 a picture")
        return rendered


@dataclass
class Watched:
    """The update handler, with a count of handled updates."""

    desk: UpdateHandler
    changes: Changes
    answered: int = 0

    def save_update(self, update_id: str, body: dict[str, object]) -> bool:
        return self.desk.save_update(update_id, body)

    def list_unhandled(self) -> Sequence[tuple[str, dict[str, object]]]:
        return self.desk.list_unhandled()

    async def ignore(self, update_ids: Sequence[str]) -> None:
        await self.desk.ignore(update_ids)

    async def handle(self, inbound: Inbound) -> None:
        await self.desk.handle(inbound)
        with self.changes.changing():
            self.answered += 1


@dataclass
class Number:
    """One WhatsApp account of the world. `receiver` is that of the current process."""

    house: House
    fake: FakeWhatsApp
    phone: Phone
    account: Account
    channel: WhatsAppChannel
    inlet: Watched
    receiver: Receiver

    @property
    def me(self) -> Me:
        return Me(self.phone.number, self.phone.lid)

    def person(self, number: str = "5521980000001", **about: Any) -> Person:
        return self.fake.person(number, phone=self.phone, **about)

    async def hears(self, person: Person, text: str, count: int = 1) -> BotMessage:
        """Wait for `count` messages with that text in the user's chat; returns the last of them."""

        def found() -> list[BotMessage]:
            return [message for message in person.chat.messages if text in message.text][count - 1 :]

        return next(iter(await self.fake.arrival(found)))

    async def answered(self, count: int) -> None:
        """Wait until `count` updates are handled, an album being one, and every reply is recorded as sent."""
        await self.fake.arrival(lambda: self.inlet.answered >= count)
        async with asyncio.timeout(PATIENCE):
            while await asyncio.to_thread(self._owes):
                pass

    def _owes(self) -> bool:
        with self.house.db.read_transaction() as session:
            return (
                session.exec(select(Delivery.id).where(col(Delivery.status).in_(UNSENT_STATUSES))).first() is not None
            )

    async def work(self) -> None:
        """Run one job."""
        assert await asyncio.to_thread(self.house.work)
        self.house.postman.wake()


def last(person: Person) -> BotMessage:
    """The last message in the user's chat."""
    return person.chat.messages[-1]


@asynccontextmanager
async def answering(
    house: House,
    folder: Path,
    *,
    can: Capabilities = OFFICIAL,
    rules: Rules = UNHURRIED,
    owners: frozenset[str] = frozenset(),
    patience: Patience = QUICK,
    times: Times | None = None,
    link: Callable[[str], str] | None = None,
) -> AsyncIterator[Number]:
    """A paired session that is online and delivers. Raises AssertionError at the end for anything WhatsApp would have
    rejected."""
    house.renderer = PicturingRenderer()
    fake = FakeWhatsApp()
    phone = fake.phone()
    client = NewAClient(str(folder / "number.db"), uuid="number")
    with house.db.transaction() as session:
        account = people.get_or_create_account(
            session, people.get_or_create_tenant(session, MAIN_TENANT).id, "whatsapp", "shop"
        )
    pacer = Pacer(START - timedelta(days=90), rules, house.time, house.time.monotonic)
    channel = WhatsAppChannel(Wire(client, times), house.db, account, pacer, can, link)
    house.channels[account.id] = channel  # type: ignore[assignment] - the house takes any channel
    pace = SlidingWindowLimiter(1_000_000, house.time.monotonic)
    desk = UpdateHandler(house.db, account, channel, Conversation(house.pipeline), house.postman.wake, owners, pace)
    inlet = Watched(desk, fake.changes)
    receiver = Receiver(inlet, channel, lambda: number.me, patience=patience)
    number = Number(house, fake, phone, account, channel, inlet, receiver)
    client.event(MessageEv)(lambda _client, event: number.receiver.take(event))
    in_process(client, fake, phone)
    delivering = asyncio.create_task(house.postman.run())
    try:
        yield number
    finally:
        await number.receiver.stop()
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
    assert not fake.problems, "\n".join(fake.problems)
