"""Several processes serve one account: no update is handled twice at once, and none is lost with a process."""

import asyncio
import threading
from datetime import timedelta

import pytest
from fakes.clock import SettableClock
from fakes.echo_sink import EchoSink
from fakes.sample_customers import SampleCustomer

from bots.core.channel import UpdateSink
from bots.core.pending_updates import PendingUpdates
from bots.web.leased_updates import LeasedUpdateSink
from storage.db import Database
from storage.messaging import updates

LEASE = timedelta(seconds=15)


@pytest.fixture
def echo(tmp_path: object) -> UpdateSink:
    return EchoSink(tmp_path, None)  # type: ignore[arg-type] - it handles nothing here


def open_sink(database: Database, customer: SampleCustomer, sink: UpdateSink, owner: str) -> LeasedUpdateSink:
    return LeasedUpdateSink(sink, database, customer.account.id, owner, LEASE)


def list_ids(sink: LeasedUpdateSink) -> list[str]:
    return [update for update, _ in sink.list_unhandled()]


@pytest.fixture
def one(database: Database, customer: SampleCustomer, echo: UpdateSink) -> LeasedUpdateSink:
    return open_sink(database, customer, echo, "one")


@pytest.fixture
def two(database: Database, customer: SampleCustomer, echo: UpdateSink) -> LeasedUpdateSink:
    return open_sink(database, customer, echo, "two")


def test_a_process_that_starts_leaves_alone_what_another_has_in_hand(
    one: LeasedUpdateSink, two: LeasedUpdateSink
) -> None:
    assert one.save_update("a", {})
    assert not two.save_update("a", {})
    assert list_ids(one) == ["a"]
    assert list_ids(two) == []
    assert set(two.claim(["a"])) == set()


def test_what_a_dead_process_has_left_is_taken_over_by_one_other_after_its_lease(
    one: LeasedUpdateSink, two: LeasedUpdateSink, clock: SettableClock, echo: UpdateSink
) -> None:
    one.save_update("a", {"text": "hello"})
    three = LeasedUpdateSink(echo, one.db, one.account_id, "three", LEASE)
    clock.advance(14)
    assert list_ids(two) == []
    clock.advance(1)
    assert list_ids(two) == list_ids(three) == ["a"]
    assert set(two.claim(["a"])) == {"a"}
    assert set(three.claim(["a"])) == set()
    assert list_ids(one) == []


def test_a_process_that_lives_keeps_what_it_has_however_long_it_takes(
    one: LeasedUpdateSink, two: LeasedUpdateSink, clock: SettableClock
) -> None:
    one.save_update("a", {})
    for _ in range(10):
        clock.advance(10)
        one.renew()
    assert list_ids(two) == []


def test_what_a_process_that_stops_has_not_handled_is_free_at_once(
    one: LeasedUpdateSink, two: LeasedUpdateSink
) -> None:
    with one.renew_leases():
        one.save_update("a", {})
        assert list_ids(two) == []
    assert list_ids(two) == ["a"]


def test_leases_are_renewed_from_a_thread_that_waits_for_nothing_else(
    one: LeasedUpdateSink, two: LeasedUpdateSink, clock: SettableClock
) -> None:
    renewed = threading.Event()

    class Watched(LeasedUpdateSink):
        def renew(self) -> None:
            LeasedUpdateSink.renew(self)
            renewed.set()

    watched = Watched(one.sink, one.db, one.account_id, "one", timedelta(seconds=0.1))
    watched.save_update("a", {})
    clock.advance(0.2)
    with watched.renew_leases():
        assert renewed.wait(10)
        assert list_ids(two) == []


def test_a_handled_update_is_nobodys_any_more(one: LeasedUpdateSink, two: LeasedUpdateSink) -> None:
    one.save_update("a", {})
    with one.db.transaction() as session:
        assert updates.mark_handled(session, one.account_id, ["a"], one.db.clock())
        assert not updates.has_leases(session, one.account_id, "one")
    assert list_ids(one) == list_ids(two) == []


async def test_of_processes_that_search_frames_the_same_time_each_update_is_one_process_own(
    one: LeasedUpdateSink, two: LeasedUpdateSink, clock: SettableClock, echo: UpdateSink
) -> None:
    gone = LeasedUpdateSink(echo, one.db, one.account_id, "gone", LEASE)
    names = [f"{number:03}" for number in range(100)]
    for name in names:
        gone.save_update(name, {})
    clock.advance(16)
    claimed = await asyncio.gather(*(PendingUpdates(each).claim_unhandled(70) for each in (one, two)))
    both = [name for each in claimed for name, _ in each]
    assert len(both) == len(set(both)) >= 70


async def test_what_another_process_claimed_meanwhile_is_not_in_progress_here(
    one: LeasedUpdateSink, two: LeasedUpdateSink
) -> None:
    class Late(LeasedUpdateSink):
        """Reads, and has not claimed when the other does."""

        def list_unhandled(self) -> list[tuple[str, dict[str, object]]]:
            found = list(LeasedUpdateSink.list_unhandled(self))
            two.claim([name for name, _ in found])
            return found

    with one.db.transaction() as session:
        updates.save(session, one.account_id, "a", {}, one.db.clock())
    pending = PendingUpdates(Late(one.sink, one.db, one.account_id, "late", LEASE))
    assert await pending.claim_unhandled(10) == []
    assert pending.size == 0
