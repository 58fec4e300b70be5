"""Webhooks that are lost, and books that do not agree."""

from fakes.customers import welcome
from fakes.market import Market
from sqlmodel import Session, col, select

from bots.billing.provider import EVENT_TYPES
from bots.billing.webhooks.events import DRIFT_EVENT, EVENT_HANDLERS
from bots.core.delivery.message_rendering import render_message
from models.billing.payments import ProviderEvent, Purchase, PurchaseStatus
from models.messaging.deliveries import Delivery
from storage.billing import ledger, provider_events
from storage.billing.ledger import CreditBalance

FREE = 10


def ten_minutes(market: Market, *, swallowed: bool = False) -> None:
    """What the loops do in ten minutes in which no webhook comes; swallowed news are not even listed."""
    if swallowed:
        market.provider.news.clear()
    for _ in range(10):
        market.clock.forward(minutes=1)
        market.till.sweep()
        market.rounds.event_processor.process_due()
    market.rounds.reconciliation.catch_up()
    market.rounds.event_processor.process_due()


def alerts(session: Session, person_id: object) -> list[str]:
    wanted = select(Delivery).where(col(Delivery.cause) == "billing-drift", col(Delivery.person_id) == person_id)
    return [render_message(row.content, "en").text for row in session.exec(wanted.order_by(col(Delivery.id)))]


def test_everything_the_provider_tells_us_of_is_acted_upon() -> None:
    assert set(EVENT_TYPES) <= set(EVENT_HANDLERS)


def test_a_payment_whose_webhook_is_lost_arrives_within_ten_minutes(market: Market) -> None:
    market.provider.pay(market.orders())
    ten_minutes(market)
    assert market.credits().available == 100 + FREE


def test_it_arrives_too_when_the_provider_believes_it_was_told(market: Market) -> None:
    market.provider.pay(market.orders())
    market.provider.promise(slow := market.orders("pack:500"))
    ten_minutes(market, swallowed=True)
    assert market.credits().available == 100 + FREE
    assert market.purchase_of(slow).status == PurchaseStatus.PENDING
    market.provider.settle(slow)
    ten_minutes(market, swallowed=True)
    assert market.credits().available == 600 + FREE


def test_refunds_disputes_expiries_and_renewals_that_were_lost_are_healed(market: Market) -> None:
    refunded, disputed = market.buys(), market.buys()
    gone = market.orders()
    market.buys("plan:starter")
    market.provider.give_back(refunded)
    market.provider.dispute(disputed)
    market.provider.expire(gone)
    ten_minutes(market)
    assert market.credits().available == FREE + 100
    assert market.purchase_of(gone).status == PurchaseStatus.EXPIRED
    market.clock.forward(days=30)
    market.provider.renew("sub_4")
    ten_minutes(market, swallowed=True)
    assert market.credits().available == 100  # the free ones and those of last month are gone
    market.provider.change("sub_4", status="canceled")
    ten_minutes(market, swallowed=True)
    assert market.person().plan == "free"


def test_news_are_tried_again_until_the_provider_is_back(market: Market) -> None:
    market.provider.pay(market.orders())
    news = market.unheard()
    market.provider.away = True
    market.hears(news)
    assert len(market.waiting()) == 1
    market.provider.away = False
    market.hears([], rounds=200)
    assert not market.waiting()
    assert market.credits().available == 100 + FREE


def test_news_a_process_died_with_are_taken_up_by_another(market: Market) -> None:
    market.provider.pay(market.orders())
    market.rounds.event_processor.save(market.unheard()[0])
    tenant, now = market.ana.person.tenant_id, market.clock()
    lease = market.clock.forward(minutes=2) - now
    with market.database.transaction() as session:
        assert len(provider_events.claim_due(session, tenant, market.clock(), lease, 10)) == 1
    assert market.rounds.event_processor.process_due() == 0
    market.clock.forward(minutes=3)
    assert market.rounds.event_processor.process_due() == 1
    assert market.credits().available == 100 + FREE


def test_two_processes_do_not_take_the_same_news(market: Market) -> None:
    for _ in range(4):
        market.provider.pay(market.orders())
    for news in market.unheard():
        market.rounds.event_processor.save(news)
    assert market.rounds.event_processor.process_due() + market.rounds.event_processor.process_due() == 4
    assert market.provider.calls["checkout"] == 4


def test_books_that_agree_alarm_nobody(market: Market) -> None:
    boss = welcome(market.database, "boss", role="admin")
    with market.database.transaction() as session:
        session.get_one(type(boss.address), boss.address.id).chat = "boss"
    market.buys()
    market.buys("plan:starter")
    market.clock.forward(hours=1)
    assert market.rounds.reconciliation.compare() == 0
    with market.database.read_transaction() as session:
        assert alerts(session, boss.person.id) == []


def test_a_payment_that_is_not_in_the_books_is_told_mended_and_counted(market: Market) -> None:
    boss = welcome(market.database, "boss", role="admin")
    with market.database.transaction() as session:
        session.get_one(type(boss.address), boss.address.id).chat = "boss"
    market.provider.pay(market.orders())
    market.clock.forward(hours=1)
    assert market.rounds.reconciliation.compare() == 1
    assert market.rounds.reconciliation.compare() == 1
    market.rounds.event_processor.process_due()
    assert market.credits().available == 100 + FREE
    assert market.rounds.reconciliation.compare() == 0
    with market.database.read_transaction() as session:
        assert provider_events.count_by_kind(session, DRIFT_EVENT) == 1
        told = alerts(session, boss.person.id)
    assert [text[:2] for text in told] == ["⚠️", "✅ "]


def test_a_purchase_taken_for_paid_that_nobody_paid_is_seen(market: Market) -> None:
    session_id = market.orders()
    with market.database.transaction() as session:
        row = session.exec(select(Purchase)).one()
        row.status = PurchaseStatus.PAID
        ledger.grant(session, market.ana.person, 100, key=f"grant:{session_id}", now=market.clock())
    market.clock.forward(hours=1)
    assert market.rounds.reconciliation.compare() == 1


def test_a_refund_that_was_never_heard_of_is_seen_and_mended(market: Market) -> None:
    session_id = market.buys()
    market.provider.give_back(session_id)
    market.clock.forward(hours=1)
    assert market.rounds.reconciliation.compare() == 1
    assert market.credits() == CreditBalance(FREE, 0)


def test_a_payment_under_way_is_no_difference(market: Market) -> None:
    market.provider.pay(market.orders())
    assert market.rounds.reconciliation.compare() == 0


def test_of_news_only_ids_are_kept(market: Market) -> None:
    market.buys()
    with market.database.read_transaction() as session:
        kept = session.exec(select(ProviderEvent)).all()
    assert [(row.object_id, row.about) for row in kept] == [("cs_1", {})]
