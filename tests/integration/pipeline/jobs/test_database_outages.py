"""The database goes away, is locked or full, as disks are: nothing is half done, and the service goes on by itself."""

import asyncio
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Self

import psycopg
import pytest
from fakes.clock import SettableClock
from fakes.databases import DatabaseFactory
from fakes.full_disk import open_full_disk
from fakes.ledger_checks import assert_ledger_balances
from fakes.memory_channel import MemoryChannel
from fakes.sample_customers import SampleCustomer, create_customer
from fakes.world.jobs import open_job_world
from fakes.world.staged_sandbox import DRAW, StagedCall, create_film
from fakes.world.world import World
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlmodel import col, func, select

from bots.core.delivery.outbox_sender import OutboxSender
from models.billing.credits import Balance
from models.columns import utc_now
from models.errors import ErrorCode
from models.jobs.job import Job, JobStatus
from models.jobs.options import SketchOptions
from models.media.facts import MediaInfo, MediaKind
from models.messaging.deliveries import Delivery, DeliveryStatus
from pipeline.jobs.service import JobRequest
from storage.billing.ledger import CreditBalance
from storage.db import Database
from storage.media.files import MeasuredFile

CUSTOMERS = 12
TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Outages:
    """Ends every connection to a PostgreSQL database again and again, from a thread of its own.

    The pauses between are 0.4 to 5 times `transaction_seconds`, what a transaction takes undisturbed: most are cut off
    before their end, and none is for ever, on a slow machine as on a fast one.
    """

    def __init__(self, url: str, transaction_seconds: float, seed: int = 3) -> None:
        self.ended = 0
        self._pauses = 0.4 * transaction_seconds, 5 * transaction_seconds
        self._url = url
        self._chance = random.Random(seed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._over.wait(self._chance.uniform(*self._pauses)):
                self.ended += len(connection.execute(TERMINATE).fetchall())


def insisted(call: Callable[[], object], until: float) -> None:
    """As a caller who tries again; what failed must have left nothing."""
    while time.monotonic() < until:
        with suppress(DBAPIError):
            call()
            return
    raise AssertionError("the database did not come back")


def ordered(shop: World, customer: SampleCustomer) -> None:
    path = shop.folder / f"{customer.person.id}-{threading.get_ident()}"
    path.write_bytes(customer.person.id.bytes)
    measured = MeasuredFile.from_path(path, MediaInfo(MediaKind.IMAGE, "png", 16, 640, 360))
    with shop.pipeline.stage_upload([measured]) as (file,), shop.db.transaction() as session:
        media = shop.pipeline.create_media(session, customer.person, file, shop.db.clock())
        shop.pipeline.submit(session, JobRequest(customer.person, customer.address, [media], SketchOptions()))


def worked(shop: World, over: threading.Event) -> None:
    while not over.is_set():
        with suppress(SQLAlchemyError):
            if not shop.job_runner.run_next_job():
                shop.sweeper.sweep()
                over.wait(0.05)


async def test_connections_that_end_in_mid_transaction_leave_nothing_half_done(
    databases: DatabaseFactory, tmp_path: Path
) -> None:
    url = databases.create_url("postgresql")
    ahead = SettableClock()
    database = Database(url, clock=lambda: utc_now() + timedelta(seconds=ahead.monotonic()))
    shop = open_job_world(database, SettableClock(utc_now()), tmp_path)
    shop.job_runner.lease_seconds = 1.0
    customers = [create_customer(database, f"person-{number}") for number in range(CUSTOMERS)]
    channel = MemoryChannel(time.monotonic)
    postman = OutboxSender(database, shop.job_runner.store, {customers[0].account.id: channel}, timedelta(seconds=1))
    over = threading.Event()
    ordered(shop, customers[0])  # compiles the statements
    began = time.monotonic()
    ordered(shop, customers[1])
    transaction_seconds = time.monotonic() - began
    until = time.monotonic() + 40

    def submit() -> None:
        for customer in (customers * 2)[2:]:
            insisted(lambda customer=customer: ordered(shop, customer), until)  # type: ignore[misc]

    running = asyncio.create_task(postman.run())
    workers = [asyncio.create_task(asyncio.to_thread(worked, shop, over)) for _ in range(2)]
    try:
        with Outages(url, transaction_seconds) as outages:
            await asyncio.to_thread(submit)
            await channel.wait_until(lambda: len(channel.messages) >= CUSTOMERS // 2 and outages.ended > 10)
        ahead.advance(minutes=10)  # a message that was often cut off waits longer and longer
        await asyncio.to_thread(insisted, lambda: everything_ended(database), until)
        await channel.wait_until(lambda: len(channel.messages) >= 2 * CUSTOMERS)
    finally:  # the threads of workers would keep the process from its end
        over.set()
        running.cancel()
        await asyncio.gather(running, *workers, return_exceptions=True)
    assert_nothing_half_done(database, channel)
    database.close()


def everything_ended(database: Database) -> None:
    """Raises DBAPIError, as one who is to try again, while anything waits."""
    with database.read_transaction() as session:
        jobs = session.exec(
            select(func.count()).where(col(Job.status).in_([JobStatus.QUEUED, JobStatus.RUNNING]))
        ).one()
        owed = session.exec(select(func.count()).where(col(Delivery.status) != DeliveryStatus.SENT)).one()
    if jobs or owed:
        time.sleep(0.1)
        raise OperationalError("", {}, Exception("not yet"))


def assert_nothing_half_done(database: Database, channel: MemoryChannel) -> None:
    with database.read_transaction() as session:
        assert_ledger_balances(session)
        jobs = session.exec(select(Job)).all()
        assert len(jobs) == 2 * CUSTOMERS
        assert {job.status for job in jobs} <= {JobStatus.DONE, JobStatus.FAILED}
        causes = session.exec(select(Delivery.cause)).all()
        assert sorted(causes) == sorted(f"job:{job.id}" for job in jobs)
        done = sum(job.status == JobStatus.DONE for job in jobs)
        balances = session.exec(select(Balance)).all()
        assert [balance.reserved for balance in balances] == [0] * CUSTOMERS
        assert sum(balance.available for balance in balances) == 10 * CUSTOMERS - done
    assert len(channel.messages) >= len(jobs)


@pytest.fixture
def impatient(databases: DatabaseFactory, clock: SettableClock, tmp_path: Path) -> World:
    return open_job_world(Database(databases.get_url("sqlite"), clock=clock, busy_timeout=0.2), clock, tmp_path)


def held(database: Database) -> sqlite3.Connection:
    """Somebody else who writes, and does not end."""
    assert database.url.database
    connection = sqlite3.connect(database.url.database, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def test_a_database_locked_for_too_long_refuses_an_order_whole(impatient: World) -> None:
    media = impatient.receive_media()
    with closing(held(impatient.db)), pytest.raises(OperationalError, match="locked"):
        impatient.submit_job(media)
    assert impatient.get_credits() == CreditBalance(10, 0)
    job = impatient.submit_job(media)
    assert impatient.job_runner.run_next_job()
    assert impatient.reload_job(job).status == JobStatus.DONE


def test_a_job_that_ends_while_the_database_is_locked_is_done_again_and_paid_once(impatient: World) -> None:
    writers = []

    def locks(run: StagedCall) -> object:
        done = create_film(run)
        writers.append(held(impatient.db))
        return done

    impatient.sandbox.stage(DRAW, locks)
    job = impatient.submit_job()
    with pytest.raises(OperationalError, match="locked"):
        impatient.job_runner.run_next_job()
    writers[0].close()
    assert (impatient.reload_job(job).status, impatient.get_credits(), impatient.list_deliveries(job)) == (
        JobStatus.RUNNING,
        CreditBalance(9, 1),
        [],
    )
    impatient.clock.advance(seconds=31)
    assert impatient.job_runner.run_next_job()
    assert (impatient.get_credits(), len(impatient.list_deliveries(job))) == (CreditBalance(9, 0), 1)


def test_a_full_database_refuses_an_order_whole_and_works_again_when_there_is_room(
    databases: DatabaseFactory, clock: SettableClock, tmp_path: Path
) -> None:
    database = Database(databases.create_url("sqlite"), clock=clock, pool_size=1)
    shop = open_job_world(database, clock, tmp_path)
    media = [shop.receive_media(bytes([number])) for number in range(3)]
    for each in media:  # so that what follows needs no new page before it is full
        shop.cancel_job(shop.submit_job(each))
    grows(database, pages=0)
    with pytest.raises(OperationalError, match="full"):
        list(map(shop.receive_media, (b"more" + bytes([number]) for number in range(200))))
    assert shop.get_credits() == CreditBalance(10, 0)
    grows(database, pages=10_000)
    job = shop.submit_job(shop.receive_media(b"again"))
    assert shop.job_runner.run_next_job()
    assert shop.reload_job(job).status == JobStatus.DONE


def grows(database: Database, pages: int) -> None:
    """Let every connection's database grow by so many pages, as a disk would."""
    database.engine.dispose()

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        now = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={now + pages}")

    event.listen(database.engine, "connect", limit)


def test_a_film_for_which_the_disk_has_no_room_fails_cleanly_and_the_next_is_made(
    sqlite: Database, clock: SettableClock, tmp_path: Path
) -> None:
    shop = open_job_world(sqlite, clock, tmp_path)
    media = shop.receive_media()
    with open_full_disk(tmp_path / "small") as disk:
        whole, shop.job_runner.store = shop.job_runner.store, disk.store
        shop.job_runner.store.get_local_path = whole.get_local_path  # type: ignore[method-assign] - inputs lie where there was room
        job = shop.submit_job(media)
        for _ in range(3):
            assert shop.job_runner.run_next_job()
            clock.advance(minutes=1)
        assert (shop.reload_job(job).status, shop.reload_job(job).code) == (JobStatus.FAILED, ErrorCode.DISK_FULL)
        assert shop.get_credits() == CreditBalance(10, 0)
        assert [delivery.part for delivery in shop.list_deliveries(job)] == ["failure"]
        assert shop.list_leftovers() == []
        disk.free_space()
        again = shop.submit_job(media)
        assert shop.job_runner.run_next_job()
        assert shop.reload_job(again).status == JobStatus.DONE
    with sqlite.read_transaction() as session:
        assert session.connection().execute(text("PRAGMA integrity_check")).scalar() == "ok"
