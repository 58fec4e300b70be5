"""Refunds and disputes: credits follow the money, never below zero, in whatever order things are heard of."""

import itertools
import random
from datetime import timedelta

import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.ledger_checks import assert_ledger_balances, list_lots
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from fakes.world.billing import MemoryBilling

from storage.billing import clawback, ledger
from storage.billing.clawback import PaymentClaim
from storage.billing.ledger import CreditBalance
from storage.db import Database

FREE = 10
GRANT = "grant:cs_1"


@pytest.fixture
def ana(database: Database, clock: SettableClock) -> SampleCustomer:
    customer = create_customer(database)
    with database.transaction() as session:
        ledger.grant(session, customer.person, 100, key=GRANT, now=clock())
    return customer


def follow(database: Database, ana: SampleCustomer, clock: SettableClock, *claims: PaymentClaim) -> list[int]:
    with database.transaction() as session:
        return [each.credits for each in clawback.apply_claims(session, ana.person, GRANT, 2000, claims, clock())]


def credits_of(database: Database, ana: SampleCustomer, clock: SettableClock) -> CreditBalance:
    with database.transaction() as session:
        assert_ledger_balances(session)
        return ledger.balance_of(session, ana.person, clock())


def reserve(database: Database, ana: SampleCustomer, clock: SettableClock, cost: int) -> object:
    with database.transaction() as session:
        job = add_job(session, ana, clock(), credits=cost)
        assert ledger.reserve(session, ana.person, job.id, cost, clock())
        return job.id


def refund(name: str, amount: int, *, failed: bool = False) -> PaymentClaim:
    return PaymentClaim(f"refund:{name}", amount, f"refund:{name}:failed", is_reversed=failed)


def dispute(name: str, amount: int = 2000, *, won: bool = False) -> PaymentClaim:
    return PaymentClaim(f"dispute:{name}", amount, f"dispute:{name}:won", is_reversed=won)


