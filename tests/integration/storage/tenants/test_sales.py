"""Sales, refunds and sold credits: whatever part of a period is rolled up, the sums are those of the rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import pytest
from fakes.clock import NOON
from fakes.sample_customers import SampleCustomer, create_customer
from sqlmodel import Session

from models.billing.payments import Purchase, PurchaseStatus, Repayment, RepaymentStatus
from models.operations.rollups import RollupProgress, SalesRollup, SoldCreditRollup
from storage.billing import ledger
from storage.db import Database
from storage.operations.rollup_writer import SETTLING_TIME
from storage.operations.rollups import HOUR, HOURLY
from storage.tenants import report_rollups, tenant_reports
from storage.tenants.tenant_reports import ReportPeriod, SalesTotal

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST_HOUR = NOON - 2 * DAY
KEYS = ("grant:cs_{}", "grant:stars:{}", "invoice:{}", "gift:{}", "grant:promo:{}")
SOLD_KEYS = KEYS[:3]


@dataclass(frozen=True, slots=True)
class Movement:
    """Something bought, refunded or granted. `what` is an item and a currency, or empty for credits."""

    at: datetime
    what: tuple[str, str] | None
    paid: int = 0
    refunded: int = 0
    sold_credits: int = 0


@pytest.fixture
def ana(database: Database) -> SampleCustomer:
    return create_customer(database)


@pytest.fixture
def movements(database: Database, ana: SampleCustomer) -> list[Movement]:
    """Of one tenant in three days; another one has as many, which nobody is to see."""
    bob = create_customer(database, "bob", tenant="other")
    with database.transaction() as session:
        session.add(RollupProgress(name=HOURLY, since=FIRST_HOUR, until=NOON))
        assert list(_move(session, bob, Random(1)))
        return list(_move(session, ana, Random(2)))


def _move(session: Session, customer: SampleCustomer, random: Random) -> Iterator[Movement]:
    for number in range(50):
        at, decided = (_choose_moment(random) for _ in range(2))
        what = random.choice(("pack:100", "plan:starter")), random.choice(("brl", "xtr"))
        status = random.choice((PurchaseStatus.PAID, PurchaseStatus.PAID, PurchaseStatus.EXPIRED))
        purchase = _add_purchase(session, customer, number, what, status, at)
        if status == PurchaseStatus.PAID:
            yield Movement(at, what, paid=purchase.amount)
        refund_status = random.choice((RepaymentStatus.DONE, RepaymentStatus.REJECTED))
        _add_refund(session, customer, purchase, refund_status, decided)
        if refund_status == RepaymentStatus.DONE:
            yield Movement(decided, what, refunded=7)
        key = random.choice(KEYS)
        ledger.grant(session, customer.person, 10, key=key.format(f"{customer.person.id}{number}"), now=at)
        yield Movement(at, None, sold_credits=10 if key in SOLD_KEYS else 0)


def _choose_moment(random: Random) -> datetime:
    return NOON - random.choice((random.randrange(3 * 1440), 60 * random.randrange(3 * 24))) * MINUTE


def _add_purchase(
    session: Session,
    customer: SampleCustomer,
    number: int,
    what: tuple[str, str],
    status: PurchaseStatus,
    at: datetime,
) -> Purchase:
    person, (item, currency) = customer.person, what
    fields = {"provider": "stripe", "item": item, "currency": currency, "external_id": f"{person.id}{number}"}
    owners = {"tenant_id": person.tenant_id, "person_id": person.id, "address_id": customer.address.id}
    purchase = Purchase(**owners, **fields, amount=1000 + number, status=status, decided_at=at)
    session.add(purchase)
    session.flush()
    return purchase


def _add_refund(
    session: Session, customer: SampleCustomer, purchase: Purchase, status: RepaymentStatus, at: datetime
) -> None:
    owners = {"tenant_id": purchase.tenant_id, "purchase_id": purchase.id, "address_id": customer.address.id}
    fields = {"asked_by_id": customer.person.id, "provider": "stripe", "amount": 7, "status": status}
    session.add(Repayment(**owners, **fields, decided_at=at))


def list_periods() -> list[tuple[datetime, datetime]]:
    lengths = [(NOON - length, NOON) for length in (DAY, 3 * DAY, 59 * MINUTE, 90 * MINUTE)]
    return [*lengths, (NOON - 2 * DAY - 30 * MINUTE, NOON - 7 * MINUTE), (NOON - 36 * HOUR, NOON - 12 * HOUR)]


def sum_movements(movements: list[Movement], since: datetime, until: datetime) -> tuple[list[SalesTotal], int]:
    counts: Counter[tuple[str, str]] = Counter()
    paid, refunded = counts.copy(), counts.copy()
    inside = [each for each in movements if since <= each.at <= until]
    for each in inside:
        if each.what is not None:
            counts[each.what] += each.paid > 0
            paid[each.what] += each.paid
            refunded[each.what] += each.refunded
    totals = [SalesTotal(*what, counts[what], paid[what], refunded[what]) for what in sorted(counts)]
    return totals, sum(each.sold_credits for each in inside)


def report(database: Database, ana: SampleCustomer, since: datetime, until: datetime) -> tuple[list[SalesTotal], int]:
    with database.read_transaction() as session:
        period = ReportPeriod(ana.person.tenant_id, since, until)
        return tenant_reports.list_sales(session, period), tenant_reports.sum_credits_sold(session, period)


def roll_up(database: Database, hours: int) -> None:
    for _ in range(hours):
        with database.transaction() as session:
            assert report_rollups.roll_up_next_hour(session, NOON + SETTLING_TIME)


@pytest.mark.parametrize("hours", [0, 1, 25, 48])
def test_sums_are_the_same_however_much_is_rolled_up(
    database: Database, ana: SampleCustomer, movements: list[Movement], hours: int
) -> None:
    roll_up(database, hours)
    for period in list_periods():
        assert report(database, ana, *period) == sum_movements(movements, *period), period


@pytest.mark.usefixtures("movements")
def test_what_is_rolled_up_is_not_read_again(database: Database, ana: SampleCustomer) -> None:
    roll_up(database, 48)
    with database.transaction() as session:
        for table, values in ((SalesRollup, {"sales": 1000}), (SoldCreditRollup, {"credits": 1000})):
            session.connection().execute(table.__table__.update().values(**values))  # type: ignore[attr-defined]
    totals, sold = report(database, ana, NOON - DAY, NOON)
    assert max(total.count for total in totals) >= 1000
    assert sold >= 1000
