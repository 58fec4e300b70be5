"""Paid access as people live it: the whole product in this process, both doubles around it, and months that pass.

Each scenario ends with a search for every secret in everything that was written on the way (`open_bazaar`).
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.buyers import Buyer, TelegramBuyer, extract_code
from fakes.clock import TICK, SettableClock
from fakes.databases import DatabaseFactory
from fakes.stripe_api import KEY
from fakes.telegram_api import StarsCharge
from fakes.telegram_api.clients import bot_of
from fakes.world.described_files import build_picture
from fakes.world.full_app import FullApp, open_full_app
from sqlmodel import select
from stripe import StripeClient

from models.billing.item_names import build_lookup_key
from models.billing.payments import Purchase, PurchaseStatus
from storage.db import Database

ANA = "ana@example.com"
DATABASES = {"telegram": "postgresql", "page": "sqlite"}  # each chat on one of the two


@dataclass
class Scene:
    """Somebody, and the product they write to."""

    bazaar: FullApp
    buyer: Buyer
    link: str = ""  # the last one

    async def orders(self, offer: str = "💎 500 credits", price: str = "R$75.00") -> str:
        """The Checkout Session somebody gets who presses an offer."""
        await self.buyer.send_text("/plans")
        await self.buyer.press_button(offer)
        return await self.gets_a_link(price)

    async def gets_a_link(self, price: str = "R$75.00") -> str:
        """The session a new link leads to."""
        self.link = await self.buyer.wait_for_link(price, except_url=self.link)
        return self.bazaar.checkout_session_of(self.link)

    async def pays(self, session: str, method: str = "card") -> None:
        self.bazaar.stripe.pay(session, method, email=ANA)
        await self.bazaar.deliver_webhooks()

    async def subscribes(self) -> str:
        """A subscription whose first month is paid."""
        session = await self.orders("📅 Starter: 100 credits", "R$19.00")
        await self.pays(session)
        await self.buyer.wait_for_text("Your plan Starter has begun: 100 credits until")
        return str(self.bazaar.stripe.find(session)["subscription"])

    async def until_renewal(self, subscription: str) -> None:
        """To when the invoice of the next period is due: an hour after that begins."""
        (item,) = self.bazaar.stripe.find(subscription)["items"]["data"]
        await self.bazaar.advance(seconds=item["current_period_end"] - self.bazaar.stripe.get_now() + 3700)

    async def has(self, credits_: int, times: int = 1) -> None:
        await self.buyer.send_text("/balance")
        await self.buyer.wait_for_text(f"You have {credits_} credit", times)

    async def draws(self, number: int) -> None:
        """Send a picture, and get the film of that number."""
        await self.buyer.send_picture(build_picture())
        await self.bazaar.run_job()
        await self.buyer.wait_for_film(number)

    def customer(self) -> str:
        return str(self.bazaar.stripe.list_objects("customer")[-1]["id"])

    def purchases(self) -> list[str]:
        with self.bazaar.runtime.app.db.read_transaction() as session:
            return list(session.exec(select(Purchase.status).order_by(Purchase.created_at)))  # type: ignore[arg-type]


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(tick=TICK)


@pytest.fixture(params=DATABASES)
def chat(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def kept(chat: str, databases: DatabaseFactory, clock: SettableClock) -> Iterator[Database]:
    opened = databases.open_database(DATABASES[chat], clock)
    yield opened
    opened.close()


@pytest.fixture
async def scene(chat: str, kept: Database, clock: SettableClock, tmp_path: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        bazaar = await stack.enter_async_context(open_full_app(kept, clock, tmp_path))
        if chat == "telegram":
            yield Scene(bazaar, bazaar.create_telegram_buyer())
        else:
            yield Scene(bazaar, await stack.enter_async_context(bazaar.open_page_buyer()))


async def test_somebody_runs_out_pays_by_a_link_and_goes_on(scene: Scene) -> None:
    await scene.draws(1)
    await scene.buyer.send_picture(build_picture())
    await scene.buyer.wait_for_text("You have no credits left, and this film costs 1")
    await scene.buyer.press_button("💎 Get credits")
    await scene.buyer.press_button("💎 500 credits")
    await scene.pays(await scene.gets_a_link())
    await scene.buyer.wait_for_text("500 credits are here. You have 500 now")  # unasked
    await scene.draws(2)
    await scene.has(499)


async def test_a_payment_that_goes_back_takes_its_credits_and_leaves_the_rest(scene: Scene) -> None:
    session = await scene.orders()
    await scene.pays(session)
    await scene.buyer.wait_for_text("500 credits are here. You have 501 now")
    await scene.draws(1)
    payment = str(scene.bazaar.stripe.find(session)["payment_intent"])
    scene.bazaar.stripe.refund(payment, 1_500)
    await scene.bazaar.deliver_webhooks()
    await scene.buyer.wait_for_text("100 credits are gone. You have 400")
    scene.bazaar.stripe.refund(payment)
    await scene.bazaar.deliver_webhooks()
    await scene.buyer.wait_for_text("400 credits are gone. You have 0")


async def test_a_link_nobody_pays_at_ends_and_leads_to_a_new_one(scene: Scene) -> None:
    await scene.orders()
    await scene.bazaar.advance(hours=2)
    await scene.buyer.wait_for_text("That link is over, and nothing was paid")
    await scene.buyer.press_button("🔗 New link")
    second = await scene.gets_a_link()
    await scene.pays(second)
    await scene.buyer.wait_for_text("500 credits are here")
    assert scene.purchases() == [PurchaseStatus.EXPIRED, PurchaseStatus.PAID]


async def test_pix_that_never_comes_costs_nothing_and_the_next_one_may_come(scene: Scene) -> None:
    await scene.pays(await scene.orders(), "pix")
    await scene.buyer.wait_for_text("I'm waiting for your payment of R$75.00")
    await scene.bazaar.advance(hours=5)
    await scene.buyer.wait_for_text("The payment didn't come, so nothing was charged")
    await scene.has(1)
    await scene.buyer.press_button("🔗 New link")
    again = await scene.gets_a_link()
    await scene.pays(again, "pix")
    await scene.buyer.wait_for_text("I'm waiting for your payment of R$75.00", count=2)
    scene.bazaar.stripe.settle_payment(again)
    await scene.bazaar.deliver_webhooks()
    await scene.buyer.wait_for_text("500 credits are here. You have 501 now")
    assert scene.purchases() == [PurchaseStatus.FAILED, PurchaseStatus.PAID]


async def test_a_plan_is_renewed_three_times_then_unpaid_then_paid_again_then_cancelled(scene: Scene) -> None:
    buyer, bazaar = scene.buyer, scene.bazaar
    subscription = await scene.subscribes()
    for month in (1, 2, 3):
        await scene.until_renewal(subscription)
        await buyer.wait_for_text("Your plan Starter was renewed: 100 credits until", count=month)
        await scene.has(100, times=month)  # what was left of the month before is gone
    bazaar.stripe.break_card(scene.customer())
    await scene.until_renewal(subscription)
    await buyer.wait_for_text("I couldn't renew your plan Starter")
    await bazaar.advance(days=4)
    await buyer.wait_for_text("Your plan Starter is paused because it wasn't paid")
    bazaar.stripe.mend_card(scene.customer())
    await bazaar.deliver_webhooks()
    await buyer.wait_for_text("Your plan Starter was renewed: 100 credits until", count=4)
    await buyer.send_text("/billing")
    assert (await buyer.wait_for_link("🧾 My bills")).startswith("https://billing.stripe.com/")
    bazaar.stripe.cancel_subscription(subscription)
    await bazaar.deliver_webhooks()
    await buyer.wait_for_text("Your plan Starter is cancelled. It's yours until")
    await scene.draws(1)
    await scene.until_renewal(subscription)
    await buyer.wait_for_text("Your plan Starter has ended")
    await buyer.send_text("/plans")
    await buyer.wait_for_text("Your plan: Free")


async def test_a_dearer_plan_brings_its_credits_at_once_and_a_cheaper_one_waits(scene: Scene) -> None:
    buyer, bazaar = scene.buyer, scene.bazaar
    subscription = await scene.subscribes()
    await bazaar.advance(days=20)
    await buyer.send_text("/billing")
    portal = await buyer.wait_for_link("🧾 My bills")
    bazaar.stripe.change_plan(portal, price_of(bazaar, "plan:pro"))
    await bazaar.deliver_webhooks()
    assert bazaar.stripe.list_objects("invoice")[-1]["billing_reason"] == "subscription_update"
    await buyer.wait_for_text("Your plan is Pro now: 141 more credits until April 14, 2026")  # 11 of 31 days of 400
    await scene.has(241)
    bazaar.stripe.change_plan(portal, price_of(bazaar, "plan:starter"))
    await bazaar.deliver_webhooks()
    await bazaar.advance(days=9)
    await scene.has(241, times=2)
    await scene.until_renewal(subscription)
    await buyer.wait_for_text("Your plan Starter was renewed: 100 credits until May 14, 2026")
    await scene.has(100)


@pytest.mark.parametrize("chat", ["telegram"], indirect=True)
async def test_stars_buy_credits_and_take_them_along_when_they_go_back(scene: Scene) -> None:
    buyer = scene.buyer
    assert isinstance(buyer, TelegramBuyer)
    await scene.draws(1)
    await buyer.send_text("/plans")
    await buyer.press_button("⭐ 500 credits")
    charge = await buyer.pay_invoice()
    assert isinstance(charge, StarsCharge)
    await buyer.wait_for_text("Thank you! Here you are: 500 credits. Your balance: 500")
    await scene.draws(2)
    await bot_of(scene.bazaar.telegram).refund_star_payment(buyer.person.id, charge.id)
    await buyer.wait_for_text("Your Stars are back with you, and the credits they bought are gone")
    await buyer.send_text("/balance")
    await buyer.wait_for_text("You owe 1 credit")


@pytest.mark.parametrize("chat", ["telegram"], indirect=True)
async def test_an_invoice_in_stars_that_was_left_lying_is_over_and_cannot_be_paid(scene: Scene) -> None:
    buyer = scene.buyer
    assert isinstance(buyer, TelegramBuyer)
    await buyer.send_text("/plans")
    await buyer.press_button("⭐ 500 credits")
    await buyer.wait_for_text("500 credits")
    await scene.bazaar.advance(days=2)
    assert scene.purchases() == [PurchaseStatus.EXPIRED]
    assert isinstance(await buyer.pay_invoice(), str)
    assert scene.bazaar.telegram.stars.charges == {}


async def test_a_plan_bought_elsewhere_comes_with_the_right_code(scene: Scene) -> None:
    await sell_elsewhere(scene.bazaar)
    await scene.buyer.send_text(f"/email {ANA}")
    await scene.buyer.send_text(extract_code((await scene.bazaar.wait_for_email(ANA)).text))
    await scene.buyer.wait_for_text("I found you. Your plan here is Pro")
    await scene.has(500)


async def test_a_wrong_code_may_be_tried_again(scene: Scene) -> None:
    await sell_elsewhere(scene.bazaar)
    await scene.buyer.send_text(f"/email {ANA}")
    code = extract_code((await scene.bazaar.wait_for_email(ANA)).text)
    await scene.buyer.send_text(other_than(code))
    await scene.buyer.wait_for_text("That's not the code. You have 4 tries left")
    await scene.buyer.send_text(code)
    await scene.buyer.wait_for_text("I found you. Your plan here is Pro")


async def test_after_five_wrong_codes_the_right_one_is_worth_nothing_and_a_new_one_is(scene: Scene) -> None:
    await sell_elsewhere(scene.bazaar)
    await scene.buyer.send_text(f"/email {ANA}")
    code = extract_code((await scene.bazaar.wait_for_email(ANA)).text)
    for _ in range(5):
        await scene.buyer.send_text(other_than(code))
    await scene.buyer.wait_for_text("That was wrong five times")
    await scene.buyer.send_text(code)
    await scene.buyer.wait_for_text("That was wrong five times", count=2)
    await scene.buyer.send_text(f"/email {ANA}")
    await scene.buyer.send_text(extract_code((await scene.bazaar.wait_for_email(ANA, 2)).text))
    await scene.buyer.wait_for_text("I found you. Your plan here is Pro")


def price_of(bazaar: FullApp, item: str) -> str:
    key = build_lookup_key(item, "brl")
    return str(next(price["id"] for price in bazaar.stripe.list_objects("price") if price["lookup_key"] == key))


async def sell_elsewhere(bazaar: FullApp) -> None:
    """A plan of ours, bought where nobody knew which person it is for."""
    client = StripeClient(KEY, base_addresses={"api": bazaar.settings.stripe_api_url})
    line = {"price": price_of(bazaar, "plan:pro"), "quantity": 1}
    asked = {"mode": "subscription", "line_items": [line], "success_url": "https://example.com"}
    session = await asyncio.to_thread(client.v1.checkout.sessions.create, asked)  # type: ignore[arg-type]
    bazaar.stripe.pay(session.id, email=ANA)
    await bazaar.deliver_webhooks()


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"
