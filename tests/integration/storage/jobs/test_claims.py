"""Who works on what: the fair order, the lease and the fence."""

from datetime import timedelta

import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, add_job, create_customer

from models.jobs.job import Job, JobClaim, JobStatus, WorkerRow
from models.retries import JOB_RETRIES
from storage.db import Database
from storage.jobs import jobs, worker_heartbeats
from storage.jobs.outcomes import JobCosts, JobOutcome, LeaseLost

LEASE = timedelta(seconds=30)


def queued(database: Database, customer: SampleCustomer, clock: SettableClock, **values: object) -> Job:
    clock.advance(seconds=1)
    with database.transaction() as session:
        return add_job(session, customer, clock(), **values)


def claim(database: Database, clock: SettableClock, owner: str = "worker") -> JobClaim | None:
    with database.transaction() as session:
        return jobs.claim_next(session, owner, clock(), LEASE)


def claimed(database: Database, clock: SettableClock) -> JobClaim:
    found = claim(database, clock)
    assert found is not None
    return found


def stored(database: Database, job_id: object) -> Job:
    with database.read_transaction() as session:
        return session.get_one(Job, job_id)


def test_there_is_nothing_to_claim_in_an_empty_queue(database: Database, clock: SettableClock) -> None:
    assert claim(database, clock) is None


def test_a_paid_job_is_done_before_an_older_free_one(database: Database, clock: SettableClock) -> None:
    free = queued(database, create_customer(database, "free"), clock)
    paid = queued(database, create_customer(database, "paid"), clock, paid=True)
    assert [claimed(database, clock).job_id for _ in range(2)] == [paid.id, free.id]


def test_the_person_served_least_comes_next(database: Database, clock: SettableClock) -> None:
    greedy, modest = create_customer(database, "greedy"), create_customer(database, "modest")
    first, second, third = (queued(database, greedy, clock) for _ in range(3))
    other = queued(database, modest, clock)
    assert [claimed(database, clock).job_id for _ in range(4)] == [first.id, other.id, second.id, third.id]


def test_the_tenant_served_least_comes_next(database: Database, clock: SettableClock) -> None:
    first = queued(database, create_customer(database, "a", tenant="large"), clock)
    second = queued(database, create_customer(database, "b", tenant="large"), clock)
    other = queued(database, create_customer(database, "c", tenant="small"), clock)
    assert [claimed(database, clock).job_id for _ in range(3)] == [first.id, other.id, second.id]


def test_among_equals_the_oldest_comes_first(database: Database, clock: SettableClock) -> None:
    waiting = [queued(database, create_customer(database, name), clock).id for name in ("c", "a", "b")]
    assert [claimed(database, clock).job_id for _ in range(3)] == waiting


def test_service_given_long_ago_is_forgotten(database: Database, clock: SettableClock) -> None:
    ana, ben = create_customer(database, "ana"), create_customer(database, "ben")
    queued(database, ana, clock)
    done = claimed(database, clock)
    with database.transaction() as session:
        jobs.finish(session, done, JobOutcome(JobStatus.DONE), clock())
    clock.advance(hours=1, seconds=1)
    first = queued(database, ana, clock)
    queued(database, ben, clock)
    assert claimed(database, clock).job_id == first.id


def test_a_job_put_off_is_not_claimed_before_its_time(database: Database, clock: SettableClock) -> None:
    queued(database, create_customer(database), clock, run_after=clock() + timedelta(seconds=60))
    assert claim(database, clock) is None
    clock.advance(seconds=60)
    assert claim(database, clock)


def test_a_claim_counts_the_attempt_and_raises_the_fence(database: Database, clock: SettableClock) -> None:
    job = queued(database, create_customer(database), clock)
    assert claimed(database, clock) == JobClaim(job.id, fence=1, attempts=1)
    row = stored(database, job.id)
    assert (row.status, row.owner, row.lease_until, row.started_at) == (
        JobStatus.RUNNING,
        "worker",
        clock() + LEASE,
        clock(),
    )


def test_no_job_is_ever_claimed_by_two_workers(database: Database, clock: SettableClock) -> None:
    for name in ("ana", "ben", "eva"):
        customer = create_customer(database, name)
        for _ in range(8):
            queued(database, customer, clock)
    calls = [lambda name=f"worker-{number}": claim(database, clock, name) for number in range(40)]
    found = [each.job_id for each in run_concurrently(calls, threads=8) if each]
    assert len(found) == len(set(found)) == 24


def test_a_live_lease_keeps_others_away(database: Database, clock: SettableClock) -> None:
    queued(database, create_customer(database), clock)
    mine = claimed(database, clock)
    clock.advance(seconds=29)
    with database.transaction() as session:
        assert jobs.renew_lease(session, mine, clock() + LEASE)
    clock.advance(seconds=29)
    assert claim(database, clock) is None


def test_an_expired_lease_is_claimed_again_and_the_old_holder_can_write_nothing(
    database: Database, clock: SettableClock
) -> None:
    job = queued(database, create_customer(database), clock)
    stale = claimed(database, clock)
    started = clock()
    clock.advance(seconds=31)
    assert claimed(database, clock) == JobClaim(job.id, fence=2, attempts=2)
    with pytest.raises(LeaseLost), database.transaction() as session:
        jobs.finish(session, stale, JobOutcome(JobStatus.DONE), clock())
    with database.transaction() as session:
        jobs.report_progress(session, stale, "drawing", 0.9)
        jobs.requeue(session, stale, clock(), counts_as_attempt=False)
        assert not jobs.renew_lease(session, stale, clock() + LEASE)
        assert not jobs.is_held(session, stale)
    row = stored(database, job.id)
    assert (row.status, row.progress, row.stage, row.attempts) == (JobStatus.RUNNING, 0.0, "waiting", 2)
    assert row.started_at == started


