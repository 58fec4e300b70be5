"""Figures of a business, people looked up and confirmations, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from fakes.clock import SettableClock
from fakes.customers import Customer, add_job, welcome
from sqlmodel import Session

from models.deliveries import Delivery, DeliveryStatus, Message
from models.jobs import Job, Kind, Status
from models.payments import Purchase, PurchaseStatus, Repayment, RepaymentStatus
from storage import confirmations, labour, ledger, outbox, overview, people, roster
from storage.db import Database
from storage.outbox import Owed
from storage.overview import Sale, Span, Work


@pytest.fixture
def ana(database: Database) -> Customer:
    return welcome(database)


def span(ana: Customer, clock: SettableClock, days: float = 1) -> Span:
    return Span(ana.person.tenant_id, clock() - timedelta(days=days), clock())


def ended(
    session: Session, ana: Customer, clock: SettableClock, status: Status, seconds: float = 30, **values: Any
) -> Job:
    """A job that ended now, and its film in the chat so many seconds after it was asked for."""
    now = clock()
    about = {"status": status, "finished_at": now, "received_at": now - timedelta(seconds=seconds), **values}
    job = add_job(session, ana, now, **about)
    if status == Status.DONE:
        owed = Owed(Message(paragraphs=()), f"job:{job.id}", "film", job_id=job.id)
        row = session.get_one(Delivery, outbox.owe(session, ana.address, ana.person.id, owed, now))
        row.status, row.sent_at = DeliveryStatus.SENT, now
    return job


def test_films_are_counted_by_kind_and_outcome_with_their_cost(
    database: Database, clock: SettableClock, ana: Customer
) -> None:
    other = welcome_other(database)
    with database.transaction() as session:
        done = ended(session, ana, clock, Status.DONE, cpu_seconds=2.5, credits=3)
        ended(session, ana, clock, Status.FAILED, cpu_seconds=1.5)
        ended(session, ana, clock, Status.CANCELLED, kind=Kind.CAPTION, provider_seconds=60, provider_cost=700)
        ledger.grant(session, ana.person, 10, key="grant:cs_1", now=clock())
        assert ledger.reserve(session, ana.person, done.id, 3, clock())
        assert ledger.settle(session, ana.person, done.id, 3, 2, clock())
    with database.reading() as session:
        assert overview.work(session, span(ana, clock)) == [
            Work("caption", 0, 0, 1, 0.0, 60.0, 700, 0),
            Work("sketch", 1, 1, 0, 4.0, 0.0, 0, 2),
        ]
        assert overview.sold(session, span(ana, clock)) == 10
        assert overview.active(session, span(ana, clock)) == 1
        assert overview.work(session, Span(other.person.tenant_id, clock() - timedelta(days=1), clock())) == []


def welcome_other(database: Database) -> Customer:
    return welcome(database, "bob", tenant="other")


def test_waits_are_told_as_shares_of_films(database: Database, clock: SettableClock, ana: Customer) -> None:
    with database.transaction() as session:
        assert overview.waits(session, span(ana, clock), 0.5) is None
        for seconds in range(1, 101):
            ended(session, ana, clock, Status.DONE, seconds)
    with database.reading() as session:
        assert overview.waits(session, span(ana, clock), 0.5, 0.95, 1.0) == [50.0, 95.0, 100.0]


def test_money_is_told_by_thing_and_currency_less_what_went_back(
    database: Database, clock: SettableClock, ana: Customer
) -> None:
    about = {"tenant_id": ana.person.tenant_id, "person_id": ana.person.id, "address_id": ana.address.id}
    with database.transaction() as session:
        for number, (amount, status) in enumerate(((2000, "paid"), (1000, "paid"), (500, "open"))):
            fields = {"provider": "stripe", "item": "pack:100", "currency": "brl", "external_id": f"cs_{number}"}
            row = Purchase(**about, **fields, amount=amount, status=PurchaseStatus(status), decided_at=clock())
            session.add(row)
            session.flush()
        for status, amount in ((RepaymentStatus.DONE, 300), (RepaymentStatus.ASKED, 100)):
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
    with database.reading() as session:
        assert overview.sales(session, span(ana, clock)) == [Sale("pack:100", "brl", 2, 3000, 300)]


def test_time_is_cut_into_equal_parts(database: Database, clock: SettableClock, ana: Customer) -> None:
    begin = clock()
    with database.transaction() as session:
        for _ in range(4):
            clock.forward(seconds=6 * 3600 - 1)
            ended(session, ana, clock, Status.DONE)
        ended(session, ana, clock, Status.FAILED)
    with database.reading() as session:
        parts = overview.over_time(session, Span(ana.person.tenant_id, begin, clock()), 4)
    assert parts == [{}, {"done": 1}, {"done": 1}, {"done": 2, "failed": 1}]


def test_people_are_found_by_words_and_by_how_their_id_begins(database: Database, ana: Customer) -> None:
    bob, other = welcome(database, "bob_%", role="support"), welcome_other(database)
    with database.transaction() as session:
        tenant = ana.person.tenant_id
        assert [each.id for each in roster.search(session, tenant, "ANA", 1)[0]] == [ana.person.id]
        assert roster.search(session, tenant, "_%", 1) == ([bob.person], 1)
        assert roster.search(session, tenant, "", 2) == ([], 2)
        for name in (ana.person.short, ana.person.id.hex, ana.person.short.upper()):
            found = people.known_as(session, tenant, name)
            assert found is not None
            assert found.id == ana.person.id
        assert people.known_as(session, tenant, "f" * 8) is None
        assert people.known_as(session, other.person.tenant_id, ana.person.short) is None
        assert roster.staff_ids(session, tenant, "telegram") == {"bob_%": 1}


def test_a_job_is_found_by_how_its_id_begins(database: Database, clock: SettableClock, ana: Customer) -> None:
    with database.transaction() as session:
        job = add_job(session, ana, clock())
        found = labour.named(session, ana.person.tenant_id, job.short)
        assert found is not None
        assert found.id == job.id
        assert labour.waiting(session, ana.person.tenant_id) == [job]


def test_what_was_confirmed_is_done_once_and_only_in_time(
    database: Database, clock: SettableClock, ana: Customer
) -> None:
    with database.transaction() as session:
        first = confirmations.ask(session, ana.person, "ban", {"person": "1"}, clock())
        late = confirmations.ask(session, ana.person, "ban", {}, clock())
    other = welcome(database, "bob")
    with database.transaction() as session:
        assert confirmations.take(session, other.person, first.id.hex, clock()) is None
        taken = confirmations.take(session, ana.person, first.id.hex, clock())
        assert taken is not None
        assert (taken.action, taken.values) == ("ban", {"person": "1"})
        assert confirmations.take(session, ana.person, first.id.hex, clock()) is None
    clock.forward(seconds=301)
    with database.transaction() as session:
        assert confirmations.take(session, ana.person, late.id.hex, clock()) is None
