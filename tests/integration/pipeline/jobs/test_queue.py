"""The wake-up: Dramatiq's own worker with the queue inside the process and with a real Redis."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dramatiq
import pytest
from dramatiq.brokers.stub import StubBroker
from fakes.clock import SettableClock
from fakes.databases import DatabaseFactory
from fakes.redis_server import RedisServer
from fakes.world.jobs import open_job_world
from fakes.world.staged_sandbox import DRAW, BlockingTask, StagedSandbox
from fakes.world.world import World

from models.jobs.job import Job, JobStatus
from models.settings import Settings
from pipeline.jobs.queue import QUEUE_NAME, WakeupQueue, broker_for
from pipeline.jobs.worker import WorkerPool, create_worker_pool
from storage.billing.ledger import CreditBalance
from storage.db import Database
from storage.media.media_store import FolderMediaStore


def crew_for(shop: World, children: StagedSandbox, queue: WakeupQueue, sweep_seconds: float = 0.1) -> WorkerPool:
    settings = Settings(_env_file=None, data_dir=shop.folder, workers=2, sweep_seconds=sweep_seconds, groq_api_key=None)
    return create_worker_pool(shop.db, FolderMediaStore(shop.folder / "media"), queue, children, settings)


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(params=["embedded", "redis"])
def redis_url(request: pytest.FixtureRequest) -> str:
    if request.param == "embedded":
        return ""
    server: RedisServer = request.getfixturevalue("redis_server")
    server.flush_all()
    return server.url


@pytest.fixture(params=[("sqlite", "embedded"), ("sqlite", "redis"), ("postgresql", "redis")], ids="-".join)
def shop(
    request: pytest.FixtureRequest, databases: DatabaseFactory, clock: SettableClock, tmp_path: Path
) -> Iterator[World]:
    kind, queue = request.param
    url = ""
    if queue == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        server.flush_all()
        url = server.url
    database = databases.open_database(kind, clock)
    opened = open_job_world(database, clock, tmp_path, url)
    yield opened
    opened.pipeline.queue.broker.close()
    database.close()


@pytest.fixture
def at_work(shop: World) -> Iterator[WorkerPool]:
    working = crew_for(shop, shop.sandbox, shop.pipeline.queue)
    working.start()
    yield working
    working.stop()


def is_done(shop: World, *made: Job) -> Callable[[], bool]:
    return lambda: all(shop.reload_job(job).status == JobStatus.DONE for job in made)


@pytest.mark.usefixtures("at_work")
def test_a_worker_that_is_woken_does_the_job(shop: World) -> None:
    made = [shop.submit_job() for _ in range(3)]
    for job in made:
        shop.pipeline.wake_worker(job.id)
    assert eventually(is_done(shop, *made))
    assert shop.get_credits() == CreditBalance(7, 0)


@pytest.mark.usefixtures("at_work")
def test_a_job_nobody_was_woken_for_is_found_by_the_sweeper(shop: World) -> None:
    job = shop.submit_job()
    shop.clock.advance(seconds=4)
    assert eventually(is_done(shop, job))


@pytest.mark.usefixtures("at_work")
def test_being_woken_many_times_for_one_job_does_it_once(shop: World) -> None:
    job = shop.submit_job()
    for _ in range(20):
        shop.pipeline.wake_worker(job.id)
    assert eventually(is_done(shop, job))
    assert shop.sandbox.tasks == [DRAW]
    assert shop.reload_job(job).attempts == 1


def test_a_stop_gives_running_jobs_back_uncounted_and_claims_no_more(shop: World) -> None:
    gates = [BlockingTask(), BlockingTask()]
    shop.sandbox.stage(DRAW, *gates)
    working = crew_for(shop, shop.sandbox, shop.pipeline.queue, sweep_seconds=60)
    working.start()
    made = [shop.submit_job() for _ in range(3)]
    for job in made:
        shop.pipeline.wake_worker(job.id)
    assert all(gate.started.wait(10) for gate in gates)
    working.stop()
    rows = [shop.reload_job(job) for job in made]
    assert {(row.status, row.attempts) for row in rows} == {(JobStatus.QUEUED, 0)}
    assert sorted(row.fence for row in rows) == [0, 1, 1]


def test_a_stop_with_patience_lets_running_jobs_end(shop: World) -> None:
    gate = BlockingTask()
    shop.sandbox.stage(DRAW, gate)
    working = crew_for(shop, shop.sandbox, shop.pipeline.queue, sweep_seconds=60)
    working.start()
    job = shop.submit_job()
    shop.pipeline.wake_worker(job.id)
    assert gate.started.wait(10)
    gate.released.set()
    working.stop(grace_seconds=20)
    assert is_done(shop, job)()


@pytest.mark.usefixtures("at_work")
def test_an_error_nobody_thought_of_leaves_the_worker_at_work(shop: World) -> None:
    def surprise(_run: object) -> object:
        raise RuntimeError("nobody thought of this")

    shop.sandbox.stage(DRAW, surprise)
    broken = shop.submit_job()
    shop.pipeline.wake_worker(broken.id)
    assert eventually(lambda: len(shop.sandbox.tasks) == 1)
    job = shop.submit_job()
    shop.pipeline.wake_worker(job.id)
    assert eventually(is_done(shop, job))
    assert eventually(lambda: shop.reload_job(broken).status == JobStatus.QUEUED)  # long before its lease ends
    shop.clock.advance(seconds=6)
    assert eventually(is_done(shop, broken))


def test_jobs_are_done_though_redis_was_away_when_they_were_submitted(
    databases: DatabaseFactory, clock: SettableClock, tmp_path: Path
) -> None:
    server = RedisServer().start()
    database = Database(databases.get_url("sqlite"), clock=clock)
    shop = open_job_world(database, clock, tmp_path, server.url)
    working = crew_for(shop, shop.sandbox, shop.pipeline.queue)
    working.start()
    server.kill()
    job = shop.submit_job()
    shop.pipeline.wake_worker(job.id)
    server.start()
    clock.advance(seconds=4)
    assert eventually(is_done(shop, job))
    working.stop()
    shop.pipeline.queue.broker.close()
    database.close()
    server.close()


def test_the_broker_carries_no_retries_of_its_own(redis_url: str) -> None:
    broker = broker_for(redis_url)
    assert broker.middleware == []
    assert isinstance(broker, dramatiq.Broker)
    broker.close()


def test_a_sweeper_wakes_for_no_more_jobs_than_there_are_hands_free(
    sqlite: Database, clock: SettableClock, tmp_path: Path
) -> None:
    """Any message wakes for any job, so one for each waiting job every three seconds would only pile up."""
    shop = open_job_world(sqlite, clock, tmp_path)
    for _ in range(3):
        shop.submit_job()
    clock.advance(seconds=10)
    shop.sweeper.sweep()
    broker = shop.pipeline.queue.broker
    assert isinstance(broker, StubBroker)
    assert broker.queues[QUEUE_NAME].qsize() == shop.job_runner.free_slots == 2
