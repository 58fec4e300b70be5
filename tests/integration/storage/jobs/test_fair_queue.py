"""The rows in which the fair queue is kept: they come and go with the jobs that wait."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlalchemy import delete
from sqlmodel import select

from models.jobs.fair_queue import NEVER, QueuedPerson, QueuedTenant
from models.jobs.job import Job
from storage.db import Database
from storage.jobs import fair_queue, jobs, queue_position
from storage.jobs.queue_position import FIRST_POSITIONS, MAX_SIMULATED

LEASE = timedelta(hours=1)


def queue_jobs(
    database: Database, clock: SettableClock, customer: SampleCustomer, number: int = 1, **values: object
) -> list[Job]:
    with database.transaction() as session:
        return [add_job(session, customer, clock.advance(milliseconds=1), **values) for _ in range(number)]


def claim(database: Database, clock: SettableClock, kinds: Sequence[str] | None = None) -> uuid.UUID | None:
    with database.transaction() as session:
        found = jobs.claim_next(session, "worker", clock.advance(milliseconds=1), LEASE, kinds)
        return found.job_id if found else None


def list_queued(database: Database) -> list[QueuedPerson]:
    with database.read_transaction() as session:
        return list(session.exec(select(QueuedPerson)))


def test_a_person_is_queued_as_long_as_jobs_wait_paid_and_free_ones_apart(
    database: Database, clock: SettableClock
) -> None:
    ana = create_customer(database)
    first, second = queue_jobs(database, clock, ana, 2)
    (paid,) = queue_jobs(database, clock, ana, paid=True)
    assert {(row.paid, row.waiting_since) for row in list_queued(database)} == {
        (False, first.created_at),
        (True, paid.created_at),
    }
    assert claim(database, clock) == paid.id
    (row,) = list_queued(database)
    assert (row.paid, row.served_at) == (False, clock())
    assert claim(database, clock) == first.id
    assert [row.waiting_since for row in list_queued(database)] == [second.created_at]
    assert claim(database, clock) == second.id
    assert list_queued(database) == []


def test_a_cancelled_job_leaves_the_queue(database: Database, clock: SettableClock) -> None:
    first, second = queue_jobs(database, clock, create_customer(database), 2)
    for job, left in ((first, [second.created_at]), (second, [])):
        with database.transaction() as session:
            cancelled = jobs.cancel(session, job.id, clock())
            assert cancelled is not None
            fair_queue.remove(session, cancelled)
        assert [row.waiting_since for row in list_queued(database)] == left


def test_claims_at_once_of_one_persons_jobs_all_find_one(database: Database, clock: SettableClock) -> None:
    """None of them goes away empty because another one has the person locked."""
    expected = queue_jobs(database, clock, create_customer(database), 12)
    found = run_concurrently([lambda: claim(database, clock)] * 12, threads=6)
    assert sorted(map(str, found)) == sorted(str(job.id) for job in expected)


def test_claims_at_once_keep_to_the_limit_of_a_person(database: Database, clock: SettableClock) -> None:
    queue_jobs(database, clock, create_customer(database), 12, at_once=3)
    found = run_concurrently([lambda: claim(database, clock)] * 12, threads=6)
    assert sum(job is not None for job in found) == 3


def test_jobs_of_kinds_that_a_worker_does_not_know_are_passed_over(database: Database, clock: SettableClock) -> None:
    ana, ben = create_customer(database, "ana"), create_customer(database, "ben")
    queue_jobs(database, clock, ana, kind="other")
    (known,) = queue_jobs(database, clock, ana)
    queue_jobs(database, clock, ben, kind="other")
    assert claim(database, clock, ["sketch"]) == known.id
    assert claim(database, clock, ["sketch"]) is None
    assert claim(database, clock, ["other"]) is not None


def test_a_job_that_is_in_no_queue_is_put_into_it_by_the_sweep(database: Database, clock: SettableClock) -> None:
    """As a process of the version before leaves it, during a deploy."""
    (job,) = queue_jobs(database, clock, create_customer(database))
    with database.transaction() as session:
        session.connection().execute(delete(QueuedPerson))
        session.connection().execute(delete(QueuedTenant))
    assert claim(database, clock) is None
    clock.advance(seconds=10)
    with database.transaction() as session:
        assert jobs.collect_unclaimed(session, clock(), timedelta(seconds=3), 10) == [job.id]
    assert claim(database, clock) == job.id


def test_starts_of_long_ago_and_tenants_without_jobs_are_forgotten(database: Database, clock: SettableClock) -> None:
    queue_jobs(database, clock, create_customer(database, "ana", tenant="idle"))
    queue_jobs(database, clock, create_customer(database, "ben", tenant="busy"), 2)
    for _ in range(2):
        assert claim(database, clock)
    with database.transaction() as session:
        fair_queue.forget_old_starts(session, clock())
        assert len(session.exec(select(QueuedTenant)).all()) == 2
    clock.advance(hours=2)
    with database.transaction() as session:
        fair_queue.forget_old_starts(session, clock())
        assert [row.served_at for row in session.exec(select(QueuedTenant))] == [NEVER]
        assert [row.served_at for row in session.exec(select(QueuedPerson))] == [NEVER]


def test_in_a_long_queue_the_first_positions_are_true_and_the_others_grow_with_time(
    database: Database, clock: SettableClock
) -> None:
    customers = [create_customer(database, f"person-{n}", tenant=f"tenant-{n % 7}") for n in range(60)]
    orders = [(each, each is customers[0]) for _ in range(9) for each in customers]
    queued = [job for each, paid in orders for job in queue_jobs(database, clock, each, paid=paid)]
    assert len(queued) > MAX_SIMULATED
    with database.read_transaction() as session:
        positions = queue_position.compute_positions(session, clock())
    assert len(positions.simulated) in {FIRST_POSITIONS, len(queued)}
    assert all(map(positions.is_known, queued))
    late = [positions.find(job) for job in queued if positions.find(job) > FIRST_POSITIONS]
    assert max(late) <= len(queued)
    if len(positions.simulated) == FIRST_POSITIONS:
        assert late == sorted(late)
    told = {job.id: positions.find(job) for job in queued}
    order = [claim(database, clock) for _ in range(40)]
    assert max(abs(told[job] - place) for place, job in enumerate(order, start=1) if job) <= 1
