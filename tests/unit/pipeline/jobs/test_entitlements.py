"""Months and plans, without a database."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from models.billing.catalogue import read_catalogue
from models.identity.people import Person
from pipeline.jobs.entitlements import Entitlements, start_of_next_month


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 1, 31, 23, 59, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
        (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
    ],
)
def test_the_next_month_begins_on_its_first_day(now: datetime, expected: datetime) -> None:
    assert start_of_next_month(now) == expected


@pytest.mark.parametrize(("role", "metered"), [("owner", False), ("admin", False), (None, True), ("stranger", True)])
def test_only_owners_and_administrators_are_not_metered(role: str | None, metered: bool) -> None:
    person = Person(tenant_id=uuid4(), channel="telegram", external_id="1", role=role)
    assert Entitlements(read_catalogue()).plan_of(person).metered is metered
