"""People who were active: whatever part of a period is rolled up, as many are counted as the rows of jobs have."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from random import Random
from zoneinfo import ZoneInfo

import pytest
from fakes.clock import NOON
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlmodel import Session, col, func, select

from models.jobs.job import JobStatus
from models.operations.rollups import ActivityRollup, PersonActivity, ReportProgress, RollupProgress
from storage.db import Database
from storage.operations.rollup_writer import SETTLING_TIME
from storage.operations.rollups import HOUR, HOURLY
from storage.tenants import activity, report_rollups
from storage.tenants.report_rollups import LONGEST_PERIOD

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST_HOUR = NOON - 4 * DAY
Activity = list[tuple[SampleCustomer, datetime]]


@pytest.fixture
def created(database: Database) -> Activity:
    """Who created jobs and when, in five days: people of two tenants, some of them once and some often."""
    people = [create_customer(database, f"user{index}", tenant="other" if index > 7 else "main") for index in range(11)]
    random = Random(28)
    minutes = [random.choice((random.randrange(5 * 1440), 60 * random.randrange(5 * 24))) for _ in range(90)]
    created = [(people[min(random.randrange(22), 10)], NOON - minute * MINUTE) for minute in (0, 60, *minutes)]
    with database.transaction() as session:
        session.add(RollupProgress(name=HOURLY, since=FIRST_HOUR, until=NOON))
        for customer, moment in created:
            add_job(session, customer, moment, status=JobStatus.DONE, finished_at=moment)
    return created


def roll_up(database: Database, now: datetime) -> int:
    """Roll up the hours that are over; how many there were."""

    def roll_up_hours() -> Iterator[None]:
        while True:
            with database.transaction() as session:
                if not report_rollups.roll_up_next_hour(session, now):
                    return
            yield

    return sum(1 for _ in roll_up_hours())


def count(database: Database, customer: SampleCustomer, since: datetime, until: datetime) -> int:
    with database.read_transaction() as session:
        return activity.count_active_people(session, customer.person.tenant_id, since, until)


def count_in(created: Activity, tenant_of: SampleCustomer, since: datetime, until: datetime) -> int:
    return len(
        {
            customer.person.id
            for customer, moment in created
            if customer.person.tenant_id == tenant_of.person.tenant_id and since <= moment <= until
        }
    )


def list_periods() -> Iterator[tuple[datetime, datetime]]:
    """Until now and until earlier moments; days of places whose clocks are hours and half hours away."""
    yield from ((NOON - length, NOON) for length in (DAY, 2 * DAY, 3.5 * DAY, 10 * DAY, 90 * MINUTE, 59 * MINUTE))
    yield from ((NOON - 3 * DAY + 7 * MINUTE, NOON - after) for after in (MINUTE, HOUR, 3 * HOUR, DAY + 30 * MINUTE))
    for name in ("America/Sao_Paulo", "Asia/Kolkata", "Asia/Kathmandu"):
        midnight = datetime(NOON.year, NOON.month, NOON.day, tzinfo=ZoneInfo(name))
        yield midnight - DAY, midnight
        yield midnight - 3 * DAY, NOON


@pytest.mark.parametrize("hours", [0, 1, 30, 59, 95, 96])
def test_as_many_are_counted_however_much_is_rolled_up(database: Database, created: Activity, hours: int) -> None:
    assert roll_up(database, FIRST_HOUR + hours * HOUR + SETTLING_TIME) == hours
    for customer, period in product((created[0][0], _find_other(created)), list_periods()):
        assert count(database, customer, *period) == count_in(created, customer, *period), period


def _find_other(created: Activity) -> SampleCustomer:
    return next(each for each, _ in created if each.person.tenant_id != created[0][0].person.tenant_id)


def test_what_is_rolled_up_is_not_read_again(database: Database, created: Activity) -> None:
    roll_up(database, NOON + SETTLING_TIME)
    with database.transaction() as session:
        session.connection().execute(ActivityRollup.__table__.update().values(people=1000))  # type: ignore[attr-defined]
    assert count(database, created[0][0], NOON - 2 * DAY, NOON) > 1000
    yesterday = NOON - 2 * DAY, NOON - DAY
    assert count(database, created[0][0], *yesterday) == count_in(created, created[0][0], *yesterday)


def test_each_person_is_counted_in_one_hour(database: Database, created: Activity) -> None:
    roll_up(database, NOON + SETTLING_TIME)
    with database.read_transaction() as session:
        people = session.exec(select(func.count()).select_from(PersonActivity)).one()
        assert session.exec(select(func.sum(col(ActivityRollup.people)))).one() == people
        assert session.exec(select(func.min(ActivityRollup.people))).one() >= 0
    assert people == len({customer.person.id for customer, moment in created if FIRST_HOUR <= moment < NOON})


def test_counts_are_right_while_several_processes_roll_up(database: Database, created: Activity) -> None:
    customer, since = created[0][0], NOON - 3 * DAY
    expected = count_in(created, customer, since, NOON)

    def count_often() -> int:
        counts = {count(database, customer, since, NOON) for _ in range(60)}
        assert counts == {expected}
        return 0

    def roll_up_all() -> int:
        return roll_up(database, NOON + SETTLING_TIME)

    # one that finds another at work leaves it to that one
    assert 0 < sum(run_concurrently([roll_up_all, roll_up_all, count_often], threads=3)) <= 96
    roll_up_all()
    with database.read_transaction() as session:
        assert session.exec(select(ReportProgress.until)).one() == NOON
    assert count(database, customer, since, NOON) == expected


def test_the_first_hour_is_the_first_of_the_longest_period(database: Database, created: Activity) -> None:
    """Of an installation that is older, and was upgraded: nothing asks for the hours before it."""
    now = NOON + 60 * DAY
    with database.transaction() as session:
        session.get_one(RollupProgress, HOURLY).since = NOON - 100 * DAY
        session.flush()
        assert report_rollups.roll_up_next_hour(session, now)
        assert _find_progress(session).since == now - LONGEST_PERIOD
    assert created


def test_nothing_is_rolled_up_before_any_job_has_ended(database: Database) -> None:
    with database.transaction() as session:
        assert not report_rollups.roll_up_next_hour(session, NOON)
        assert session.get(ReportProgress, HOURLY) is None


def _find_progress(session: Session) -> ReportProgress:
    return session.exec(select(ReportProgress)).one()
