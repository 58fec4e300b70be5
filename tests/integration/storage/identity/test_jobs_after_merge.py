"""Films that are under way while their person becomes another."""

from datetime import timedelta

import pytest
from fakes.ledger_checks import assert_ledger_balances
from fakes.sample_customers import SampleCustomer, create_customer
from fakes.world.world import World

from models.errors import ErrorCode, ProcessingFailed
from models.identity.people import Person
from storage.billing import ledger
from storage.billing.ledger import CreditBalance
from storage.identity import account_merge
from storage.jobs import jobs


@pytest.fixture
def bia(shop: World) -> SampleCustomer:
    return create_customer(shop.db, "bia")


def join(shop: World, target: SampleCustomer) -> None:
    with shop.db.transaction() as session:
        source, into = (session.get_one(Person, each.person.id) for each in (shop.customer, target))
        assert account_merge.merge(session, source, into, shop.clock())


def credits_of(shop: World, customer: SampleCustomer) -> CreditBalance:
    with shop.db.transaction() as session:
        assert_ledger_balances(session)
        return ledger.balance_of(session, customer.person, shop.clock())


def test_a_film_that_is_made_costs_what_was_held_for_it(shop: World, bia: SampleCustomer) -> None:
    shop.submit_job()
    join(shop, bia)
    assert (credits_of(shop, bia), credits_of(shop, shop.customer)) == (CreditBalance(9, 0), CreditBalance(0, 1))
    assert shop.job_runner.run_next_job()
    assert (credits_of(shop, bia), credits_of(shop, shop.customer)) == (CreditBalance(9, 0), CreditBalance(0, 0))


def test_what_a_film_that_fails_gives_back_is_the_joined_persons_at_once(shop: World, bia: SampleCustomer) -> None:
    job = shop.submit_job()
    join(shop, bia)
    with shop.db.transaction() as session:
        claim = jobs.claim_next(session, shop.job_runner.owner, shop.clock(), timedelta(minutes=5))
    assert claim is not None
    shop.job_runner.fail_job(claim, ProcessingFailed(ErrorCode.CRASHED))
    assert shop.reload_job(job).status == "failed"
    assert (credits_of(shop, bia), credits_of(shop, shop.customer)) == (CreditBalance(10, 0), CreditBalance(0, 0))


def test_a_film_of_before_is_cancelled_by_the_person_it_belongs_to_now_and_by_nobody_else(
    shop: World, bia: SampleCustomer
) -> None:
    job, eve = shop.submit_job(), create_customer(shop.db, "eve")
    join(shop, bia)
    with shop.db.transaction() as session:
        assert shop.pipeline.cancel(session, job.id, session.get_one(Person, eve.person.id)) is None
        assert shop.pipeline.cancel(session, job.id, session.get_one(Person, bia.person.id)) is not None
    assert credits_of(shop, bia) == CreditBalance(10, 0)


def test_the_sweeper_brings_what_came_to_the_wrong_one(shop: World, bia: SampleCustomer) -> None:
    join(shop, bia)
    with shop.db.transaction() as session:
        ledger.grant(session, shop.customer.person, 7, key="grant:cs_late", now=shop.clock())
    shop.sweeper.move_merged_credits()
    assert (credits_of(shop, bia), credits_of(shop, shop.customer)) == (CreditBalance(7, 0), CreditBalance(0, 0))
