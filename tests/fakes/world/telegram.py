"""A Telegram bot of a world, from python-telegram-bot to the database, with one user."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fakes.ledger_checks import assert_ledger_balances
from fakes.sample_customers import SampleCustomer, reserve_credits
from fakes.telegram_api import FakeTelegram, StarsCharge, TelegramBotMessage, TelegramPerson
from fakes.telegram_api.clients import builder_of
from fakes.world.world import World
from sqlmodel import select
from telegram import Bot

from bots.core.channel import Channel
from bots.core.conversation import stars
from bots.core.conversation.payment_links import PaymentLinks
from bots.core.inbound import InboundLimits
from bots.core.update_handler import UpdateHandler
from bots.telegram.gateway import TelegramGateway
from bots.telegram.polling import GatewayTimings
from bots.telegram.stars import StarsRefunds
from models.billing.payments import Provider, Purchase
from models.identity.people import Account
from storage.billing import ledger
from storage.identity import people

FAST_TIMINGS = GatewayTimings(
    poll_seconds=5,
    reconnect_seconds=0.05,
    max_conflicts=1,
    inbound=InboundLimits(retry_seconds=0.1, shutdown_seconds=5),
)
STARS = frozenset({Provider.STARS})


@dataclass
class TelegramBot:
    """Everything but other machines; it sells for Stars. `payment_links` creates the links, if given."""

    world: World
    fake: FakeTelegram
    person: TelegramPerson
    account: Account
    payment_links: PaymentLinks | None = None

    @asynccontextmanager
    async def open(self, providers: frozenset[Provider] = STARS) -> AsyncIterator[TelegramGateway]:
        def create_sink(channel: Channel) -> UpdateHandler:
            return self.world.create_handler(
                self.account, channel, providers=providers, payment_links=self.payment_links
            )

        find_refusal = stars.build_payment_check(self.world.db, self.account.tenant_id, "telegram")

        def run_refunds(bot: Bot) -> Coroutine[Any, Any, None]:
            return StarsRefunds(bot, self.world.db).run(self.account.id)

        gateway = TelegramGateway(
            builder_of(self.fake),
            create_sink,
            timings=FAST_TIMINGS,
            find_refusal=find_refusal,
            background_task=run_refunds,
        )
        sender_task = asyncio.create_task(self.world.outbox_sender.run())
        await gateway.start()
        try:
            yield gateway
        finally:
            sender_task.cancel()
            await asyncio.gather(sender_task, return_exceptions=True)
            await gateway.stop()

    async def order_item(self, item: str = "star:pack:100") -> TelegramBotMessage:
        """Press the button with the star; returns the invoice."""
        self.person.send_text("/plans")
        menu = await self.wait_for_text("Credits and plans")
        before = len(self.list_invoices())
        self.person.press_button(menu, item)
        await self.fake.wait_until_async(lambda: len(self.list_invoices()) > before)
        return self.list_invoices()[-1]

    async def pay_invoice(self, invoice: TelegramBotMessage, person: TelegramPerson | None = None) -> StarsCharge | str:
        return await asyncio.to_thread((person or self.person).pay_invoice, invoice)

    async def buy(self) -> StarsCharge:
        charge = await self.pay_invoice(await self.order_item())
        assert isinstance(charge, StarsCharge), charge
        return charge

    async def wait_for_text(self, text: str) -> TelegramBotMessage:
        return await self.person.chat.wait_for_async(lambda message: text in message.text)

    def list_invoices(self) -> list[TelegramBotMessage]:
        return [message for message in self.person.chat.messages if message.kind == "invoice"]

    def get_credits(self) -> int:
        with self.world.db.transaction() as session:
            assert_ledger_balances(session)
            row = people.find_by_identity(session, self.account.tenant_id, f"telegram:{self.person.id}")
            assert row is not None
            return ledger.balance_of(session, row, self.world.clock()).available

    async def wait_for_balance(self, amount: int) -> None:
        """Wait until the chat shows that balance."""
        await self.wait_for_text(f"Your balance: {amount}.")
        assert self.get_credits() == amount

    def spend_credits(self, amount: int) -> None:
        """Spend credits on a finished job."""
        with self.world.db.transaction() as session:
            row = people.find_by_identity(session, self.account.tenant_id, f"telegram:{self.person.id}")
            assert row is not None
            address = people.get_or_create_address(session, self.account.id, str(self.person.chat.id), "")
            customer = SampleCustomer(self.account, row, address)
            job = reserve_credits(session, customer, amount, self.world.clock())
            assert ledger.settle(session, row, job.id, amount, amount, self.world.clock())

    def list_purchases(self) -> list[Purchase]:
        with self.world.db.read_transaction() as session:
            return list(session.exec(select(Purchase)))


def create_telegram_bot(world: World) -> TelegramBot:
    fake = FakeTelegram()
    return TelegramBot(world, fake, fake.get_person(), world.create_account("telegram", "123456"))
