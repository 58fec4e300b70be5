"""Credits: granted, held for a job, spent or given back, and gone when their time is over."""

import uuid
from datetime import timedelta

import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.ledger_checks import assert_ledger_balances, list_lots, list_transaction_kinds
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlmodel import Session, select

from models.billing.credits import LedgerPosting
from storage.billing import ledger
from storage.billing.credit_refunds import refund_job_credits
from storage.billing.ledger import CreditBalance
from storage.billing.lots import list_spendable as lots_of
from storage.db import Database

SOON, LATER = timedelta(days=1), timedelta(days=30)


def grant(
    session: Session, customer: SampleCustomer, clock: SettableClock, amount: int, days: timedelta | None
) -> None:
    expires_at = clock() + days if days else None
    key = f"grant:{uuid.uuid4()}"
    clock.advance(seconds=1)  # so that lots have an order
    assert ledger.grant(session, customer.person, amount, key=key, now=clock(), expires_at=expires_at)


def hold(session: Session, customer: SampleCustomer, clock: SettableClock, cost: int) -> uuid.UUID | None:
    job = add_job(session, customer, clock(), credits=cost)
    return job.id if ledger.reserve(session, customer.person, job.id, cost, clock()) else None


def credits_of(database: Database, customer: SampleCustomer, clock: SettableClock) -> CreditBalance:
    with database.transaction() as session:
        found = ledger.balance_of(session, customer.person, clock())
        assert_ledger_balances(session)
    return found


def test_credits_are_granted_once_for_each_key(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    for expected in (True, False):
        with database.transaction() as session:
            assert ledger.grant(session, customer.person, 7, key="order-1", now=clock()) is expected
    assert credits_of(database, customer, clock) == CreditBalance(7, 0)


def test_somebody_who_was_never_granted_anything_has_nothing(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    assert credits_of(database, customer, clock) == CreditBalance(0, 0)


def test_no_more_can_be_held_than_there_is(database: Database, customer: SampleCustomer, clock: SettableClock) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 5, None)
        assert hold(session, customer, clock, 6) is None
        assert hold(session, customer, clock, 5)
        assert hold(session, customer, clock, 1) is None
    assert credits_of(database, customer, clock) == CreditBalance(0, 5)


def test_what_expires_first_is_spent_first(database: Database, customer: SampleCustomer, clock: SettableClock) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 3, None)
        grant(session, customer, clock, 3, LATER)
        grant(session, customer, clock, 3, SOON)
        hold(session, customer, clock, 4)
        assert list_lots(session, customer.person) == [3, 2, 0]
        hold(session, customer, clock, 3)
        assert list_lots(session, customer.person) == [2, 0, 0]


def test_expired_credits_are_gone_and_the_rest_stays(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 3, SOON)
        grant(session, customer, clock, 2, LATER)
    clock.advance(days=1)
    assert credits_of(database, customer, clock) == CreditBalance(2, 0)
    assert credits_of(database, customer, clock) == CreditBalance(2, 0)
    assert list_transaction_kinds(database, customer.person).count("expire") == 1


def test_credits_that_expired_cannot_be_held(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 3, SOON)
    clock.advance(days=2)
    with database.transaction() as session:
        assert hold(session, customer, clock, 1) is None


def test_held_credits_do_not_expire_under_the_job(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 3, SOON)
        job = hold(session, customer, clock, 3)
    assert job
    clock.advance(days=2)
    assert credits_of(database, customer, clock) == CreditBalance(0, 3)
    with database.transaction() as session:
        assert ledger.settle(session, customer.person, job, 3, 3, clock())
    assert credits_of(database, customer, clock) == CreditBalance(0, 0)


def test_released_credits_go_back_to_the_lots_they_came_from(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 2, SOON)
        grant(session, customer, clock, 2, LATER)
        job = hold(session, customer, clock, 3)
        assert job
        assert list_lots(session, customer.person) == [0, 1]
        assert ledger.settle(session, customer.person, job, 3, 0, clock())
        assert list_lots(session, customer.person) == [2, 2]
    assert credits_of(database, customer, clock) == CreditBalance(4, 0)


def test_credits_released_after_their_lot_expired_can_be_spent_for_a_week(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 3, SOON)
        job = hold(session, customer, clock, 2)
    assert job
    clock.advance(days=2)
    assert credits_of(database, customer, clock) == CreditBalance(0, 2)  # the one not held has expired
    with database.transaction() as session:
        assert ledger.settle(session, customer.person, job, 2, 0, clock())
        assert not ledger.settle(session, customer.person, job, 2, 0, clock())
    clock.advance(days=6)
    assert credits_of(database, customer, clock) == CreditBalance(2, 0)
    with database.transaction() as session:
        second = hold(session, customer, clock, 2)
        assert second
        assert ledger.settle(session, customer.person, second, 2, 1, clock())
    clock.advance(days=1)
    assert credits_of(database, customer, clock) == CreditBalance(0, 0)
    assert list_transaction_kinds(database, customer.person).count("expire") == 2


