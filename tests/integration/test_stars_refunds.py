"""Stars that administrators give back: by the process that speaks to Telegram, once, and told to who asked."""

from pathlib import Path

import pytest
from fakes.business import Business, open_business
from fakes.telegram_api import errors
from fakes.telegram_api.wiring import bot_of
from sqlmodel import select

from bots.telegram.stars import StarsRefunds
from models.billing.payments import Repayment, RepaymentStatus
from models.identity.people import Account
from models.messaging.deliveries import Delivery
from storage.billing import refunds
from storage.db import Database
from storage.identity import people


@pytest.fixture
def business(database: Database, tmp_path: Path) -> Business:
    return open_business(database, tmp_path)


def asks(business: Business) -> Repayment:
    """As the conversation leaves it: somebody in another chat asked for it."""
    (purchase,) = business.purchases()
    with business.house.db.transaction() as session:
        boss = people.get_or_create_person(session, business.account, "1", name="Olga", language="en")
        address = people.get_or_create_address(session, business.account.id, "1", "")
        return refunds.request_refund(session, purchase, purchase.amount, boss, address, business.house.db.clock())


def status(business: Business) -> tuple[str, str]:
    with business.house.db.read_transaction() as session:
        row = session.exec(select(Repayment)).one()
    return row.status, row.reason


def told(business: Business) -> list[str]:
    with business.house.db.read_transaction() as session:
        rows = session.exec(select(Delivery).where(Delivery.cause.startswith("repayment:")))  # type: ignore[attr-defined]
        return [row.content.paragraphs[0].key for row in rows]


async def test_stars_go_back_once_and_who_asked_hears_of_it(business: Business) -> None:
    async with business.open():
        charge = await business.buys()
        await business.has(110)
        asks(business)
        refunds = StarsRefunds(bot_of(business.fake), business.house.db)
        await refunds.sweep(business.account.id)
        await refunds.sweep(business.account.id)
        await business.fake.arrival(lambda: not business.fake.updates.waiting)
    assert charge.refunded
    assert business.credits() == 10
    assert (status(business)[0], told(business)) == (RepaymentStatus.DONE, ["admin-refund-done"])
    assert len(business.fake.made("refundStarPayment")) == 1


async def test_a_telegram_that_is_away_is_asked_again_later(business: Business) -> None:
    async with business.open():
        await business.buys()
        await business.has(110)
        asks(business)
        refunds = StarsRefunds(bot_of(business.fake), business.house.db)
        business.fake.fail("refundStarPayment", errors.flood(5))
        await refunds.sweep(business.account.id)
        await refunds.sweep(business.account.id)
        assert (status(business)[0], told(business)) == (RepaymentStatus.REQUESTED, [])
        business.house.time.forward(31)
        await refunds.sweep(business.account.id)
        await business.fake.arrival(lambda: not business.fake.updates.waiting)
    assert status(business)[0] == RepaymentStatus.DONE


async def test_another_account_gives_nothing_back(business: Business) -> None:
    async with business.open():
        charge = await business.buys()
        await business.has(110)
        asks(business)
        with business.house.db.transaction() as session:
            other: Account = people.get_or_create_account(session, business.account.tenant_id, "telegram", "654321")
        await StarsRefunds(bot_of(business.fake), business.house.db).sweep(other.id)
    assert not charge.refunded
    assert status(business)[0] == RepaymentStatus.REQUESTED


async def test_the_process_that_speaks_to_telegram_gives_back_by_itself(business: Business) -> None:
    async with business.open():
        charge = await business.buys()
        await business.has(110)
    asks(business)
    async with business.open():
        await business.fake.arrival(lambda: business.fake.made("refundStarPayment"))
        await business.shown("Your Stars are back")
    assert charge.refunded
    assert business.credits() == 10