def test_whoever_holds_the_fence_may_finish_even_a_little_late(database: Database, clock: SettableClock) -> None:
    queued(database, create_customer(database), clock)
    mine = claimed(database, clock)
    clock.advance(seconds=31)
    with database.transaction() as session:
        used = JobCosts(cpu_seconds=2.5)
        assert jobs.finish(session, mine, JobOutcome(JobStatus.DONE, costs=used), clock()).cpu_seconds == 2.5


def test_a_job_is_finished_once(database: Database, clock: SettableClock) -> None:
    job = queued(database, create_customer(database), clock)
    mine = claimed(database, clock)

    def finish(status: JobStatus) -> bool:
        try:
            with database.transaction() as session:
                jobs.finish(session, mine, JobOutcome(status), clock())
        except LeaseLost:
            return False
        return True

    assert run_concurrently([lambda: finish(JobStatus.DONE), lambda: finish(JobStatus.FAILED)] * 4).count(True) == 1
    assert stored(database, job.id).finished_at == clock()


def test_a_cancelled_job_is_lost_to_its_worker(database: Database, clock: SettableClock) -> None:
    job = queued(database, create_customer(database), clock)
    mine = claimed(database, clock)
    with database.transaction() as session:
        assert jobs.cancel(session, job.id, clock())
        assert jobs.cancel(session, job.id, clock()) is None
    with pytest.raises(LeaseLost), database.transaction() as session:
        jobs.finish(session, mine, JobOutcome(JobStatus.DONE), clock())
    with database.transaction() as session:
        assert not jobs.renew_lease(session, mine, clock() + LEASE)
    assert claim(database, clock) is None
    assert stored(database, job.id).status == JobStatus.CANCELLED


def test_a_stop_that_is_nobodys_fault_gives_the_attempt_back(database: Database, clock: SettableClock) -> None:
    job = queued(database, create_customer(database), clock)
    for fence in (1, 2, 3, 4):
        mine = claimed(database, clock)
        assert mine == JobClaim(job.id, fence=fence, attempts=1)
        with database.transaction() as session:
            jobs.requeue(session, mine, clock(), counts_as_attempt=False)


def test_a_job_is_attempted_three_times_and_then_found_exhausted(database: Database, clock: SettableClock) -> None:
    job = queued(database, create_customer(database), clock)
    for _ in range(JOB_RETRIES.max_attempts):
        with database.transaction() as session:
            assert jobs.list_exhausted(session, clock()) == []
        claimed(database, clock)
        clock.advance(seconds=31)
    assert claim(database, clock) is None
    with database.transaction() as session:
        assert jobs.list_exhausted(session, clock()) == [JobClaim(job.id, fence=3, attempts=3)]
        assert jobs.collect_unclaimed(session, clock(), timedelta(seconds=3), 100) == []


def test_the_sweep_finds_what_nobody_was_woken_for_and_marks_it(database: Database, clock: SettableClock) -> None:
    job = queued(database, create_customer(database), clock)
    found = []
    for _ in range(3):
        with database.transaction() as session:
            found.append(jobs.collect_unclaimed(session, clock(), timedelta(seconds=3), 100))
        clock.advance(seconds=2)
    assert found == [[], [], [job.id]]
    with database.transaction() as session:
        assert jobs.collect_unclaimed(session, clock(), timedelta(seconds=3), 100) == []


def test_many_sweeps_at_once_find_a_lost_job_once(database: Database, clock: SettableClock) -> None:
    expected = [queued(database, create_customer(database), clock).id for _ in range(10)]
    clock.advance(seconds=10)

    def sweep() -> list[object]:
        with database.transaction() as session:
            return list(jobs.collect_unclaimed(session, clock(), timedelta(seconds=3), 100))

    found = [job_id for each in run_concurrently([sweep] * 8, threads=8) for job_id in each]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_a_persons_waiting_jobs_are_those_that_have_not_ended(database: Database, clock: SettableClock) -> None:
    ana, ben = create_customer(database, "ana"), create_customer(database, "ben")
    running, waiting = queued(database, ana, clock), queued(database, ana, clock)
    mine = claimed(database, clock)
    queued(database, ben, clock)
    assert mine.job_id == running.id
    with database.transaction() as session:
        assert [job.id for job in jobs.list_unfinished(session, ana.person.id)] == [running.id, waiting.id]
        jobs.finish(session, mine, JobOutcome(JobStatus.DONE), clock())
        assert [job.id for job in jobs.list_unfinished(session, ana.person.id)] == [waiting.id]


def test_a_worker_is_seen_from_its_first_sign_on(database: Database, clock: SettableClock) -> None:
    started = clock()
    for _ in range(2):
        with database.transaction() as session:
            worker_heartbeats.record(session, "worker-1", clock())
        clock.advance(seconds=5)
    with database.read_transaction() as session:
        row = session.get_one(WorkerRow, "worker-1")
    assert (row.started_at, row.seen_at) == (started, started + timedelta(seconds=5))
