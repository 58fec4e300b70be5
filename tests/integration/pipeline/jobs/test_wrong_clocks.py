"""Workers and pages of machines whose clocks are a minute wrong, each in its direction: nobody loses what it has."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.concurrency import run_concurrently
from fakes.databases import DatabaseFactory
from fakes.sample_customers import create_customer
from fakes.world.jobs import build_parallel_catalogue
from fakes.world.world import World

from bots.web.leased_updates import LeasedUpdateSink
from models.columns import utc_now
from models.jobs.job import JobStatus
from storage.db import Database

JOBS = 12


class WrongClock:
    """The real time, wrong by so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._error = timedelta(seconds=seconds)

    def __call__(self) -> datetime:
        return utc_now() + self._error

    def monotonic(self) -> float:
        return time.monotonic()


@pytest.fixture
def machines(databases: DatabaseFactory, tmp_path: Path) -> Iterator[list[World]]:
    """A world on each machine, of the same database, media and customer."""
    url = databases.create_postgresql()
    with ExitStack() as stack:
        worlds = []
        for error in (-60, 60):
            clock = WrongClock(error)
            db = Database(url, clock=clock)
            stack.callback(db.close)
            db.sync_clock()
            worlds.append(World.open(tmp_path, db, clock, catalogue=build_parallel_catalogue()))  # type: ignore[arg-type]
        for number, world in enumerate(worlds):
            world.job_runner.owner = f"worker-{number}"
            world.customer = create_customer(worlds[0].db)
        yield worlds


def test_each_job_is_started_once(machines: list[World]) -> None:
    slow, fast = machines
    jobs = []
    for number in range(JOBS):
        world = machines[number % 2]
        world.customer = create_customer(world.db, f"user-{number}")
        jobs.append(world.submit_job())

    def work(world: World) -> int:
        done = 0
        while world.run_job():
            world.sweeper.sweep()
            done += 1
        return done

    run_concurrently([lambda: work(slow), lambda: work(fast)])
    finished = [slow.reload_job(job) for job in jobs]
    assert {job.status for job in finished} == {JobStatus.DONE}
    assert {job.attempts for job in finished} == {1}


def test_an_update_of_one_page_is_not_taken_over_by_another(machines: list[World]) -> None:
    account_id = machines[0].customer.account.id
    pages = [
        LeasedUpdateSink(None, world.db, account_id, owner=name)  # type: ignore[arg-type] - nothing is handled
        for name, world in zip(("slow", "fast"), machines, strict=True)
    ]
    for number, page in enumerate(pages):
        assert page.save_update(str(number), {})
    for number, page in enumerate(pages):
        assert [update for update, _ in page.list_unhandled()] == [str(number)]
        page.renew()
