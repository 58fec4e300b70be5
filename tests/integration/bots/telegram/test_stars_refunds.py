"""Stars that administrators give back: by the process that speaks to Telegram, once, and told to who asked."""

from fakes.telegram_api import errors
from fakes.telegram_api.clients import bot_of
from fakes.world.telegram import TelegramBot
from sqlmodel import select

from bots.telegram.stars import StarsRefunds
from models.billing.payments import Repayment, RepaymentStatus
from models.identity.people import Account
from models.messaging.deliveries import Delivery
from storage.billing import refunds
from storage.identity import people


def asks(business: TelegramBot) -> Repayment:
    """As the conversation leaves it: somebody in another chat asked for it."""
    (purchase,) = business.list_purchases()
    with business.world.db.transaction() as session:
        boss = people.get_or_create_person(session, business.account, "1", name="Olga", language="en")
        address = people.get_or_create_address(session, business.account.id, "1", "")
        return refunds.request_refund(session, purchase, purchase.amount, boss, address, business.world.db.clock())


def status(business: TelegramBot) -> tuple[str, str]:
    with business.world.db.read_transaction() as session:
        row = session.exec(select(Repayment)).one()
    return row.status, row.reason


def told(business: TelegramBot) -> list[str]:
    with business.world.db.read_transaction() as session:
        rows = session.exec(select(Delivery).where(Delivery.cause.startswith("repayment:")))  # type: ignore[attr-defined]
        return [row.content.paragraphs[0].key for row in rows]


async def test_stars_go_back_once_and_who_asked_hears_of_it(business: TelegramBot) -> None:
    async with business.open():
        charge = await business.buy()
        await business.wait_for_balance(110)
        asks(business)
        refunds = StarsRefunds(bot_of(business.fake), business.world.db)
        await refunds.sweep(business.account.id)
        await refunds.sweep(business.account.id)
        await business.fake.wait_until_async(lambda: not business.fake.updates.pending_ids)
    assert charge.is_refunded
    assert business.get_credits() == 10
    assert (status(business)[0], told(business)) == (RepaymentStatus.DONE, ["admin-refund-done"])
    assert len(business.fake.list_calls("refundStarPayment")) == 1


async def test_a_telegram_that_is_away_is_asked_again_later(business: TelegramBot) -> None:
    async with business.open():
        await business.buy()
        await business.wait_for_balance(110)
        asks(business)
        refunds = StarsRefunds(bot_of(business.fake), business.world.db)
        business.fake.fail_calls("refundStarPayment", errors.build_flood_error(5))
        await refunds.sweep(business.account.id)
        await refunds.sweep(business.account.id)
        assert (status(business)[0], told(business)) == (RepaymentStatus.REQUESTED, [])
        business.world.clock.advance(31)
        await refunds.sweep(business.account.id)
        await business.fake.wait_until_async(lambda: not business.fake.updates.pending_ids)
    assert status(business)[0] == RepaymentStatus.DONE


async def test_another_account_gives_nothing_back(business: TelegramBot) -> None:
    async with business.open():
        charge = await business.buy()
        await business.wait_for_balance(110)
        asks(business)
        with business.world.db.transaction() as session:
            other: Account = people.get_or_create_account(session, business.account.tenant_id, "telegram", "654321")
        await StarsRefunds(bot_of(business.fake), business.world.db).sweep(other.id)
    assert not charge.is_refunded
    assert status(business)[0] == RepaymentStatus.REQUESTED


async def test_the_process_that_speaks_to_telegram_gives_back_by_itself(business: TelegramBot) -> None:
    async with business.open():
        charge = await business.buy()
        await business.wait_for_balance(110)
    asks(business)
    async with business.open():
        await business.fake.wait_until_async(lambda: business.fake.list_calls("refundStarPayment"))
        await business.wait_for_text("Your Stars are back")
    assert charge.is_refunded
    assert business.get_credits() == 10
