"""Monthly plans: credits with each paid invoice, the plan a person has, and what they are told."""

import random
from datetime import timedelta

import pytest
from fakes.concurrency import run_concurrently
from fakes.world.billing import MemoryBilling
from sqlmodel import select

from bots.billing.context import UnrelatedObject
from models.billing.payments import Subscription
from storage.billing.ledger import CreditBalance
from storage.identity import people


def subscription(market: MemoryBilling) -> Subscription:
    with market.db.read_transaction() as session:
        return session.exec(select(Subscription)).one()


def to_the_end_of_the_period(market: MemoryBilling) -> None:
    market.clock.now = subscription(market).period_end


def test_a_plan_that_is_paid_begins_at_once(market: MemoryBilling) -> None:
    market.buy("plan:starter")
    assert market.get_person().plan == "starter"
    assert market.get_credits() == CreditBalance(100, 0)
    assert market.list_texts()[-1].startswith("🎉 Your plan Starter has begun: 100 credits until")


def test_a_life_of_three_renewals_one_that_fails_and_a_cancel(market: MemoryBilling) -> None:
    market.buy("plan:starter")
    for _ in range(3):
        market.spend_credits(60)
        to_the_end_of_the_period(market)
        market.provider.renew_subscription("sub_1")
        market.deliver_events(market.list_unprocessed_events())
        assert market.get_credits() == CreditBalance(100, 0)  # what was left of the month is gone
    assert sum("was renewed" in told for told in market.list_texts()) == 3
    to_the_end_of_the_period(market)
    unpaid = market.provider.renew_subscription("sub_1", paid=False)
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_credits() == CreditBalance(0, 0)
    assert (market.get_person().plan, "the payment didn't go through" in market.list_texts()[-1]) == ("starter", True)
    market.clock.advance(days=2)
    market.provider.pay_invoice(unpaid)
    market.deliver_events(market.list_unprocessed_events())
    assert (market.get_person().plan, market.get_credits()) == ("starter", CreditBalance(100, 0))
    market.provider.change_subscription("sub_1", cancels_at_period_end=True)
    market.deliver_events(market.list_unprocessed_events())
    assert (market.get_person().plan, "is cancelled" in market.list_texts()[-1]) == ("starter", True)
    to_the_end_of_the_period(market)
    market.provider.change_subscription("sub_1", status="canceled")
    market.deliver_events(market.list_unprocessed_events())
    assert (market.get_person().plan, market.get_credits()) == ("free", CreditBalance(0, 0))
    assert "has ended" in market.list_texts()[-1]


def test_an_invoice_told_many_times_at_once_is_granted_once(market: MemoryBilling) -> None:
    session = market.open_checkout("plan:pro")
    market.provider.pay_session(session)
    run_concurrently(
        [lambda: market.service.settle_checkout(session)] * 8
        + [lambda: market.service.subscription_sync.sync("sub_1")] * 8
    )
    assert market.get_credits() == CreditBalance(500, 0)
    assert len(market.list_texts()) == 3  # the promise, the link, the plan


def test_a_plan_nobody_pays_goes_on_for_three_days_and_comes_back_with_the_payment(market: MemoryBilling) -> None:
    market.buy("plan:starter")
    to_the_end_of_the_period(market)
    unpaid = market.provider.renew_subscription("sub_1", paid=False)
    market.deliver_events(market.list_unprocessed_events())
    market.clock.advance(days=2, hours=23)
    market.service.sweep()
    assert market.get_person().plan == "starter"
    market.clock.advance(hours=2)
    market.service.sweep()
    market.service.sweep()
    assert market.get_person().plan == "free"
    assert sum("is paused" in told for told in market.list_texts()) == 1
    market.provider.pay_invoice(unpaid)
    market.deliver_events(market.list_unprocessed_events())
    assert (market.get_person().plan, market.get_credits().available) == ("starter", 100)


def test_news_of_a_plan_in_any_order_end_the_same(market: MemoryBilling) -> None:
    chance = random.Random(3)
    market.provider.pay_session(market.open_checkout("plan:starter"))
    market.deliver_shuffled(chance)
    to_the_end_of_the_period(market)
    market.provider.renew_subscription("sub_1")
    market.provider.change_subscription("sub_1", cancels_at_period_end=True)
    market.deliver_shuffled(chance)
    assert (market.get_person().plan, market.get_credits()) == ("starter", CreditBalance(100, 0))
    assert not market.list_unhandled()


def test_what_was_asked_earlier_does_not_replace_what_was_asked_later(market: MemoryBilling) -> None:
    market.buy("plan:starter")
    market.provider.change_subscription("sub_1", status="canceled")
    market.deliver_events(market.list_unprocessed_events())
    market.provider.change_subscription("sub_1", status="active")
    market.clock.now -= timedelta(minutes=5)  # an answer that was on its way for long
    market.service.subscription_sync.sync("sub_1")
    assert (subscription(market).status, market.get_person().plan) == ("canceled", "free")


