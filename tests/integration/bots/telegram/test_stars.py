"""Telegram Stars from the button to the credits: the real library, desk, shop and database against the fake Bot API."""

import uuid

from fakes.telegram_api import StarsCharge, errors
from fakes.telegram_api.clients import bot_of, builder_of
from fakes.telegram_api.recording_sink import RecordingSink
from fakes.world.telegram import FAST_TIMINGS, TelegramBot

from bots.core.conversation import stars
from bots.telegram.gateway import TelegramGateway
from bots.telegram.stars import StarsRefunds
from models.billing.payments import PurchaseStatus
from storage.billing import open_purchases


async def test_credits_bought_with_stars_come_by_themselves(business: TelegramBot) -> None:
    async with business.open():
        invoice = await business.order_item()
        assert (invoice.body["invoice"]["title"], invoice.body["invoice"]["total_amount"]) == ("100 credits", 300)
        assert invoice.body["invoice"]["start_parameter"] == "plans"
        charge = await business.pay_invoice(invoice)
        told = await business.wait_for_text("Thank you")
    assert isinstance(charge, StarsCharge)
    assert "100 credits" in told.text
    assert business.get_credits() == 110
    (purchase,) = business.list_purchases()
    assert (purchase.status, purchase.external_id) == (PurchaseStatus.PAID, charge.id)


async def test_the_news_of_a_payment_that_comes_twice_is_one_payment(business: TelegramBot) -> None:
    async with business.open():
        await business.buy()
        await business.wait_for_balance(110)
        news = business.fake.updates.sent[-1]
        business.fake.updates.redeliver(news)
        business.fake.updates.redeliver(news | {"update_id": news["update_id"] + 1000})
        business.person.send_text("/help")
        await business.wait_for_text("What I do")
    assert business.get_credits() == 110
    assert len([message for message in business.person.chat if "Thank you" in message.text]) == 1


async def test_a_purchase_that_was_paid_cannot_be_paid_again(business: TelegramBot) -> None:
    async with business.open():
        invoice = await business.order_item()
        await business.pay_invoice(invoice)
        await business.wait_for_balance(110)
        assert "no longer valid" in str(await business.pay_invoice(invoice))
        again = await business.order_item()
        assert isinstance(await business.pay_invoice(again), StarsCharge)
        await business.wait_for_balance(210)
    assert [purchase.status for purchase in business.list_purchases()] == [PurchaseStatus.PAID] * 2


async def test_an_invoice_is_for_the_one_who_asked_for_it(business: TelegramBot) -> None:
    other = business.fake.get_person(2002)
    async with business.open():
        invoice = await business.order_item()
        other.send_text("/start")
        await other.chat.wait_for_async(lambda message: "Hi!" in message.text)
        assert "no longer valid" in str(await business.pay_invoice(invoice, other))
    assert business.fake.stars.charges == {}


async def test_an_invoice_ends_after_a_day_and_pressing_again_within_it_is_the_same_purchase(
    business: TelegramBot,
) -> None:
    async with business.open():
        first = await business.order_item()
        await business.order_item()
        assert len(business.list_purchases()) == 1
        business.world.clock.advance(86_401)
        assert "no longer valid" in str(await business.pay_invoice(first))
        await business.order_item()
    assert len(business.list_purchases()) == 2


async def test_the_checkout_is_answered_although_the_persons_other_messages_take_long(
    business: TelegramBot,
) -> None:
    async with business.open() as gateway:
        invoice = await business.order_item()
        release = business.fake.hold_call("getFile")
        business.person.send_video(b"film" * 100)
        await business.fake.wait_until_async(lambda: business.fake.list_calls("getFile"))
        charge = await business.pay_invoice(invoice)
        release()
    assert isinstance(charge, StarsCharge)
    assert gateway.error is None


async def test_a_checkout_nobody_can_look_up_is_called_off_in_words(business: TelegramBot) -> None:
    async with business.open():
        invoice = await business.order_item()
    gateway = TelegramGateway(
        builder_of(business.fake), lambda _channel: RecordingSink(), timings=FAST_TIMINGS, find_refusal=_broken
    )
    await gateway.start()
    said = await business.pay_invoice(invoice)
    await gateway.stop()
    assert said == "I can't check this right now. Please try again in a minute."


