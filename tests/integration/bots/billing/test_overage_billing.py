"""Credits beyond a plan's: lent when somebody allows it, never more than they allow, and on one bill once."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.memory_provider import MemoryProvider
from fakes.world.billing import MemoryBilling
from fakes.world.jobs import build_parallel_catalogue, open_job_world
from fakes.world.staged_sandbox import DRAW, build_raiser
from fakes.world.world import World
from sqlmodel import col, select

from bots.billing.service import BillingService
from models.billing.payments import Overage, OverageStatus, Subscription
from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.job import Job, JobStatus
from pipeline.jobs import settlement
from storage.billing import ledger
from storage.billing.ledger import CreditBalance
from storage.db import Database

PRICE = 25  # centavos a credit, of the plan called starter


@dataclass
class Bakery:
    """A customer on a paid plan whose credits are used up, the place their films are made, and the till."""

    shop: World
    provider: MemoryProvider
    till: BillingService

    def subscribe(self, *, cap: int, credits_: int = 0, status: str = "active") -> None:
        now, person = self.shop.clock(), self.shop.customer.person
        person.plan = "starter"
        plan = Subscription(
            tenant_id=person.tenant_id,
            person_id=person.id,
            external_id="sub_1",
            customer_id="cus_1",
            plan="starter",
            status=status,
            currency="brl",
            period_start=now,
            period_end=now + timedelta(days=30),
            overage_cap=cap,
        )
        with self.shop.db.transaction() as session:
            session.merge(person)
            session.add(plan)
            if credits_:
                ledger.grant(session, person, credits_, key="invoice:in_1", now=now, expires_at=plan.period_end)

    def renew(self) -> None:
        self.shop.clock.advance(days=30)
        with self.shop.db.transaction() as session:
            plan = session.exec(select(Subscription)).one()
            plan.period_start, plan.period_end = plan.period_end, plan.period_end + timedelta(days=30)

    def row(self, job: Job) -> Overage:
        with self.shop.db.read_transaction() as session:
            return session.get_one(Overage, job.id)

    def rows(self) -> list[Overage]:
        with self.shop.db.read_transaction() as session:
            return list(session.exec(select(Overage).order_by(col(Overage.created_at))))

    def makes(self) -> Job:
        """A film from its submission to its end."""
        job = self.shop.submit_job()
        assert self.shop.job_runner.run_next_job()
        return job


@pytest.fixture
def bakery(database: Database, clock: SettableClock, tmp_path: Path) -> Bakery:
    shop, catalogue = open_job_world(database, clock, tmp_path), build_parallel_catalogue()
    starter = catalogue.plans["starter"].model_copy(update={"waiting": 100})
    shop.pipeline.entitlements.catalogue = catalogue.model_copy(
        update={"plans": catalogue.plans | {"starter": starter}}
    )
    billing = MemoryBilling.open(shop)
    return Bakery(shop, billing.provider, billing.service)


def test_it_is_off_until_somebody_allows_it(bakery: Bakery) -> None:
    bakery.subscribe(cap=0)
    with pytest.raises(RequestRejected) as refused:
        bakery.shop.submit_job()
    assert refused.value.code == ErrorCode.NOT_ENOUGH_CREDITS
    assert bakery.rows() == []


def test_a_film_beyond_the_plan_is_one_item_on_the_next_bill(bakery: Bakery) -> None:
    bakery.subscribe(cap=50)
    job = bakery.makes()
    assert (bakery.row(job).status, bakery.row(job).credits, bakery.row(job).amount) == (OverageStatus.DUE, 1, PRICE)
    assert bakery.shop.get_credits() == CreditBalance(0, 0)
    for _ in range(3):
        bakery.till.sweep()
    assert bakery.provider.invoice_items == {
        f"overage:{job.id}": ("sub_1", PRICE, f"One credit beyond your plan (film {job.short_id})")
    }
    assert bakery.row(job).status == OverageStatus.BILLED


def test_only_what_is_missing_is_lent(bakery: Bakery) -> None:
    bakery.subscribe(cap=50, credits_=1)
    bakery.makes()
    assert bakery.rows() == []
    bakery.makes()
    assert [row.credits for row in bakery.rows()] == [1]


def test_nothing_is_owed_for_a_film_that_fails_or_is_cancelled(bakery: Bakery) -> None:
    bakery.subscribe(cap=50)
    cancelled = bakery.shop.submit_job()
    assert bakery.row(cancelled).status == OverageStatus.HELD
    bakery.shop.cancel_job(cancelled)
    bakery.shop.sandbox.stage(DRAW, build_raiser(RequestRejected(ErrorCode.TOO_HEAVY, limit=3)))
    failed = bakery.makes()
    assert bakery.shop.reload_job(failed).status == JobStatus.FAILED
    bakery.till.sweep()
    assert {bakery.row(job).status for job in (cancelled, failed)} == {OverageStatus.DROPPED}
    assert {bakery.row(job).amount for job in (cancelled, failed)} == {0}
    assert bakery.shop.get_credits() == CreditBalance(0, 0)
    assert bakery.provider.invoice_items == {}


def test_what_was_dropped_may_be_used_again_and_a_new_period_begins_anew(bakery: Bakery) -> None:
    bakery.subscribe(cap=2)
    bakery.shop.cancel_job(bakery.shop.submit_job())
    for _ in range(2):
        bakery.makes()
    with pytest.raises(RequestRejected):
        bakery.shop.submit_job()
    bakery.renew()
    bakery.makes()
    assert [row.status for row in bakery.rows()] == [OverageStatus.DROPPED, *[OverageStatus.DUE] * 3]


def test_sixty_films_at_once_are_lent_no_more_than_is_allowed(bakery: Bakery) -> None:
    bakery.subscribe(cap=37)
    media = bakery.shop.receive_media()

    def submit() -> bool:
        try:
            bakery.shop.submit_job(media)
        except RequestRejected:
            return False
        return True

    assert sum(run_concurrently([submit] * 60)) == 37
    assert sum(row.credits for row in bakery.rows()) == 37
    assert bakery.shop.get_credits() == CreditBalance(0, 37)


@pytest.mark.parametrize("status", ["past_due", "canceled"])
def test_who_does_not_pay_is_lent_nothing(bakery: Bakery, status: str) -> None:
    bakery.subscribe(cap=50, status=status)
    with pytest.raises(RequestRejected):
        bakery.shop.submit_job()


def test_a_bill_whose_answer_was_lost_is_asked_for_again_and_is_one_item(bakery: Bakery) -> None:
    bakery.subscribe(cap=50)
    job = bakery.makes()
    bakery.provider.loses_answers = True
    bakery.till.sweep()
    bakery.provider.loses_answers = False
    bakery.till.sweep()  # it may still be under way
    assert bakery.row(job).status == OverageStatus.BILLING
    bakery.shop.clock.advance(seconds=61)
    run_concurrently([bakery.till.overage_billing.bill_due] * 8)
    assert len(bakery.provider.invoice_items) == 1
    assert bakery.row(job).status == OverageStatus.BILLED
    assert bakery.provider.calls["add_invoice_item"] == 2


def test_what_the_provider_takes_on_no_bill_is_tried_once_and_kept_in_mind(bakery: Bakery) -> None:
    bakery.subscribe(cap=50)
    job = bakery.makes()
    bakery.provider.rejects_items = True
    for _ in range(3):
        bakery.till.sweep()
        bakery.shop.clock.advance(minutes=2)
    assert bakery.row(job).status == OverageStatus.REFUSED
    assert bakery.provider.calls["add_invoice_item"] == 1


def test_a_film_that_never_arrives_is_not_billed_and_one_that_is_billed_leaves_its_credits(bakery: Bakery) -> None:
    bakery.subscribe(cap=50)
    lost, billed = bakery.makes(), bakery.makes()
    with bakery.shop.db.transaction() as session:
        assert settlement.refund(session, session.get_one(Job, lost.id), bakery.shop.clock()) == 1
    bakery.till.sweep()
    assert list(bakery.provider.invoice_items) == [f"overage:{billed.id}"]
    assert bakery.shop.get_credits() == CreditBalance(0, 0)
    with bakery.shop.db.transaction() as session:
        assert settlement.refund(session, session.get_one(Job, billed.id), bakery.shop.clock()) == 1
    assert bakery.shop.get_credits() == CreditBalance(1, 0)
    assert bakery.row(billed).status == OverageStatus.BILLED


def test_a_film_that_is_tried_again_is_lent_to_once(bakery: Bakery) -> None:
    bakery.subscribe(cap=50)
    bakery.shop.sandbox.stage(DRAW, build_raiser(ProcessingFailed(ErrorCode.CRASHED)))
    job = bakery.makes()
    bakery.shop.clock.advance(minutes=2)
    assert bakery.shop.job_runner.run_next_job()
    assert bakery.shop.reload_job(job).status == JobStatus.DONE
    assert [row.credits for row in bakery.rows()] == [1]
