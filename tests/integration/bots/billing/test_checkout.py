"""Out of credits, a link, money, credits unasked, the next film: desk, till and database against both doubles."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.stripe_api import KEY, FakeStripe
from fakes.telegram_api import TelegramBotMessage
from fakes.world.telegram import TelegramBot, create_telegram_bot
from fakes.world.world import START_TIME, World
from stripe import StripeClient

from bots.billing.context import BillingContext
from bots.billing.service import BillingService
from bots.billing.stripe.provider import StripeProvider
from models.billing.item_names import build_lookup_key
from models.billing.payments import Provider, PurchaseStatus
from storage.db import Database

STRIPE = frozenset({Provider.STRIPE})


@dataclass
class Market:
    business: TelegramBot
    stripe: FakeStripe
    till: BillingService

    async def orders(self) -> TelegramBotMessage:
        """The message somebody gets who presses a pack."""
        person = self.business.person
        person.send_text("/plans")
        person.press_button(await self.business.wait_for_text("Credits and plans"), "buy:pack:100")
        return await self.business.wait_for_text("link")

    async def linked(self) -> TelegramBotMessage:
        return await self.business.person.chat.wait_for_async(lambda message: "💳 Pay $4.00" in message.labels)

    def pays(self, message: TelegramBotMessage) -> None:
        button = message.find_button("💳 Pay $4.00")
        assert button is not None
        session = next(one["id"] for one in self.stripe.list_objects("checkout.session") if one["url"] == button.url)
        self.stripe.pay(session, "card", email="ana@example.com")

    def later(self, seconds: float) -> None:
        """Time passes, and the till looks what has become of everything."""
        self.business.world.clock.advance(seconds)
        self.stripe.advance(seconds=seconds)
        self.till.sweep()
        self.business.world.outbox_sender.wake()


@pytest.fixture
def market(database: Database, tmp_path: Path) -> Iterator[Market]:
    business, stripe = create_telegram_bot(World.open(tmp_path, database)), FakeStripe(SettableClock(START_TIME))
    with stripe.serve() as url:
        client = StripeClient(KEY, base_addresses={"api": url})
        product = client.v1.products.create({"name": "100 credits"})
        price = {"product": product.id, "unit_amount": 400, "currency": "usd"}
        client.v1.prices.create(price | {"lookup_key": build_lookup_key("pack:100", "usd")})  # type: ignore[arg-type]
        provider = StripeProvider.from_key(KEY, url)
        till = BillingService(
            BillingContext(database, provider, business.world.pipeline.entitlements, business.account.tenant_id)
        )
        business.payment_links = till
        yield Market(business, stripe, till)


async def test_what_was_paid_for_comes_unasked_and_the_link_was_in_the_message_that_promised_it(market: Market) -> None:
    async with market.business.open(STRIPE):
        promise = await market.orders()
        link = await market.linked()
        assert link.message_id == promise.message_id
        market.pays(link)
        market.later(5)
        await market.business.wait_for_text("110")
    assert market.business.get_credits() == 110
    assert [purchase.status for purchase in market.business.list_purchases()] == [PurchaseStatus.PAID]


async def test_the_button_pressed_again_is_the_same_session(market: Market) -> None:
    async with market.business.open(STRIPE):
        await market.orders()
        first = await market.linked()
        market.business.person.press_button(await market.business.wait_for_text("Credits and plans"), "buy:pack:100")
        await market.business.fake.wait_until_async(lambda: len(_links(market)) == 2)
    assert len(set(_links(market))) == 1
    assert first.find_button("💳 Pay $4.00") is not None
    assert len(market.stripe.list_objects("checkout.session")) == 1


async def test_a_process_that_dies_before_it_makes_the_link_leaves_it_to_the_next(market: Market) -> None:
    market.business.payment_links = None
    async with market.business.open(STRIPE):
        promise = await market.orders()
        assert "preparing" in promise.text
        market.later(20)
        link = await market.linked()
        assert link.message_id == promise.message_id
    assert len(market.stripe.list_objects("checkout.session")) == 1


async def test_while_the_provider_is_away_the_promise_stands_and_is_kept_later(market: Market) -> None:
    market.stripe.fail_calls("POST /v1/checkout/sessions", status=503)
    async with market.business.open(STRIPE):
        promise = await market.orders()
        market.business.person.send_text("/help")
        await market.business.wait_for_text("What I do")
        assert promise.labels == []
        market.later(20)
        await market.linked()


def _links(market: Market) -> list[str | None]:
    messages = market.business.person.chat.messages
    return [button.url for message in messages for row in message.buttons for button in row if button.url]