async def test_a_payment_taken_by_a_process_that_dies_is_credited_by_the_next(business: TelegramBot) -> None:
    """The first process keeps the update, which Telegram then never sends again, and fails before it credits."""
    async with business.open():
        invoice = await business.order_item()
    inlet = RecordingSink(_die)
    desk = business.world.create_handler(business.account, business.world.channels[business.account.id])
    inlet.save_update = desk.save_update  # type: ignore[method-assign]
    refusal = stars.build_payment_check(business.world.db, business.account.tenant_id, "telegram")
    dying = TelegramGateway(
        builder_of(business.fake), lambda _channel: inlet, timings=FAST_TIMINGS, find_refusal=refusal
    )
    await dying.start()
    assert isinstance(await business.pay_invoice(invoice), StarsCharge)
    await business.fake.wait_until_async(lambda: not business.fake.updates.pending_ids)
    await dying.stop()
    assert business.get_credits() == 0
    async with business.open():
        await business.wait_for_text("Thank you")
    assert business.get_credits() == 110


async def test_a_flood_of_messages_costs_nobody_their_payment(business: TelegramBot) -> None:
    async with business.open():
        invoice = await business.order_item()
        for _ in range(30):
            business.person.send_text("x")
        assert isinstance(await business.pay_invoice(invoice), StarsCharge)
        await business.wait_for_balance(110)


async def test_stars_that_were_given_back_take_their_credits_along_once(business: TelegramBot) -> None:
    async with business.open():
        charge = await business.buy()
        await business.wait_for_balance(110)
        (purchase,) = business.list_purchases()
        refunds = StarsRefunds(bot_of(business.fake), business.world.db)
        assert await refunds.refund(purchase.id)
        assert await refunds.refund(purchase.id)
        assert not await refunds.refund(uuid.uuid4())
        await business.fake.wait_until_async(lambda: not business.fake.updates.pending_ids)
        business.person.send_text("/balance")
        await business.wait_for_text("You have 10 credits")
    assert charge.is_refunded
    assert business.get_credits() == 10


async def test_credits_that_were_spent_before_the_refund_are_owed(business: TelegramBot) -> None:
    async with business.open():
        charge = await business.buy()
        await business.wait_for_balance(110)
        business.spend_credits(80)
        await bot_of(business.fake).refund_star_payment(business.person.id, charge.id)
        await business.wait_for_text("Your Stars are back")
        business.person.send_text("/balance")
        await business.wait_for_text("You owe 70 credits")
    assert business.get_credits() == 0


async def test_a_refund_by_telegram_itself_takes_the_credits_too(business: TelegramBot) -> None:
    async with business.open():
        charge = await business.buy()
        await business.wait_for_balance(110)
        await bot_of(business.fake).refund_star_payment(business.person.id, charge.id)
        await business.wait_for_text("Your Stars are back")
    assert business.get_credits() == 10


async def test_a_payment_for_nothing_we_know_is_told_with_its_charge(business: TelegramBot) -> None:
    async with business.open():
        invoice = await business.order_item()
        charge = StarsCharge("stx1", business.person.id, invoice.body["invoice"], "no purchase of ours")
        body = business.person.chat.build_body(business.fake.allocate_message_id(), business.person.user, None)
        business.fake.updates.add("message", body | {"successful_payment": charge.to_json()})
        told = await business.wait_for_text("can't find what they were for")
    assert "stx1" in told.text


async def test_stars_that_come_for_an_invoice_that_is_over_are_credited_all_the_same(
    business: TelegramBot,
) -> None:
    """The question was answered in time; the money was on its way while the invoice was closed."""
    async with business.open():
        invoice = await business.order_item()
        business.world.clock.advance(2 * 24 * 3600)
        with business.world.db.transaction() as session:
            assert open_purchases.expire_invoices(session, business.world.db.clock(), limit=10) == 1
        charge = StarsCharge("stx1", business.person.id, invoice.body["invoice"], str(business.list_purchases()[0].id))
        body = business.person.chat.build_body(business.fake.allocate_message_id(), business.person.user, None)
        business.fake.updates.add("message", body | {"successful_payment": charge.to_json()})
        await business.wait_for_text("Thank you")
    assert business.get_credits() == 110
    assert [purchase.status for purchase in business.list_purchases()] == [PurchaseStatus.PAID]


async def test_an_invoice_arrives_although_telegram_asks_for_a_pause(business: TelegramBot) -> None:
    async with business.open():
        business.fake.fail_calls("sendInvoice", errors.build_flood_error(1))
        await business.order_item()
    assert len(business.list_invoices()) == 1


async def _die(_inbound: object) -> None:
    raise RuntimeError("the process ends here")


def _broken(_asked: stars.PaymentQuery) -> str | None:
    raise OSError("the database is away")
