"""Telegram Stars from the button to the credits: the real library, desk, shop and database against the fake Bot API."""

import uuid
from pathlib import Path

import pytest
from fakes.business import QUICK, Business, open_business
from fakes.telegram_api import Charge, errors
from fakes.telegram_api.inlet import RecordingInlet
from fakes.telegram_api.wiring import bot_of, builder_of

from bots.core.conversation import stars
from bots.core.conversation.conversation import Conversation
from bots.core.update_handler import UpdateHandler
from bots.telegram.gateway import TelegramGateway
from bots.telegram.stars import StarsRefunds
from models.billing.payments import PurchaseStatus
from storage.billing import open_purchases
from storage.db import Database


@pytest.fixture
def business(database: Database, tmp_path: Path) -> Business:
    return open_business(database, tmp_path)


async def test_credits_bought_with_stars_come_by_themselves(business: Business) -> None:
    async with business.open():
        invoice = await business.orders()
        assert (invoice.body["invoice"]["title"], invoice.body["invoice"]["total_amount"]) == ("100 credits", 300)
        assert invoice.body["invoice"]["start_parameter"] == "plans"
        charge = await business.pays(invoice)
        told = await business.shown("Thank you")
    assert isinstance(charge, Charge)
    assert "100 credits" in told.text
    assert business.credits() == 110
    (purchase,) = business.purchases()
    assert (purchase.status, purchase.external_id) == (PurchaseStatus.PAID, charge.id)


async def test_the_news_of_a_payment_that_comes_twice_is_one_payment(business: Business) -> None:
    async with business.open():
        await business.buys()
        await business.has(110)
        news = business.fake.updates.sent[-1]
        business.fake.updates.again(news)
        business.fake.updates.again(news | {"update_id": news["update_id"] + 1000})
        business.person.sends_text("/help")
        await business.shown("What I do")
    assert business.credits() == 110
    assert len([message for message in business.person.chat if "Thank you" in message.text]) == 1


async def test_a_purchase_that_was_paid_cannot_be_paid_again(business: Business) -> None:
    async with business.open():
        invoice = await business.orders()
        await business.pays(invoice)
        await business.has(110)
        assert "no longer valid" in str(await business.pays(invoice))
        again = await business.orders()
        assert isinstance(await business.pays(again), Charge)
        await business.has(210)
    assert [purchase.status for purchase in business.purchases()] == [PurchaseStatus.PAID] * 2


async def test_an_invoice_is_for_the_one_who_asked_for_it(business: Business) -> None:
    other = business.fake.person(2002)
    async with business.open():
        invoice = await business.orders()
        other.sends_text("/start")
        await other.chat.arrival(lambda message: "Hi!" in message.text)
        assert "no longer valid" in str(await business.pays(invoice, other))
    assert business.fake.stars.charges == {}


async def test_an_invoice_ends_after_a_day_and_pressing_again_within_it_is_the_same_purchase(
    business: Business,
) -> None:
    async with business.open():
        first = await business.orders()
        await business.orders()
        assert len(business.purchases()) == 1
        business.house.time.forward(86_401)
        assert "no longer valid" in str(await business.pays(first))
        await business.orders()
    assert len(business.purchases()) == 2


async def test_the_checkout_is_answered_although_the_persons_other_messages_take_long(business: Business) -> None:
    async with business.open() as gateway:
        invoice = await business.orders()
        release = business.fake.hold("getFile")
        business.person.sends_video(b"film" * 100)
        await business.fake.arrival(lambda: business.fake.made("getFile"))
        charge = await business.pays(invoice)
        release()
    assert isinstance(charge, Charge)
    assert gateway.error is None


async def test_a_checkout_nobody_can_look_up_is_called_off_in_words(business: Business) -> None:
    async with business.open():
        invoice = await business.orders()
    gateway = TelegramGateway(
        builder_of(business.fake), lambda _channel: RecordingInlet(), timings=QUICK, find_refusal=_broken
    )
    await gateway.start()
    said = await business.pays(invoice)
    await gateway.stop()
    assert said == "I can't check this right now. Please try again in a minute."