def test_a_trial_has_access(market: MemoryBilling) -> None:
    market.buy("plan:starter")
    market.provider.change_subscription("sub_1", status="trialing")
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_person().plan == "starter"


@pytest.mark.parametrize("status", ["incomplete", "incomplete_expired", "unpaid", "paused", "canceled"])
def test_other_states_have_none(market: MemoryBilling, status: str) -> None:
    market.buy("plan:starter")
    market.provider.change_subscription("sub_1", status=status)
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_person().plan == "free"


def test_a_better_plan_tops_up_for_what_is_left_of_the_month(market: MemoryBilling) -> None:
    market.buy("plan:starter")
    market.clock.advance(days=15)
    market.provider.change_subscription("sub_1", price="price_rabisco_plan_pro_usd")
    for _ in range(3):  # there and back and there again brings nothing more
        market.provider.create_invoice("sub_1")
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_person().plan == "pro"
    assert 300 <= market.get_credits().available <= 100 + 400


def test_a_refund_of_a_renewal_takes_its_credits(market: MemoryBilling) -> None:
    market.buy("plan:starter")
    to_the_end_of_the_period(market)
    invoice = market.provider.renew_subscription("sub_1")
    market.deliver_events(market.list_unprocessed_events())
    market.spend_credits(70)
    market.provider.refund_payment(f"pi_{invoice}", 100)
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_credits() == CreditBalance(0, 0, 70)


def test_a_plan_of_another_shop_is_left_alone(market: MemoryBilling) -> None:
    market.buy("plan:starter")
    foreign = {"metadata": {}, "customer": "cus_foreign"}
    market.provider.subscriptions["sub_9"] = market.provider.subscriptions["sub_1"]
    market.provider.change_subscription("sub_9", id="sub_9", **foreign)
    with pytest.raises(UnrelatedObject):
        market.service.subscription_sync.sync("sub_9")
    market.deliver_events(market.list_unprocessed_events())
    assert not market.list_unhandled()


def test_a_plan_that_its_customer_began_elsewhere_is_theirs(market: MemoryBilling) -> None:
    market.buy("plan:starter")
    market.provider.subscriptions["sub_9"] = market.provider.subscriptions["sub_1"]
    market.provider.change_subscription("sub_9", id="sub_9", metadata={}, price="price_rabisco_plan_pro_usd")
    market.clock.advance(seconds=1)
    market.provider.change_subscription("sub_1", status="canceled")
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_person().plan == "pro"


def test_the_plan_of_somebody_who_was_joined_with_another_goes_to_the_one_that_counts(market: MemoryBilling) -> None:
    market.buy("plan:starter")
    with market.db.transaction() as session:
        other = people.get_or_create_person(session, market.customer.account, "ana-too", name="Ana", language="en")
        session.get_one(type(other), market.customer.person.id).merged_into_id = other.id
    market.clock.advance(seconds=1)
    market.service.subscription_sync.sync("sub_1")
    with market.db.read_transaction() as session:
        assert session.get_one(type(other), other.id).plan == "starter"


def test_what_a_better_plan_brings_lasts_as_long_as_the_period_whatever_its_invoice_says_of_one(
    market: MemoryBilling,
) -> None:
    market.buy("plan:starter")
    ends = subscription(market).period_end
    market.clock.advance(days=15)
    market.provider.change_subscription("sub_1", price="price_rabisco_plan_pro_usd")
    invoice = market.provider.create_invoice("sub_1")
    market.provider.change_invoice(invoice, prices=(), period_end=market.clock())  # as Stripe has it: until now
    market.deliver_events(market.list_unprocessed_events())
    assert market.list_texts()[-1].startswith("⬆️ Your plan is Pro now: 200 more credits until")
    market.clock.now = ends - timedelta(minutes=1)
    assert market.get_credits() == CreditBalance(300, 0)
    market.clock.now = ends
    assert market.get_credits() == CreditBalance(0, 0)


def test_a_change_heard_of_before_the_invoice_it_came_after_brings_no_more_than_in_order(market: MemoryBilling) -> None:
    market.provider.pay_session(market.open_checkout("plan:starter"))
    market.clock.advance(days=15)
    market.provider.change_subscription("sub_1", price="price_rabisco_plan_pro_usd")
    invoice = market.provider.create_invoice("sub_1")
    market.provider.change_invoice(invoice, prices=(), period_end=market.clock())
    market.provider.change_invoice("in_1", prices=("price_rabisco_plan_starter_usd",))
    market.service.subscription_sync.sync("sub_1")
    assert market.get_credits() == CreditBalance(300, 0)
