"""Money that goes back to who paid it by a link: once, with the credits it brought, and told to who asked."""

import pytest
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, create_customer
from fakes.world.billing import MemoryBilling
from sqlmodel import select

from bots.core.conversation.payment_links import PriceRequest
from models.billing.payments import Purchase, Repayment, RepaymentStatus
from models.billing.prices import STARS_CURRENCY
from models.messaging.deliveries import Delivery, Message
from storage.billing import refunds
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage


@pytest.fixture
def boss(market: MemoryBilling) -> SampleCustomer:
    return create_customer(market.db, "boss", role="admin")


def asks(market: MemoryBilling, boss: SampleCustomer, session_id: str, amount: int) -> Repayment:
    """As the conversation leaves it."""
    with market.db.transaction() as session:
        purchase = session.get_one(Purchase, market.find_purchase(session_id).id)
        return refunds.request_refund(session, purchase, amount, boss.person, boss.address, market.clock())


def row(market: MemoryBilling, one: Repayment) -> Repayment:
    with market.db.read_transaction() as session:
        return session.get_one(Repayment, one.id)


def heard(market: MemoryBilling, boss: SampleCustomer) -> list[Message]:
    """What the administrator was told."""
    with market.db.read_transaction() as session:
        rows = session.exec(select(Delivery).where(Delivery.address_id == boss.address.id).order_by(Delivery.id))  # type: ignore[arg-type]
        return [each.content for each in rows]


def keys(market: MemoryBilling, boss: SampleCustomer) -> list[str]:
    return [message.paragraphs[0].key for message in heard(market, boss)]


def test_money_goes_back_and_takes_its_share_of_the_credits(market: MemoryBilling, boss: SampleCustomer) -> None:
    bought = market.buy()
    assert market.get_credits().available == 110
    one = asks(market, boss, bought, market.find_purchase(bought).amount // 2)
    market.service.refund(one.id)
    (refund,) = market.provider.refunds.values()
    assert refund.amount == one.amount
    assert market.get_credits().available == 60
    assert row(market, one).status == RepaymentStatus.DONE
    (told,) = heard(market, boss)
    assert (told.paragraphs[0].key, told.paragraphs[0].inner is not None) == ("admin-refund-done", True)


def test_asked_for_many_times_at_once_it_goes_back_once(market: MemoryBilling, boss: SampleCustomer) -> None:
    bought = market.buy()
    one = asks(market, boss, bought, market.find_purchase(bought).amount)
    run_concurrently([lambda: market.service.refund(one.id)] * 8)
    market.service.sweep()
    assert len(market.provider.refunds) == 1
    assert keys(market, boss) == ["admin-refund-done"]
    assert market.get_credits().available == 10


def test_a_provider_that_does_not_answer_is_asked_again_until_it_does(
    market: MemoryBilling, boss: SampleCustomer
) -> None:
    bought = market.buy()
    one = asks(market, boss, bought, market.find_purchase(bought).amount)
    market.provider.is_away = True
    market.service.refund(one.id)
    market.provider.is_away = False
    market.service.sweep()
    assert row(market, one).status == RepaymentStatus.REQUESTED  # it rests a while
    market.clock.advance(seconds=31)
    market.service.sweep()
    assert row(market, one).status == RepaymentStatus.DONE


def test_an_answer_that_is_lost_gives_nothing_back_twice(market: MemoryBilling, boss: SampleCustomer) -> None:
    bought = market.buy()
    one = asks(market, boss, bought, market.find_purchase(bought).amount // 2)
    market.provider.loses_answers = True
    market.service.refund(one.id)
    market.provider.loses_answers = False
    market.clock.advance(seconds=31)
    market.service.sweep()
    assert [refund.amount for refund in market.provider.refunds.values()] == [one.amount]
    assert row(market, one).status == RepaymentStatus.DONE


def test_what_the_provider_refuses_is_told_with_its_reason_and_takes_no_credits(
    market: MemoryBilling, boss: SampleCustomer
) -> None:
    bought = market.buy()
    market.provider.refund_session(bought)
    one = asks(market, boss, bought, market.find_purchase(bought).amount)
    market.service.refund(one.id)
    assert row(market, one).status == RepaymentStatus.REJECTED
    (told,) = heard(market, boss)
    assert told.paragraphs[0].values["reason"] == "the charge has been refunded already"
    market.service.refund(one.id)
    assert len(market.provider.refunds) == 1


def test_what_was_refused_can_be_asked_for_again(market: MemoryBilling, boss: SampleCustomer) -> None:
    bought = market.buy()
    purchase = market.find_purchase(bought)
    one = asks(market, boss, bought, purchase.amount)
    with market.db.transaction() as session:
        assert refunds.lock_refundable_amount(session, purchase) == 0
        refunds.finish(session, one, RepaymentStatus.REJECTED, market.clock(), "no")
        assert refunds.lock_refundable_amount(session, purchase) == purchase.amount


def test_stars_are_not_the_tills(market: MemoryBilling, boss: SampleCustomer) -> None:
    bought = market.buy()
    with market.db.transaction() as session:
        purchase = session.get_one(Purchase, market.find_purchase(bought).id)
        purchase.provider, purchase.currency = "stars", STARS_CURRENCY
    one = asks(market, boss, bought, purchase.amount)
    market.service.refund(one.id)
    market.service.sweep()
    assert (row(market, one).status, market.provider.refunds) == (RepaymentStatus.REQUESTED, {})


def test_prices_are_compared_in_the_message_that_promised_it(market: MemoryBilling, boss: SampleCustomer) -> None:
    with market.db.transaction() as session:
        owed = OutboxMessage(Message(paragraphs=()), "price", "compared")
        delivery = outbox.enqueue(session, boss.address, boss.person.id, owed, market.clock())
    market.service.compare_prices(PriceRequest(boss.person.id, delivery))
    message = heard(market, boss)[-1]
    assert (message.paragraphs[0].key, message.edits_delivery) == ("admin-price-well", delivery)


def test_a_price_that_differs_is_named_with_what_mends_it(market: MemoryBilling, boss: SampleCustomer) -> None:
    shipped = market.provider.catalogue
    dear = shipped.packs["100"].model_copy(update={"prices": {**shipped.packs["100"].prices, "brl": 1}})
    market.provider.catalogue = shipped.model_copy(update={"packs": {**shipped.packs, "100": dear}})
    with market.db.transaction() as session:
        owed = OutboxMessage(Message(paragraphs=()), "price", "compared")
        delivery = outbox.enqueue(session, boss.address, boss.person.id, owed, market.clock())
    market.service.compare_prices(PriceRequest(boss.person.id, delivery))
    wrong, mend = heard(market, boss)[-1].paragraphs
    assert (wrong.key, wrong.values, mend.key) == (
        "admin-price-wrong",
        {"name": "rabisco_pack_100_brl"},
        "admin-price-sync",
    )


def test_prices_that_cannot_be_compared_now_are_told_so(market: MemoryBilling, boss: SampleCustomer) -> None:
    market.provider.is_away = True
    with market.db.transaction() as session:
        owed = OutboxMessage(Message(paragraphs=()), "price", "compared")
        delivery = outbox.enqueue(session, boss.address, boss.person.id, owed, market.clock())
    market.service.compare_prices(PriceRequest(boss.person.id, delivery))
    assert heard(market, boss)[-1].paragraphs[0].key == "portal-away"
