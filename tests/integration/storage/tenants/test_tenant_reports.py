"""Figures of a business, people looked up and confirmations, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from fakes.clock import SettableClock
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlmodel import Session

from models.billing.payments import Purchase, PurchaseStatus, Repayment, RepaymentStatus
from models.jobs.job import Job, JobStatus
from models.messaging.deliveries import Delivery, DeliveryStatus, Message
from storage.billing import ledger
from storage.db import Database
from storage.identity import people, user_search
from storage.jobs import job_admin
from storage.jobs.outcomes import JobCosts
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage
from storage.operations import confirmations
from storage.tenants import tenant_reports
from storage.tenants.tenant_reports import JobTotals, ReportPeriod, SalesTotal


@pytest.fixture
def ana(database: Database) -> SampleCustomer:
    return create_customer(database)


def span(ana: SampleCustomer, clock: SettableClock, days: float = 1) -> ReportPeriod:
    return ReportPeriod(ana.person.tenant_id, clock() - timedelta(days=days), clock())


def ended(
    session: Session, ana: SampleCustomer, clock: SettableClock, status: JobStatus, seconds: float = 30, **values: Any
) -> Job:
    """A job that ended now, and its film in the chat so many seconds after it was asked for."""
    now = clock()
    about = {"status": status, "finished_at": now, "received_at": now - timedelta(seconds=seconds), **values}
    job = add_job(session, ana, now, **about)
    if status == JobStatus.DONE:
        owed = OutboxMessage(Message(paragraphs=()), f"job:{job.id}", "film", job_id=job.id)
        row = session.get_one(Delivery, outbox.enqueue(session, ana.address, ana.person.id, owed, now))
        row.status, row.sent_at = DeliveryStatus.SENT, now
    return job


def test_films_are_counted_by_kind_and_outcome_with_their_cost(
    database: Database, clock: SettableClock, ana: SampleCustomer
) -> None:
    other = welcome_other(database)
    with database.transaction() as session:
        done = ended(session, ana, clock, JobStatus.DONE, cpu_seconds=2.5, credits=3)
        ended(session, ana, clock, JobStatus.FAILED, cpu_seconds=1.5)
        ended(session, ana, clock, JobStatus.CANCELLED, kind="caption", provider_seconds=60, provider_cost=700)
        ledger.grant(session, ana.person, 10, key="grant:cs_1", now=clock())
        assert ledger.reserve(session, ana.person, done.id, 3, clock())
        assert ledger.settle(session, ana.person, done.id, 3, 2, clock())
    with database.read_transaction() as session:
        assert tenant_reports.sum_jobs(session, span(ana, clock)) == [
            JobTotals("caption", 0, 0, 1, JobCosts(0.0, 60.0, 700)),
            JobTotals("sketch", 1, 1, 0, JobCosts(4.0)),
        ]
        assert tenant_reports.sum_credits_spent(session, span(ana, clock)) == {"sketch": 2}
        assert tenant_reports.sum_credits_sold(session, span(ana, clock)) == 10
        assert tenant_reports.count_active_people(session, span(ana, clock)) == 1
        assert (
            tenant_reports.sum_jobs(session, ReportPeriod(other.person.tenant_id, clock() - timedelta(days=1), clock()))
            == []
        )


def welcome_other(database: Database) -> SampleCustomer:
    return create_customer(database, "bob", tenant="other")


def test_waits_are_told_as_shares_of_films(database: Database, clock: SettableClock, ana: SampleCustomer) -> None:
    with database.transaction() as session:
        assert tenant_reports.measure_waits(session, span(ana, clock), 0.5) is None
        for seconds in range(1, 101):
            ended(session, ana, clock, JobStatus.DONE, seconds)
    with database.read_transaction() as session:
        assert tenant_reports.measure_waits(session, span(ana, clock), 0.5, 0.95, 1.0) == [50.0, 95.0, 100.0]


def test_money_is_told_by_thing_and_currency_less_what_went_back(
    database: Database, clock: SettableClock, ana: SampleCustomer
) -> None:
    about = {"tenant_id": ana.person.tenant_id, "person_id": ana.person.id, "address_id": ana.address.id}
    with database.transaction() as session:
        for number, (amount, status) in enumerate(((2000, "paid"), (1000, "paid"), (500, "open"))):
            fields = {"provider": "stripe", "item": "pack:100", "currency": "brl", "external_id": f"cs_{number}"}
            row = Purchase(**about, **fields, amount=amount, status=PurchaseStatus(status), decided_at=clock())
            session.add(row)
            session.flush()
        for status, amount in ((RepaymentStatus.DONE, 300), (RepaymentStatus.REQUESTED, 100)):
            back = Repayment(
                tenant_id=ana.person.tenant_id,
                purchase_id=row.id,
                asked_by_id=ana.person.id,
                address_id=ana.address.id,
                provider="stripe",
                amount=amount,
                status=status,
                decided_at=clock(),
            )
            session.add(back)
    with database.read_transaction() as session:
        assert tenant_reports.list_sales(session, span(ana, clock)) == [SalesTotal("pack:100", "brl", 2, 3000, 300)]


def test_time_is_cut_into_equal_parts(database: Database, clock: SettableClock, ana: SampleCustomer) -> None:
    begin = clock()
    with database.transaction() as session:
        for _ in range(4):
            clock.advance(seconds=6 * 3600 - 1)
            ended(session, ana, clock, JobStatus.DONE)
        ended(session, ana, clock, JobStatus.FAILED)
    with database.read_transaction() as session:
        parts = tenant_reports.count_over_time(session, ReportPeriod(ana.person.tenant_id, begin, clock()), 4)
    assert parts == [{}, {"done": 1}, {"done": 1}, {"done": 2, "failed": 1}]


def test_people_are_found_by_words_and_by_how_their_id_begins(database: Database, ana: SampleCustomer) -> None:
    bob, other = create_customer(database, "bob_%", role="support"), welcome_other(database)
    with database.transaction() as session:
        tenant = ana.person.tenant_id
        assert [each.id for each in user_search.search(session, tenant, "ANA", 1)[0]] == [ana.person.id]
        assert user_search.search(session, tenant, "_%", 1) == ([bob.person], 1)
        assert user_search.search(session, tenant, "", 2) == ([], 2)
        for name in (ana.person.short_id, ana.person.id.hex, ana.person.short_id.upper()):
            found = people.find_by_id_prefix(session, tenant, name)
            assert found is not None
            assert found.id == ana.person.id
        assert people.find_by_id_prefix(session, tenant, "f" * 8) is None
        assert people.find_by_id_prefix(session, other.person.tenant_id, ana.person.short_id) is None
        assert user_search.map_staff_roles(session, tenant, "telegram") == {"bob_%": 1}


def test_a_job_is_found_by_how_its_id_begins(database: Database, clock: SettableClock, ana: SampleCustomer) -> None:
    with database.transaction() as session:
        job = add_job(session, ana, clock())
        found = job_admin.find_by_id_prefix(session, ana.person.tenant_id, job.short_id)
        assert found is not None
        assert found.id == job.id
        assert job_admin.list_unfinished(session, ana.person.tenant_id) == [job]


def test_what_was_confirmed_is_done_once_and_only_in_time(
    database: Database, clock: SettableClock, ana: SampleCustomer
) -> None:
    with database.transaction() as session:
        first = confirmations.create(session, ana.person, "ban", {"person": "1"}, clock())
        late = confirmations.create(session, ana.person, "ban", {}, clock())
    other = create_customer(database, "bob")
    with database.transaction() as session:
        assert confirmations.claim(session, other.person, first.id.hex, clock()) is None
        taken = confirmations.claim(session, ana.person, first.id.hex, clock())
        assert taken is not None
        assert (taken.action, taken.values) == ("ban", {"person": "1"})
        assert confirmations.claim(session, ana.person, first.id.hex, clock()) is None
    clock.advance(seconds=301)
    with database.transaction() as session:
        assert confirmations.claim(session, ana.person, late.id.hex, clock()) is None