def test_a_refund_takes_its_share_and_several_take_no_more_than_all(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    third = refund("re_1", 667)
    assert follow(database, ana, clock, third) == [33]
    assert follow(database, ana, clock, third, refund("re_2", 667)) == [33]
    assert follow(database, ana, clock, third, refund("re_2", 667), refund("re_3", 666)) == [34]
    assert credits_of(database, ana, clock) == CreditBalance(0, 0)


def test_a_refund_told_fifty_times_at_once_takes_once(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    moved = run_concurrently([lambda: follow(database, ana, clock, refund("re_1", 1000))] * 50)
    assert max(moved, key=len) == [50]
    assert sum(map(len, moved)) == 1
    assert credits_of(database, ana, clock) == CreditBalance(50, 0)


def test_what_is_spent_becomes_a_debt_that_later_credits_pay(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    job = reserve(database, ana, clock, 80)
    with database.transaction() as session:
        ledger.settle(session, ana.person, job, 80, 80, clock())  # type: ignore[arg-type]
    follow(database, ana, clock, refund("re_1", 2000))
    assert credits_of(database, ana, clock) == CreditBalance(0, 0, 80)
    with database.transaction() as session:
        ledger.grant(session, ana.person, 30, key="gift-1", now=clock())
    assert credits_of(database, ana, clock) == CreditBalance(0, 0, 50)
    with database.transaction() as session:
        ledger.grant(session, ana.person, 60, key="gift-2", now=clock())
    assert credits_of(database, ana, clock) == CreditBalance(10, 0, 0)


def test_credits_a_job_gives_back_pay_the_debt_as_well(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    job = reserve(database, ana, clock, 80)
    follow(database, ana, clock, refund("re_1", 2000))
    assert credits_of(database, ana, clock) == CreditBalance(0, 80, 80)
    with database.transaction() as session:
        ledger.settle(session, ana.person, job, 80, 5, clock())  # type: ignore[arg-type]
    assert credits_of(database, ana, clock) == CreditBalance(0, 0, 5)


def test_its_own_lot_is_taken_from_first_and_others_after_it(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        soon = clock.advance(hours=1)
        ledger.grant(session, ana.person, 40, key="gift", now=clock(), expires_at=soon + timedelta(days=1))
    follow(database, ana, clock, refund("re_1", 1000))
    with database.read_transaction() as session:
        assert list_lots(session, ana.person) == [50, 40]
    reserve(database, ana, clock, 60)  # the 40 that end first, and 20
    follow(database, ana, clock, refund("re_1", 1000), refund("re_2", 1000))
    assert credits_of(database, ana, clock) == CreditBalance(0, 60, 20)


def test_a_refund_that_fails_and_a_dispute_that_is_won_give_everything_back(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    follow(database, ana, clock, refund("re_1", 2000))
    assert follow(database, ana, clock, refund("re_1", 2000, failed=True)) == [-100]
    follow(database, ana, clock, dispute("dp_1"))
    assert credits_of(database, ana, clock) == CreditBalance(0, 0)
    assert follow(database, ana, clock, dispute("dp_1", won=True)) == [-100]
    assert follow(database, ana, clock, dispute("dp_1", won=True)) == []
    assert credits_of(database, ana, clock) == CreditBalance(100, 0)


def test_older_news_of_a_dispute_do_not_take_again_what_was_given_back(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    follow(database, ana, clock, dispute("dp_1", won=True))
    assert follow(database, ana, clock, dispute("dp_1")) == []
    assert follow(database, ana, clock, dispute("dp_1"), refund("re_1", 1000)) == [50]
    assert credits_of(database, ana, clock) == CreditBalance(50, 0)


def test_a_payment_that_was_refunded_and_then_disputed_goes_back_once(
    database: Database, ana: SampleCustomer, clock: SettableClock
) -> None:
    follow(database, ana, clock, refund("re_1", 2000))
    follow(database, ana, clock, refund("re_1", 2000), dispute("dp_1"))
    follow(database, ana, clock, refund("re_1", 2000), dispute("dp_1", won=True))
    assert credits_of(database, ana, clock) == CreditBalance(0, 0)


def test_credits_given_back_last_as_long_as_those_that_were_bought(database: Database, clock: SettableClock) -> None:
    bia = create_customer(database, "bia")
    with database.transaction() as session:
        ends = clock() + timedelta(days=5)
        ledger.grant(session, bia.person, 100, key=GRANT, now=clock(), expires_at=ends)
    follow(database, bia, clock, dispute("dp_1"))
    follow(database, bia, clock, dispute("dp_1", won=True))
    assert credits_of(database, bia, clock) == CreditBalance(100, 0)
    clock.advance(days=6)
    assert credits_of(database, bia, clock) == CreditBalance(0, 0)


def test_nothing_is_taken_for_what_was_never_granted(database: Database, clock: SettableClock) -> None:
    bia = create_customer(database, "bia")
    assert follow(database, bia, clock, refund("re_1", 2000)) == []
    assert credits_of(database, bia, clock) == CreditBalance(0, 0)


def five_facts(market: MemoryBilling) -> None:
    """A Pix that came, was given back by a third, and was disputed and lost: five events, none of them told."""
    session = market.open_checkout()
    market.provider.complete_unpaid(session)
    market.provider.settle_session(session)
    market.provider._emit_event("payment_intent.succeeded", str(market.provider.sessions[session].payment))
    market.provider.refund_session(session, 133)
    market.provider.open_dispute(session, "lost")


def test_all_orders_of_five_events_end_in_the_same_books(market: MemoryBilling) -> None:
    """Each order has a purchase of its own; what is left of it is the same every time."""
    for number, order in enumerate(itertools.permutations(range(5)), start=1):
        five_facts(market)
        news = market.provider.events[-5:]
        assert not market.run_handlers([news[place] for place in order])
        with market.db.transaction() as session:
            found = ledger.balance_of(session, market.customer.person, market.clock())
        assert found == CreditBalance(FREE, 0, 0), (number, order)
    assert market.get_credits() == CreditBalance(FREE, 0, 0)


def test_orders_end_the_same_when_it_is_spent_in_between(market: MemoryBilling) -> None:
    """Whatever is spent as soon as it is there: what came, what went back and what was spent add up."""
    for order in itertools.islice(itertools.permutations(range(5)), 0, None, 11):
        before = market.get_credits()
        session = market.open_checkout()
        market.provider.complete_unpaid(session)
        market.provider.settle_session(session)
        market.provider.refund_session(session, 133)
        market.provider.close_dispute(market.provider.open_dispute(session, "lost"), "won")
        news, spent = market.provider.events[-5:], 0
        for place in (*order, *order):  # twice, as some can only be handled once others were
            market.run_handlers([news[place]])
            if market.get_credits().available >= 30:
                market.spend_credits(30)
                spent += 30
        after = market.get_credits()
        assert (after.available - after.debt) - (before.available - before.debt) in {67 - spent, 67 + FREE - spent}


def test_news_in_any_order_and_many_times_tell_each_thing_once(market: MemoryBilling) -> None:
    chance = random.Random(7)
    session = market.buy()
    market.provider.open_dispute(session)
    market.provider.refund_session(session, 100)
    market.deliver_shuffled(chance)
    told = market.list_texts()
    assert len(told) == len(set(told))
    assert sum("disputed" in each for each in told) == 1
    assert market.get_credits() == CreditBalance(FREE, 0)


def test_an_inquiry_takes_nothing_until_it_becomes_a_dispute(market: MemoryBilling) -> None:
    session = market.buy()
    name = market.provider.open_dispute(session, "warning_needs_response")
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_credits().available == 100 + FREE
    market.provider.close_dispute(name, "needs_response")
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_credits().available == FREE
    market.provider.close_dispute(name, "won")
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_credits().available == 100 + FREE
    assert "counts again" in market.list_texts()[-1]


def test_a_discount_makes_a_full_refund_of_what_was_paid(market: MemoryBilling) -> None:
    session = market.open_checkout()
    market.provider.pay_session(session, amount=100)  # a quarter of the price
    market.deliver_events(market.list_unprocessed_events())
    market.provider.refund_session(session, 50)
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_credits().available == 50 + FREE


def test_a_refund_of_somebody_elses_payment_is_given_up_after_days(market: MemoryBilling) -> None:
    market.provider.refund_payment("pi_foreign", 100)
    market.deliver_events(market.list_unprocessed_events())
    assert len(market.list_unhandled()) == 1
    market.clock.advance(days=3)
    market.workers.event_processor.process_due()
    assert not market.list_unhandled()
