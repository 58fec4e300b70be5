"""The promises while processes are killed: a short form of `make chaos`."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from storage.db import Database
from tools.chaos.audit import Finding, resumptions, startups
from tools.chaos.drills import Drills
from tools.chaos.record import Event
from tools.chaos.storm import SHORT, weather
from tools.chaos.world import SETUPS, DurableDatabases, Setup, world

BY_NAME = [pytest.param(setup, id=setup.name) for setup in SETUPS]


@pytest.fixture
def databases() -> Iterator[DurableDatabases]:
    """Databases of this test alone: their server is crashed."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        Path(name).chmod(0o755)  # PostgreSQL, started by root, becomes somebody else
        own = DurableDatabases(Path(name) / "databases")
        yield own
        own.close()


def broken(findings: list[Finding]) -> list[Finding]:
    return [each for each in findings if not each.kept]


@pytest.mark.parametrize("setup", BY_NAME)
def test_accepted_jobs_are_done_charged_and_delivered_once_whatever_is_killed(
    setup: Setup, databases: DurableDatabases, tmp_path: Path
) -> None:
    with world(setup, tmp_path / "world", databases, orders=SHORT.jobs, lease_seconds=2.0) as stormy:
        assert broken(weather(stormy, SHORT)) == []


def test_deadly_jobs_stalls_deploys_and_cancels_leave_the_books_right(
    databases: DurableDatabases, tmp_path: Path
) -> None:
    with world(SETUPS[-1], tmp_path / "world", databases, lease_seconds=2.0, patience=1.0) as quiet:
        assert broken(Drills(quiet).all()) == []


def test_an_interrupted_job_waits_from_the_last_strike_before_its_next_start() -> None:
    events = [
        Event("start", 1, 10, 1.0),
        Event("start", 2, 10, 1.0),
        Event("end", 2, 10, 1.5),
        Event("kill", -1, 10, 2.0),
        Event("start", 1, 11, 6.0),
        Event("kill", -1, 11, 7.0),
        Event("term", -1, 12, 9.0),
        Event("start", 1, 13, 14.0),
    ]
    assert resumptions(events) == [4.0, 5.0]


@pytest.mark.parametrize("what", ["redis", "postgresql"])
def test_an_interrupted_job_waits_from_the_crash_of_a_server_that_comes_after_its_own(what: str) -> None:
    events = [
        Event("start", 1, 10, 1.0),
        Event("kill", -1, 10, 2.0),
        Event(what, -1, 99, 5.0),
        Event("start", 1, 11, 9.5),
    ]
    assert resumptions(events) == [4.5]


def test_the_pace_of_the_machine_is_the_time_its_processes_take_to_become_ready() -> None:
    events = [
        Event("spawn", -1, 10, 1.0),
        Event("spawn", -1, 11, 1.5),
        Event("ready", -1, 10, 3.0),
        Event("ready", -1, 11, 5.0),
        Event("spawn", -1, 12, 6.0),
    ]
    assert startups(events) == [2.0, 3.5]


def test_whoever_waits_for_the_lock_of_sqlite_reads_the_clock_after_it(sqlite: Database) -> None:
    """A claim with a time from before its wait would not see the job that it was woken for."""
    other = Database(sqlite.url.render_as_string(hide_password=False), busy_timeout=0.05)
    with sqlite.transaction(), pytest.raises(OperationalError, match="locked"), other.transaction():
        pytest.fail("the block has begun without the lock")
    other.close()
