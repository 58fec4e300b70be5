"""The product on a database that has grown: no statement of those that are executed often reads a whole table."""

from collections.abc import Iterator
from itertools import islice

import pytest
from fakes.databases import DatabaseFactory
from sqlalchemy import text
from sqlmodel import func, select

from models.jobs.fair_queue import QueuedPerson
from storage.jobs import queue_position
from storage.jobs.queue_position import MAX_COUNTED
from tools.scale.figures import open_business
from tools.scale.fill import Size
from tools.scale.measurements import Business
from tools.scale.plans import FullScan, collect_plans

SIZE = Size(people=100_000, tenants=300)


@pytest.fixture(scope="module")
def business(databases: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Business]:
    with open_business(databases, SIZE, tmp_path_factory.mktemp("scale") / "business") as opened:
        yield opened


def test_no_statement_that_is_executed_often_reads_a_whole_table_that_grows(business: Business) -> None:
    scans, statements = set(), set()
    for measurement in business.list_measurements():
        measurement.prepare()
        with collect_plans(business.world.db) as plans:
            measurement.run()
        scans |= plans.scans
        statements |= plans.statements
    with collect_plans(business.world.db) as plans:
        business.work()
    assert len(statements | plans.statements) > 140
    assert scans | plans.scans == set()


def test_a_statement_that_reads_a_whole_table_is_found(business: Business) -> None:
    query = "SELECT count(*) FROM job WHERE stage = 'none'"
    with collect_plans(business.world.db) as plans, business.world.db.read_transaction() as session:
        session.connection().execute(text(query))
    assert plans.scans == {FullScan("job", query)}


def test_the_outbox_is_read_by_its_indexes_with_the_statistics_of_a_time_when_nothing_waited(
    business: Business,
) -> None:
    claim = next(each for each in business.list_measurements() if each.name.startswith("outbox claim"))
    claim.prepare()
    with collect_plans(business.world.db) as plans:
        claim.run()
    assert {"delivery_unsent", "delivery_unsent_chat"} <= plans.indexes


def test_the_people_of_a_long_queue_are_estimated(business: Business) -> None:
    for claim in islice(business.list_queue_measurements(), 0, 4, 2):
        claim.prepare()
    with business.world.db.read_transaction() as session:
        waiting = session.scalar(select(func.count()).select_from(QueuedPerson))
        positions = queue_position.compute_positions(session, business.world.clock())
    assert waiting > MAX_COUNTED
    assert positions.people == pytest.approx(waiting, rel=0.3)
