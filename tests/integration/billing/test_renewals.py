"""Monthly plans: credits with each paid invoice, the plan a person has, and what they are told."""

import random
from datetime import timedelta

import pytest
from fakes.crowd import at_once
from fakes.market import Market
from sqlmodel import select

from bots.billing.context import UnrelatedObject
from models.billing.payments import Subscription
from storage.billing.ledger import CreditBalance
from storage.identity import people


def subscription(market: Market) -> Subscription:
    with market.database.read_transaction() as session:
        return session.exec(select(Subscription)).one()


def to_the_end_of_the_period(market: Market) -> None:
    market.clock.now = subscription(market).period_end


def test_a_plan_that_is_paid_begins_at_once(market: Market) -> None:
    market.buys("plan:starter")
    assert market.person().plan == "starter"
    assert market.credits() == CreditBalance(100, 0)
    assert market.told()[-1].startswith("🎉 Your plan Starter has begun: 100 credits until")


def test_a_life_of_three_renewals_one_that_fails_and_a_cancel(market: Market) -> None:
    market.buys("plan:starter")
    for _ in range(3):
        market.spends(60)
        to_the_end_of_the_period(market)
        market.provider.renew("sub_1")
        market.hears(market.unheard())
        assert market.credits() == CreditBalance(100, 0)  # what was left of the month is gone
    assert sum("was renewed" in told for told in market.told()) == 3
    to_the_end_of_the_period(market)
    unpaid = market.provider.renew("sub_1", paid=False)
    market.hears(market.unheard())
    assert market.credits() == CreditBalance(0, 0)
    assert (market.person().plan, "the payment didn't go through" in market.told()[-1]) == ("starter", True)
    market.clock.forward(days=2)
    market.provider.pay_invoice(unpaid)
    market.hears(market.unheard())
    assert (market.person().plan, market.credits()) == ("starter", CreditBalance(100, 0))
    market.provider.change("sub_1", cancels_at_period_end=True)
    market.hears(market.unheard())
    assert (market.person().plan, "is cancelled" in market.told()[-1]) == ("starter", True)
    to_the_end_of_the_period(market)
    market.provider.change("sub_1", status="canceled")
    market.hears(market.unheard())
    assert (market.person().plan, market.credits()) == ("free", CreditBalance(0, 0))
    assert "has ended" in market.told()[-1]


def test_an_invoice_told_many_times_at_once_is_granted_once(market: Market) -> None:
    session = market.orders("plan:pro")
    market.provider.pay(session)
    at_once(
        [lambda: market.till.settle_checkout(session)] * 8 + [lambda: market.till.subscription_sync.sync("sub_1")] * 8
    )
    assert market.credits() == CreditBalance(500, 0)
    assert len(market.told()) == 3  # the promise, the link, the plan


def test_a_plan_nobody_pays_goes_on_for_three_days_and_comes_back_with_the_payment(market: Market) -> None:
    market.buys("plan:starter")
    to_the_end_of_the_period(market)
    unpaid = market.provider.renew("sub_1", paid=False)
    market.hears(market.unheard())
    market.clock.forward(days=2, hours=23)
    market.till.sweep()
    assert market.person().plan == "starter"
    market.clock.forward(hours=2)
    market.till.sweep()
    market.till.sweep()
    assert market.person().plan == "free"
    assert sum("is paused" in told for told in market.told()) == 1
    market.provider.pay_invoice(unpaid)
    market.hears(market.unheard())
    assert (market.person().plan, market.credits().available) == ("starter", 100)


def test_news_of_a_plan_in_any_order_end_the_same(market: Market) -> None:
    chance = random.Random(3)
    market.provider.pay(market.orders("plan:starter"))
    market.hears_shuffled(chance)
    to_the_end_of_the_period(market)
    market.provider.renew("sub_1")
    market.provider.change("sub_1", cancels_at_period_end=True)
    market.hears_shuffled(chance)
    assert (market.person().plan, market.credits()) == ("starter", CreditBalance(100, 0))
    assert not market.waiting()


def test_what_was_asked_earlier_does_not_replace_what_was_asked_later(market: Market) -> None:
    market.buys("plan:starter")
    market.provider.change("sub_1", status="canceled")
    market.hears(market.unheard())
    market.provider.change("sub_1", status="active")
    market.clock.now -= timedelta(minutes=5)  # an answer that was on its way for long
    market.till.subscription_sync.sync("sub_1")
    assert (subscription(market).status, market.person().plan) == ("canceled", "free")


