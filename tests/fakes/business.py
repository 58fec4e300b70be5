"""A Telegram bot that sells for Stars, from python-telegram-bot to the database, with one user."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.books import assert_books_balance
from fakes.customers import Customer, add_job
from fakes.house import House, open_house
from fakes.telegram_api import BotMessage, Charge, FakeTelegram, Person
from fakes.telegram_api.wiring import builder_of
from sqlmodel import select
from telegram import Bot

from bots.core.channel import Channel
from bots.core.conversation import stars
from bots.core.conversation.conversation import Conversation
from bots.core.conversation.payment_links import PaymentLinks
from bots.core.update_handler import UpdateHandler
from bots.telegram.gateway import TelegramGateway
from bots.telegram.stars import StarsRefunds
from bots.telegram.timings import GatewayTimings
from models.billing.payments import Provider, Purchase
from models.identity.people import MAIN_TENANT, Account
from storage.billing import ledger
from storage.db import Database
from storage.identity import people

QUICK = GatewayTimings(poll_seconds=5, reconnect_seconds=0.05, retry_seconds=0.1, shutdown_seconds=5, max_conflicts=1)
STARS = frozenset({Provider.STARS})


@dataclass
class Business:
    """Everything but other machines; `payment_links` creates the links, if given."""

    house: House
    fake: FakeTelegram
    person: Person
    account: Account
    till: PaymentLinks | None = None

    @asynccontextmanager
    async def open(self, providers: frozenset[Provider] = STARS) -> AsyncIterator[TelegramGateway]:
        def inlet_for(channel: Channel) -> UpdateHandler:
            self.house.channels[self.account.id] = channel  # type: ignore[assignment]
            conversation = Conversation(self.house.pipeline)
            poke = self.house.postman.wake
            return UpdateHandler(
                self.house.db, self.account, channel, conversation, poke, providers=providers, payment_links=self.till
            )

        refusal = stars.build_payment_check(self.house.db, self.account.tenant_id, "telegram")

        def errand(bot: Bot) -> Coroutine[Any, Any, None]:
            return StarsRefunds(bot, self.house.db).run(self.account.id)

        gateway = TelegramGateway(
            builder_of(self.fake), inlet_for, timings=QUICK, find_refusal=refusal, background_task=errand
        )
        delivering = asyncio.create_task(self.house.postman.run())
        await gateway.start()
        try:
            yield gateway
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
            await gateway.stop()

    async def orders(self, item: str = "star:pack:100") -> BotMessage:
        """Press the button with the star; returns the invoice."""
        self.person.sends_text("/plans")
        menu = await self.shown("Credits and plans")
        before = len(self.invoices())
        self.person.presses(menu, item)
        await self.fake.arrival(lambda: len(self.invoices()) > before)
        return self.invoices()[-1]

    async def pays(self, invoice: BotMessage, person: Person | None = None) -> Charge | str:
        return await asyncio.to_thread((person or self.person).pays, invoice)

    async def buys(self) -> Charge:
        charge = await self.pays(await self.orders())
        assert isinstance(charge, Charge), charge
        return charge

    async def shown(self, words: str) -> BotMessage:
        return await self.person.chat.arrival(lambda message: words in message.text)

    def invoices(self) -> list[BotMessage]:
        return [message for message in self.person.chat.messages if message.kind == "invoice"]

    def credits(self) -> int:
        with self.house.db.transaction() as session:
            assert_books_balance(session)
            row = people.find_by_identity(session, self.account.tenant_id, f"telegram:{self.person.id}")
            assert row is not None
            return ledger.balance_of(session, row, self.house.db.clock()).available

    async def has(self, amount: int) -> None:
        """Wait until the chat shows that balance."""
        await self.shown(f"Your balance: {amount}.")
        assert self.credits() == amount

    def spends(self, amount: int) -> None:
        """Spend credits on a finished job."""
        with self.house.db.transaction() as session:
            row = people.find_by_identity(session, self.account.tenant_id, f"telegram:{self.person.id}")
            assert row is not None
            address = people.get_or_create_address(session, self.account.id, str(self.person.chat.id), "")
            job = add_job(session, Customer(self.account, row, address), self.house.db.clock())
            assert ledger.reserve(session, row, job.id, amount, self.house.db.clock())
            assert ledger.settle(session, row, job.id, amount, amount, self.house.db.clock())

    def purchases(self) -> list[Purchase]:
        with self.house.db.read_transaction() as session:
            return list(session.exec(select(Purchase)))


def open_business(database: Database, folder: Path) -> Business:
    house, fake = open_house(folder, database), FakeTelegram()
    with database.transaction() as session:
        tenant = people.get_or_create_tenant(session, MAIN_TENANT)
        account = people.get_or_create_account(session, tenant.id, "telegram", "123456")
    return Business(house, fake, fake.person(), account)
