"""Totals of purchases: whatever is rolled up, and whatever is paid late, they are those of the rows."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from fakes.clock import NOON
from fakes.sample_customers import SampleCustomer, create_customer
from sqlmodel import select

from models.billing.payments import UNDECIDED_STATUSES, Provider, Purchase, PurchaseStatus
from models.operations.rollups import PurchaseTotal
from storage.billing import purchase_totals, purchases
from storage.db import Database
from storage.operations.rollup_writer import SETTLING_TIME

Totals = dict[tuple[str, str, str], tuple[int, int]]
AddPurchase = Callable[..., UUID]
HOUR = timedelta(hours=1)


@pytest.fixture
def ana(database: Database) -> SampleCustomer:
    return create_customer(database)


@pytest.fixture
def add_purchase(database: Database, ana: SampleCustomer) -> AddPurchase:
    def add(status: PurchaseStatus, hours: float, currency: str = "brl", amount: int = 400) -> UUID:
        decided_at = None if status in UNDECIDED_STATUSES else NOON + timedelta(hours=hours)
        row = Purchase(
            tenant_id=ana.person.tenant_id,
            person_id=ana.person.id,
            address_id=ana.address.id,
            provider=Provider.STRIPE,
            item="pack:100",
            currency=currency,
            amount=amount,
            status=status,
            decided_at=decided_at,
        )
        with database.transaction() as session:
            session.add(row)
        return row.id

    return add


def read_totals(database: Database) -> Totals:
    counts: Counter[tuple[str, str, str]] = Counter()
    amounts: Counter[tuple[str, str, str]] = Counter()
    with database.read_transaction() as session:
        for each in purchase_totals.list_totals(session):
            key = each.provider, each.status, each.currency
            counts[key] += each.purchases
            amounts[key] += each.amount
    return {key: (count, amounts[key]) for key, count in counts.items() if count}


def count_rows(database: Database) -> Totals:
    totals: Totals = {}
    with database.read_transaction() as session:
        for row in session.exec(select(Purchase)):
            key = row.provider, row.status, row.currency
            count, amount = totals.get(key, (0, 0))
            totals[key] = count + 1, amount + row.amount
    return totals


def roll_up(database: Database, hours: float) -> None:
    """Roll up everything there is to roll up so many hours after noon."""
    for expected in (True, False):
        with database.transaction() as session:
            assert purchase_totals.roll_up(session, NOON + timedelta(hours=hours)) is expected


def pay(database: Database, purchase_id: UUID, hours: float) -> bool:
    with database.transaction() as session:
        purchase = session.get_one(Purchase, purchase_id)
        return purchases.advance(session, purchase, PurchaseStatus.PAID, NOON + timedelta(hours=hours))


def test_totals_are_those_of_the_rows_before_and_after_each_hour_is_rolled_up(
    database: Database, add_purchase: AddPurchase
) -> None:
    random = Random(1)
    for _ in range(60):
        hours, currency = random.uniform(0, 5), random.choice(("brl", "usd"))
        add_purchase(random.choice(list(PurchaseStatus)), hours, currency, random.randrange(1_000))
    rows = count_rows(database)
    assert read_totals(database) == rows
    for hours in (1.2, 3.2, 7):
        roll_up(database, hours)
        assert read_totals(database) == rows


def test_what_is_rolled_up_is_not_read_from_its_rows_again(database: Database, add_purchase: AddPurchase) -> None:
    add_purchase(PurchaseStatus.PAID, 0.5)
    roll_up(database, 1.2)
    with database.transaction() as session:
        session.delete(session.exec(select(Purchase)).one())
    assert read_totals(database) == {("stripe", "paid", "brl"): (1, 400)}


def test_an_hour_is_rolled_up_only_when_its_transactions_are_committed(
    database: Database, add_purchase: AddPurchase
) -> None:
    add_purchase(PurchaseStatus.PAID, 0.5)
    with database.transaction() as session:
        purchase_totals.roll_up(session, NOON + HOUR + SETTLING_TIME - timedelta(seconds=1))
        assert session.exec(select(PurchaseTotal)).all() == []
        purchase_totals.roll_up(session, NOON + HOUR + SETTLING_TIME)
        assert session.exec(select(PurchaseTotal)).one().purchases == 1


@pytest.mark.parametrize("status", [PurchaseStatus.EXPIRED, PurchaseStatus.FAILED])
def test_a_purchase_that_is_paid_late_is_counted_once(
    database: Database, add_purchase: AddPurchase, status: PurchaseStatus
) -> None:
    late, _ = add_purchase(status, 0.5), add_purchase(status, 0.6)
    roll_up(database, 1.2)
    assert [pay(database, late, hours) for hours in (2, 2.1)] == [True, False]
    assert read_totals(database) == count_rows(database)
    roll_up(database, 3.2)
    assert read_totals(database) == count_rows(database)


def test_a_purchase_that_is_paid_late_before_it_is_rolled_up_is_counted_once(
    database: Database, add_purchase: AddPurchase
) -> None:
    roll_up(database, 0.2)
    assert pay(database, add_purchase(PurchaseStatus.EXPIRED, 0.5), 0.7)
    assert read_totals(database) == count_rows(database)
    roll_up(database, 3.2)
    assert read_totals(database) == count_rows(database) == {("stripe", "paid", "brl"): (1, 400)}