def test_a_trial_has_access(market: Market) -> None:
    market.buys("plan:starter")
    market.provider.change("sub_1", status="trialing")
    market.hears(market.unheard())
    assert market.person().plan == "starter"


@pytest.mark.parametrize("status", ["incomplete", "incomplete_expired", "unpaid", "paused", "canceled"])
def test_other_states_have_none(market: Market, status: str) -> None:
    market.buys("plan:starter")
    market.provider.change("sub_1", status=status)
    market.hears(market.unheard())
    assert market.person().plan == "free"


def test_a_better_plan_tops_up_for_what_is_left_of_the_month(market: Market) -> None:
    market.buys("plan:starter")
    market.clock.forward(days=15)
    market.provider.change("sub_1", price="price_rabisco_plan_pro_usd")
    for _ in range(3):  # there and back and there again brings nothing more
        market.provider.invoice_now("sub_1")
    market.hears(market.unheard())
    assert market.person().plan == "pro"
    assert 300 <= market.credits().available <= 100 + 400


def test_a_refund_of_a_renewal_takes_its_credits(market: Market) -> None:
    market.buys("plan:starter")
    to_the_end_of_the_period(market)
    invoice = market.provider.renew("sub_1")
    market.hears(market.unheard())
    market.spends(70)
    market.provider.give_back_payment(f"pi_{invoice}", 100)
    market.hears(market.unheard())
    assert market.credits() == CreditBalance(0, 0, 70)


def test_a_plan_of_another_shop_is_left_alone(market: Market) -> None:
    market.buys("plan:starter")
    foreign = {"metadata": {}, "customer": "cus_foreign"}
    market.provider.subscriptions["sub_9"] = market.provider.subscriptions["sub_1"]
    market.provider.change("sub_9", id="sub_9", **foreign)
    with pytest.raises(UnrelatedObject):
        market.till.subscription_sync.sync("sub_9")
    market.hears(market.unheard())
    assert not market.waiting()


def test_a_plan_that_its_customer_began_elsewhere_is_theirs(market: Market) -> None:
    market.buys("plan:starter")
    market.provider.subscriptions["sub_9"] = market.provider.subscriptions["sub_1"]
    market.provider.change("sub_9", id="sub_9", metadata={}, price="price_rabisco_plan_pro_usd")
    market.clock.forward(seconds=1)
    market.provider.change("sub_1", status="canceled")
    market.hears(market.unheard())
    assert market.person().plan == "pro"


def test_the_plan_of_somebody_who_was_joined_with_another_goes_to_the_one_that_counts(market: Market) -> None:
    market.buys("plan:starter")
    with market.database.transaction() as session:
        other = people.get_or_create_person(session, market.ana.account, "ana-too", name="Ana", language="en")
        session.get_one(type(other), market.ana.person.id).merged_into_id = other.id
    market.clock.forward(seconds=1)
    market.till.subscription_sync.sync("sub_1")
    with market.database.read_transaction() as session:
        assert session.get_one(type(other), other.id).plan == "starter"


def test_what_a_better_plan_brings_lasts_as_long_as_the_period_whatever_its_invoice_says_of_one(
    market: Market,
) -> None:
    market.buys("plan:starter")
    ends = subscription(market).period_end
    market.clock.forward(days=15)
    market.provider.change("sub_1", price="price_rabisco_plan_pro_usd")
    invoice = market.provider.invoice_now("sub_1")
    market.provider.reword_invoice(invoice, prices=(), period_end=market.clock())  # as Stripe has it: until now
    market.hears(market.unheard())
    assert market.told()[-1].startswith("⬆️ Your plan is Pro now: 200 more credits until")
    market.clock.now = ends - timedelta(minutes=1)
    assert market.credits() == CreditBalance(300, 0)
    market.clock.now = ends
    assert market.credits() == CreditBalance(0, 0)


def test_a_change_heard_of_before_the_invoice_it_came_after_brings_no_more_than_in_order(market: Market) -> None:
    market.provider.pay(market.orders("plan:starter"))
    market.clock.forward(days=15)
    market.provider.change("sub_1", price="price_rabisco_plan_pro_usd")
    invoice = market.provider.invoice_now("sub_1")
    market.provider.reword_invoice(invoice, prices=(), period_end=market.clock())
    market.provider.reword_invoice("in_1", prices=("price_rabisco_plan_starter_usd",))
    market.till.subscription_sync.sync("sub_1")
    assert market.credits() == CreditBalance(300, 0)
