"""Updates: kept before the channel is told, handled once, and left alone when they break everything."""

import uuid

from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.databases import rolled_back_transaction_of
from fakes.sample_customers import SampleCustomer, create_customer
from sqlmodel import select

from models.messaging.updates import Update
from storage.db import Database
from storage.messaging import updates


def remember(database: Database, account_id: uuid.UUID, external_id: str) -> bool:
    with database.transaction() as session:
        return updates.save(session, account_id, external_id, {"text": external_id}, database.clock())


def first_time(database: Database, account_id: uuid.UUID, *ids: str) -> bool:
    with database.transaction() as session:
        return updates.mark_handled(session, account_id, ids, database.clock())


def forgotten(database: Database, account_id: uuid.UUID) -> list[str]:
    with database.read_transaction() as session:
        return [external_id for external_id, _ in updates.list_unhandled(session, account_id)]


def test_an_update_is_remembered_once(database: Database, customer: SampleCustomer) -> None:
    assert remember(database, customer.account.id, "1")
    assert not remember(database, customer.account.id, "1")
    assert remember(database, customer.account.id, "2")


def test_the_same_number_of_another_account_is_another_update(database: Database) -> None:
    one, two = create_customer(database, tenant="one"), create_customer(database, tenant="two")
    assert remember(database, one.account.id, "1")
    assert remember(database, two.account.id, "1")
    assert first_time(database, one.account.id, "1")
    assert first_time(database, two.account.id, "1")


def test_an_update_that_comes_many_times_at_once_is_handled_once(database: Database, customer: SampleCustomer) -> None:
    answers = run_concurrently([lambda: first_time(database, customer.account.id, "1")] * 24, threads=12)
    assert answers.count(True) == 1


def test_a_remembered_update_is_handled_once_as_well(database: Database, customer: SampleCustomer) -> None:
    remember(database, customer.account.id, "1")
    answers = run_concurrently([lambda: first_time(database, customer.account.id, "1")] * 12)
    assert answers.count(True) == 1


def test_a_handling_that_is_undone_counts_for_nothing(database: Database, customer: SampleCustomer) -> None:
    with rolled_back_transaction_of(database) as session:
        assert updates.mark_handled(session, customer.account.id, ["1"], database.clock())
    assert first_time(database, customer.account.id, "1")


def test_an_album_is_handled_as_one(database: Database, customer: SampleCustomer) -> None:
    album = [f"{number}" for number in range(5)]
    for each in album:
        remember(database, customer.account.id, each)
    answers = run_concurrently([lambda: first_time(database, customer.account.id, *album)] * 8)
    assert answers.count(True) == 1
    assert forgotten(database, customer.account.id) == []


def test_albums_whose_parts_arrive_in_another_order_do_not_block_each_other(
    database: Database, customer: SampleCustomer
) -> None:
    album = [f"{number}" for number in range(12)]
    calls = [
        lambda ids=ids: first_time(database, customer.account.id, *ids)
        for ids in (album, album[::-1])
        for _ in range(8)
    ]
    assert run_concurrently(calls).count(True) == 1


def test_what_was_kept_and_never_handled_is_found_oldest_first(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    for external_id in ("8", "9", "10"):
        remember(database, customer.account.id, external_id)
        clock.advance(seconds=1)
    first_time(database, customer.account.id, "9")
    assert forgotten(database, customer.account.id) == ["8", "10"]
    assert forgotten(database, uuid.uuid4()) == []


def test_an_update_that_failed_three_times_has_one_last_call_and_is_left_alone(
    database: Database, customer: SampleCustomer
) -> None:
    remember(database, customer.account.id, "1")
    for attempt in range(1, updates.APOLOGY_ATTEMPT + 1):
        assert forgotten(database, customer.account.id) == ["1"]
        with database.transaction() as session:
            assert updates.count_attempt(session, customer.account.id, ["1"]) == attempt
    assert forgotten(database, customer.account.id) == []


def test_what_was_handled_keeps_nothing_of_what_was_said(database: Database, customer: SampleCustomer) -> None:
    remember(database, customer.account.id, "1")
    first_time(database, customer.account.id, "1")
    with database.read_transaction() as session:
        assert session.exec(select(Update)).one().body == {}
