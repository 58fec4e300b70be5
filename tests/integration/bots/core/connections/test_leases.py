"""What a process believes about its leases: never longer than others do, and nothing for what it cannot renew."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.whatsapp.app_process import wait_until

from bots.core.connections.leases import ConnectionLeases, LeaseTimings
from models.messaging.connections import ConnectionLease
from storage.db import Database
from storage.operations import process_lock

BOTS = [uuid.UUID(int=number) for number in range(1, 5)]
QUICK = LeaseTimings(lease=0.4, renewal=0.05, margin=0.1)  # seconds; the database's clock is the test's
Opener = Callable[..., ConnectionLeases]


@pytest.fixture
def open_leases(database: Database, tmp_path: Path) -> Iterator[Opener]:
    """Leases of a process on a machine of that name."""
    with ExitStack() as stack:

        def open_at(machine: str, timings: LeaseTimings | None = None, channel: str = "telegram") -> ConnectionLeases:
            leases = ConnectionLeases(database, channel, tmp_path / machine, timings or LeaseTimings())
            stack.callback(leases.close)
            return leases

        yield open_at


def test_one_of_two_has_it_and_the_other_when_it_ends(open_leases: Opener) -> None:
    first, second = open_leases("a"), open_leases("b")
    assert first.acquire(BOTS[0])
    assert not second.acquire(BOTS[0])
    assert (first.is_held(BOTS[0]), second.is_held(BOTS[0])) == (True, False)
    first.close()
    assert not first.is_held(BOTS[0])
    assert second.acquire(BOTS[0])


def test_a_silent_owner_is_relieved_when_its_lease_is_over(open_leases: Opener, clock: SettableClock) -> None:
    first, second = open_leases("a", LeaseTimings(renewal=3600)), open_leases("b")
    assert first.acquire(BOTS[0])
    clock.advance(10)
    assert second.acquire(BOTS[0])


def test_a_lease_is_renewed_for_as_long_as_it_is_held(
    open_leases: Opener, database: Database, clock: SettableClock
) -> None:
    leases = open_leases("a", QUICK)
    assert leases.acquire(BOTS[0])
    later = clock.advance(60)

    def is_renewed() -> bool:
        with database.read_transaction() as session:
            return session.get_one(ConnectionLease, BOTS[0]).expires_at > later

    wait_until(is_renewed)
    assert leases.is_held(BOTS[0])


def test_what_cannot_be_renewed_is_held_no_more_before_others_may_take_it(database: Database, tmp_path: Path) -> None:
    seconds = [0.0]
    leases = ConnectionLeases(database, "telegram", tmp_path, LeaseTimings(renewal=3600), monotonic=lambda: seconds[0])
    assert leases.acquire(BOTS[0])
    seconds[0] = 6.4
    assert leases.is_held(BOTS[0])
    assert leases.get_deadline(BOTS[:1]) == 6.5
    seconds[0] = 6.5  # 3.5 s before it expires, by clocks that are up to 2 s apart
    assert not leases.is_held(BOTS[0])
    assert leases.acquire(BOTS[0])
    assert leases.is_held(BOTS[0])
    leases.close()


def test_an_owner_learns_that_another_took_over(open_leases: Opener, clock: SettableClock) -> None:
    first, second = open_leases("a", QUICK), open_leases("b", LeaseTimings(renewal=3600))
    assert first.acquire(BOTS[0])
    second.process_id, real = first.process_id, second.process_id  # as if it had been away for long
    second.release([BOTS[0]])
    second.process_id = real
    assert second.acquire(BOTS[0])
    wait_until(lambda: not first.is_held(BOTS[0]))
    clock.advance(1)
    assert second.is_held(BOTS[0])


def test_processes_share_equally_and_who_is_left_takes_all(open_leases: Opener, clock: SettableClock) -> None:
    first, second = open_leases("a", LeaseTimings(renewal=3600)), open_leases("b", LeaseTimings(renewal=3600))
    assert set(first.balance(BOTS).wanted) == set(BOTS)
    assert second.balance(BOTS).wanted == ()  # and is known to run
    (surplus,) = first.balance(BOTS).surplus
    first.release([surplus])
    assert second.balance(BOTS).wanted == (surplus,)
    clock.advance(10)  # the first is frozen
    assert set(second.balance(BOTS).wanted) | {surplus} == set(BOTS)


def test_what_cannot_be_shared_is_taken_by_who_comes_first_and_kept(open_leases: Opener) -> None:
    first, second = open_leases("a"), open_leases("b")
    assert set(first.balance(BOTS, is_shared=False).wanted) == set(BOTS)
    assert second.balance(BOTS[:2], is_shared=False).wanted == ()
    assert first.balance(BOTS, is_shared=False).surplus == ()


def test_channels_are_shared_apart(open_leases: Opener) -> None:
    open_leases("a", channel="whatsapp").balance(BOTS[:1])
    assert set(open_leases("b").balance(BOTS[1:]).wanted) == set(BOTS[1:])


def test_what_a_killed_process_of_this_machine_had_is_taken_at_once(open_leases: Opener, tmp_path: Path) -> None:
    first, second, elsewhere = open_leases("a"), open_leases("a"), open_leases("b")
    assert first.acquire(BOTS[0])
    assert not second.acquire(BOTS[0])  # it runs, as its lock is held
    file = next((tmp_path / "a").glob(f"process-{first.process_id.hex}.lock"))
    file.unlink()
    file.touch()  # as the system leaves it when a process is killed
    assert not elsewhere.acquire(BOTS[0])
    assert second.acquire(BOTS[0])


def test_the_lock_of_a_process_tells_of_this_machine_only(tmp_path: Path) -> None:
    process = uuid.uuid4()
    assert not process_lock.has_ended(tmp_path, process)
    with process_lock.hold_own(tmp_path, process):
        assert not process_lock.has_ended(tmp_path, process)
    assert not process_lock.has_ended(tmp_path, process)  # it has ended properly, and released what it had
