"""Rollups: whatever part of a period is rolled up, reports and metrics say the same as the rows do."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from fakes.clock import NOON, SettableClock
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlmodel import Session, col, func, select

from models.jobs.job import JobStatus
from models.messaging.updates import Update
from models.operations.rollups import JobRollup, JobTotal, RollupProgress
from storage.billing import ledger
from storage.db import Database
from storage.operations import metrics, rollup_writer
from storage.operations.rollup_writer import SETTLING_TIME
from storage.operations.rollups import HOUR, HOURLY, find_spans
from storage.tenants import tenant_reports, tenant_stats
from storage.tenants.tenant_reports import ReportPeriod

MINUTE = timedelta(minutes=1)
STATUSES = (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)
AGES = (0, 1, 59, 60, 61, 119, 150, 185, 299, 300)  # minutes before noon; 10:00 and 11:00 are among them


@pytest.fixture
def ana(database: Database) -> SampleCustomer:
    return create_customer(database)


@pytest.fixture
def ended(database: Database, ana: SampleCustomer) -> None:
    """Jobs of two tenants that ended in the last five hours, in each status, with their cost, and as many updates."""
    for customer in (ana, create_customer(database, "bob", tenant="other")):
        with database.transaction() as session:
            ledger.grant(session, customer.person, 100, key=f"gift:{customer.person.id}", now=NOON - 6 * HOUR)
            for number, age in enumerate(AGES):
                end = NOON - age * MINUTE
                _end_job(session, customer, STATUSES[number % 3], "caption" if number % 4 else "sketch", end)
                account_id = customer.account.id
                session.add(Update(account_id=account_id, external_id=f"{customer.person.id}{number}", received_at=end))


def _end_job(session: Session, customer: SampleCustomer, status: JobStatus, kind: str, end: datetime) -> None:
    times = {"received_at": end - 2 * MINUTE, "started_at": end - MINUTE, "finished_at": end}
    costs = {"cpu_seconds": 2.5, "provider_seconds": 30.0, "provider_cost": 700, "local_seconds": 12.5}
    costs |= {"prompt_tokens": 120, "completion_tokens": 45}
    job = add_job(session, customer, end, kind=kind, status=status, credits=2, **times, **costs)
    assert ledger.reserve(session, customer.person, job.id, 2, end)
    assert ledger.settle(session, customer.person, job.id, 2, 2 if status == JobStatus.DONE else 0, end)


def roll_up(database: Database, now: datetime) -> int:
    """Roll up all hours that are over; how many there were."""

    def roll_up_hours() -> Iterator[None]:
        while True:
            with database.transaction() as session:
                if not rollup_writer.roll_up_next_hour(session, now):
                    return
            yield

    return sum(1 for _ in roll_up_hours())


def report(database: Database, ana: SampleCustomer, since: datetime, until: datetime) -> tuple[object, ...]:
    tenant_id = ana.person.tenant_id
    with database.read_transaction() as session:
        stats = tenant_stats.collect_stats(session, tenant_id, since, until)
        period = ReportPeriod(tenant_id, since, until)
        return (
            tenant_reports.sum_jobs(session, period),
            tenant_reports.sum_credits_spent(session, period),
            tenant_reports.count_active_people(session, period),
            stats,
        )


def measure(database: Database) -> tuple[object, ...]:
    with database.read_transaction() as session:
        return metrics.count_outcomes(session), metrics.measure_durations(session)


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize("rolled_up", [1, 2, 3, 5])
def test_reports_and_metrics_are_the_same_however_much_is_rolled_up(
    database: Database, ana: SampleCustomer, rolled_up: int
) -> None:
    periods = [
        (NOON - since * MINUTE, NOON - until * MINUTE) for since, until in ((400, 0), (300, 60), (119, 1), (59, 1))
    ]
    before = [report(database, ana, *period) for period in periods], measure(database)
    assert roll_up(database, NOON - 5 * HOUR + rolled_up * HOUR + SETTLING_TIME) == rolled_up
    assert ([report(database, ana, *period) for period in periods], measure(database)) == before


@pytest.mark.usefixtures("ended")
def test_what_is_rolled_up_is_not_read_again(database: Database, ana: SampleCustomer) -> None:
    roll_up(database, NOON + 2 * HOUR)
    with database.transaction() as session:
        session.connection().execute(JobRollup.__table__.update().values(jobs=7))  # type: ignore[attr-defined]
        session.connection().execute(JobTotal.__table__.update().values(jobs=100))  # type: ignore[attr-defined]
        found = tenant_reports.sum_jobs(session, ReportPeriod(ana.person.tenant_id, NOON - 2 * HOUR, NOON - HOUR))
        # of the hour from 10:00 what was rolled up, and the job that ended at 11:00 sharp from its row
        assert {(each.kind, each.done, each.failed, each.cancelled) for each in found} == {
            ("caption", 1, 0, 7),
            ("sketch", 0, 7, 0),
        }
        assert {each.count for each in metrics.count_outcomes(session)} == {100}


@pytest.mark.usefixtures("ended")
def test_an_hour_is_rolled_up_once_its_transactions_are_over(database: Database) -> None:
    first_end = NOON - 4 * HOUR
    assert roll_up(database, first_end + SETTLING_TIME - MINUTE) == 0
    assert roll_up(database, first_end + SETTLING_TIME) == 1
    assert roll_up(database, first_end + SETTLING_TIME) == 0


@pytest.mark.usefixtures("ended")
def test_processes_that_roll_up_at_the_same_time_count_nothing_twice(database: Database) -> None:
    before = measure(database)
    run_concurrently([lambda: roll_up(database, NOON + 2 * HOUR)] * 4)
    roll_up(database, NOON + 2 * HOUR)
    assert measure(database) == before
    with database.read_transaction() as session:
        assert session.exec(select(func.sum(col(JobRollup.jobs)))).one() == 2 * len(AGES)


def test_nothing_is_rolled_up_where_nothing_has_ended(database: Database, clock: SettableClock) -> None:
    assert roll_up(database, clock()) == 0
    with database.read_transaction() as session:
        assert metrics.count_outcomes(session) == []


@pytest.mark.parametrize(
    ("since", "until", "start", "end"),
    [(30, 330, 60, 300), (60, 300, 60, 300), (61, 299, 120, 240), (0, 500, 60, 360)],
)
def test_a_period_is_divided_at_full_hours(database: Database, since: int, until: int, start: int, end: int) -> None:
    """In minutes after noon; rolled up are those from 13:00 until 18:00."""
    with database.transaction() as session:
        session.add(RollupProgress(name=HOURLY, since=NOON + HOUR, until=NOON + 6 * HOUR))
        session.flush()
        spans = find_spans(session, NOON + since * MINUTE, NOON + until * MINUTE)
    assert (spans.start, spans.end) == (NOON + start * MINUTE, NOON + end * MINUTE)


@pytest.mark.usefixtures("ended")
def test_a_rolled_up_hour_is_in_the_bar_that_has_the_middle_of_it(database: Database, ana: SampleCustomer) -> None:
    def count(end_of_first: datetime) -> list[dict[str, int]]:
        period = ReportPeriod(ana.person.tenant_id, end_of_first - 24 * HOUR, end_of_first + 24 * HOUR)
        with database.read_transaction() as session:
            return tenant_reports.count_over_time(session, period, 2)

    nine = NOON - 3 * HOUR
    before = count(nine)
    assert all(sum(part.values()) > 2 for part in before)
    roll_up(database, NOON + 2 * HOUR)
    assert count(nine) == count(nine - 29 * MINUTE) == count(nine + 29 * MINUTE) == before
    assert count(nine + 31 * MINUTE) != before
