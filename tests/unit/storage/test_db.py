"""The one place that commits: all of a block or nothing of it, on SQLite without a server."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from fakes.concurrency import run_concurrently
from fakes.databases import rolled_back_transaction_of
from fakes.sample_customers import add_job, create_customer
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import func, select

from models.identity.people import Address, Person, Tenant
from models.jobs.job import Job
from storage.db import Database
from storage.upsert import insert_once


def test_a_block_that_raises_leaves_nothing(sqlite: Database) -> None:
    with rolled_back_transaction_of(sqlite) as session:
        session.add(Tenant(name="gone"))
        session.flush()
    with sqlite.read_transaction() as session:
        assert session.exec(select(func.count()).select_from(Tenant)).one() == 0


def test_reading_keeps_no_writer_waiting(sqlite: Database) -> None:
    with sqlite.read_transaction() as session:
        assert session.exec(select(Tenant)).all() == []
        with sqlite.transaction() as writer:
            writer.add(Tenant(name="new"))
        assert session.exec(select(Tenant)).all() == []
    with sqlite.read_transaction() as session:
        assert len(session.exec(select(Tenant)).all()) == 1


def test_writers_that_read_first_are_decided_one_after_the_other(sqlite: Database) -> None:
    with sqlite.transaction() as session:
        session.add(Tenant(name="0"))

    def count_up() -> None:
        with sqlite.transaction() as session:
            tenant = session.exec(select(Tenant)).one()
            tenant.name = str(int(tenant.name) + 1)

    run_concurrently([count_up] * 40, threads=8)
    with sqlite.read_transaction() as session:
        assert session.exec(select(Tenant.name)).one() == "40"


def test_a_row_that_stands_is_not_inserted_again(sqlite: Database) -> None:
    with sqlite.transaction() as session:
        assert insert_once(session, Tenant(name="main"))
        assert not insert_once(session, Tenant(name="main"))


def test_what_points_to_nothing_is_refused(sqlite: Database) -> None:
    customer = create_customer(sqlite)
    with pytest.raises(IntegrityError), sqlite.transaction() as session:
        session.add(Address(account_id=customer.person.id, chat="1"))


def test_a_moment_comes_back_in_utc_wherever_it_was_taken(sqlite: Database) -> None:
    customer = create_customer(sqlite)
    taken = datetime(2026, 3, 14, 9, 0, tzinfo=timezone(timedelta(hours=-3)))
    with sqlite.transaction() as session:
        job = add_job(session, customer, taken)
    with sqlite.read_transaction() as session:
        found = session.get_one(Job, job.id).created_at
    assert found == taken
    assert found.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused(sqlite: Database) -> None:
    customer = create_customer(sqlite)
    with pytest.raises(StatementError, match="time zone"), sqlite.transaction() as session:
        session.get_one(Person, customer.person.id).banned_at = datetime(2026, 3, 14)  # noqa: DTZ001 - the point


def test_an_open_database_answers(sqlite: Database) -> None:
    assert sqlite.is_reachable()