def test_credits_that_come_back_late_are_known_by_what_they_were_granted_for(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        ledger.grant(session, customer.person, 3, key="pack-1", now=clock(), expires_at=clock() + SOON)
        job = hold(session, customer, clock, 2)
    assert job
    clock.advance(days=2)
    with database.transaction() as session:
        ledger.settle(session, customer.person, job, 2, 0, clock())
        ledger.balance_of(session, customer.person, clock())
        assert [lot.remaining for lot in lots_of(session, customer.person.id, "pack-1")] == [2]


@pytest.mark.parametrize(("spent", "days", "left"), [(5, 0, [2, 2, 2]), (3, 0, [2, 2, 2]), (5, 2, [2, 2, 2])])
def test_what_was_spent_on_a_lost_film_comes_back_to_its_lots_once(
    database: Database, customer: SampleCustomer, clock: SettableClock, spent: int, days: int, left: list[int]
) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 2, SOON)
        grant(session, customer, clock, 2, LATER)
        grant(session, customer, clock, 2, None)
        job = hold(session, customer, clock, 5)
        assert job
        assert refund_job_credits(session, customer.person, job, clock()) == 0  # nothing was spent on it yet
        ledger.settle(session, customer.person, job, 5, spent, clock())
    clock.advance(days=days)

    def back() -> None:
        with database.transaction() as session:
            returned.append(refund_job_credits(session, customer.person, job, clock()))

    returned: list[int] = []
    run_concurrently([back] * 8)
    assert sorted(returned) == [0] * 7 + [spent]
    assert credits_of(database, customer, clock) == CreditBalance(6, 0)
    with database.read_transaction() as session:
        assert [lot for lot in list_lots(session, customer.person) if lot] == left
    assert list_transaction_kinds(database, customer.person).count("reversal") == 1


def test_when_less_is_spent_the_rest_comes_back_to_what_lasts_longest(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 2, SOON)
        grant(session, customer, clock, 2, LATER)
        grant(session, customer, clock, 2, None)
        job = hold(session, customer, clock, 5)
        assert job
        assert ledger.settle(session, customer.person, job, 5, 3, clock())
        assert list_lots(session, customer.person) == [0, 1, 2]
    assert credits_of(database, customer, clock) == CreditBalance(3, 0)


def test_a_job_is_settled_once(database: Database, customer: SampleCustomer, clock: SettableClock) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 3, None)
        job = hold(session, customer, clock, 2)
    assert job
    with database.transaction() as session:
        assert ledger.settle(session, customer.person, job, 2, 2, clock())
        assert not ledger.settle(session, customer.person, job, 2, 0, clock())
    assert credits_of(database, customer, clock) == CreditBalance(1, 0)


def test_no_job_spends_more_than_was_held_for_it(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 5, None)
        job = hold(session, customer, clock, 2)
    assert job
    for captured in (3, -1):
        with pytest.raises(ValueError, match="captured"), database.transaction() as session:
            ledger.settle(session, customer.person, job, 2, captured, clock())
    assert credits_of(database, customer, clock) == CreditBalance(3, 2)


def test_a_refusal_that_is_undone_leaves_the_next_try_in_the_same_transaction_right(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 3, None)
    with database.transaction() as session:
        with session.begin_nested() as inner:
            assert hold(session, customer, clock, 3)
            inner.rollback()
        assert hold(session, customer, clock, 2)
    assert credits_of(database, customer, clock) == CreditBalance(1, 2)


def test_one_persons_credits_are_not_another_ones(database: Database, clock: SettableClock) -> None:
    rich, poor = create_customer(database, "rich"), create_customer(database, "poor")
    with database.transaction() as session:
        grant(session, rich, clock, 3, None)
        assert hold(session, poor, clock, 1) is None
    assert credits_of(database, rich, clock) == CreditBalance(3, 0)


def test_all_postings_together_make_nothing(database: Database, customer: SampleCustomer, clock: SettableClock) -> None:
    with database.transaction() as session:
        grant(session, customer, clock, 9, SOON)
        job = hold(session, customer, clock, 4)
        assert job
        ledger.settle(session, customer.person, job, 4, 3, clock())
    clock.advance(days=3)
    credits_of(database, customer, clock)
    with database.read_transaction() as session:
        assert sum(posting.amount for posting in session.exec(select(LedgerPosting))) == 0