async def test_a_payment_taken_by_a_process_that_dies_is_credited_by_the_next(business: Business) -> None:
    """The first process keeps the update, which Telegram then never sends again, and fails before it credits."""
    async with business.open():
        invoice = await business.orders()
    inlet = RecordingInlet(_die)
    desk = UpdateHandler(
        business.house.db,
        business.account,
        business.house.channels[business.account.id],
        Conversation(business.house.pipeline),
        business.house.postman.wake,
    )
    inlet.save_update = desk.save_update  # type: ignore[method-assign]
    refusal = stars.build_payment_check(business.house.db, business.account.tenant_id, "telegram")
    dying = TelegramGateway(builder_of(business.fake), lambda _channel: inlet, timings=QUICK, find_refusal=refusal)
    await dying.start()
    assert isinstance(await business.pays(invoice), Charge)
    await business.fake.arrival(lambda: not business.fake.updates.waiting)
    await dying.stop()
    assert business.credits() == 0
    async with business.open():
        await business.shown("Thank you")
    assert business.credits() == 110


async def test_a_flood_of_messages_costs_nobody_their_payment(business: Business) -> None:
    async with business.open():
        invoice = await business.orders()
        for _ in range(30):
            business.person.sends_text("x")
        assert isinstance(await business.pays(invoice), Charge)
        await business.has(110)


async def test_stars_that_were_given_back_take_their_credits_along_once(business: Business) -> None:
    async with business.open():
        charge = await business.buys()
        await business.has(110)
        (purchase,) = business.purchases()
        refunds = StarsRefunds(bot_of(business.fake), business.house.db)
        assert await refunds.refund(purchase.id)
        assert await refunds.refund(purchase.id)
        assert not await refunds.refund(uuid.uuid4())
        await business.fake.arrival(lambda: not business.fake.updates.waiting)
        business.person.sends_text("/balance")
        await business.shown("You have 10 credits")
    assert charge.refunded
    assert business.credits() == 10


async def test_credits_that_were_spent_before_the_refund_are_owed(business: Business) -> None:
    async with business.open():
        charge = await business.buys()
        await business.has(110)
        business.spends(80)
        await bot_of(business.fake).refund_star_payment(business.person.id, charge.id)
        await business.shown("Your Stars are back")
        business.person.sends_text("/balance")
        await business.shown("You owe 70 credits")
    assert business.credits() == 0


async def test_a_refund_by_telegram_itself_takes_the_credits_too(business: Business) -> None:
    async with business.open():
        charge = await business.buys()
        await business.has(110)
        await bot_of(business.fake).refund_star_payment(business.person.id, charge.id)
        await business.shown("Your Stars are back")
    assert business.credits() == 10


async def test_a_payment_for_nothing_we_know_is_told_with_its_charge(business: Business) -> None:
    async with business.open():
        invoice = await business.orders()
        charge = Charge("stx1", business.person.id, invoice.body["invoice"], "no purchase of ours")
        body = business.person.chat.body(business.fake.next_message(), business.person.user, None)
        business.fake.updates.add("message", body | {"successful_payment": charge.told()})
        told = await business.shown("can't find what they were for")
    assert "stx1" in told.text


async def test_stars_that_come_for_an_invoice_that_is_over_are_credited_all_the_same(business: Business) -> None:
    """The question was answered in time; the money was on its way while the invoice was closed."""
    async with business.open():
        invoice = await business.orders()
        business.house.time.forward(2 * 24 * 3600)
        with business.house.db.transaction() as session:
            assert open_purchases.expire_invoices(session, business.house.db.clock(), limit=10) == 1
        charge = Charge("stx1", business.person.id, invoice.body["invoice"], str(business.purchases()[0].id))
        body = business.person.chat.body(business.fake.next_message(), business.person.user, None)
        business.fake.updates.add("message", body | {"successful_payment": charge.told()})
        await business.shown("Thank you")
    assert business.credits() == 110
    assert [purchase.status for purchase in business.purchases()] == [PurchaseStatus.PAID]


async def test_an_invoice_arrives_although_telegram_asks_for_a_pause(business: Business) -> None:
    async with business.open():
        business.fake.fail("sendInvoice", errors.flood(1))
        await business.orders()
    assert len(business.invoices()) == 1


async def _die(_inbound: object) -> None:
    raise RuntimeError("the process ends here")


def _broken(_asked: stars.PaymentQuery) -> str | None:
    raise OSError("the database is away")
