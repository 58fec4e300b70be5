"""Webhooks that are lost, and books that do not agree."""

from fakes.sample_customers import create_customer
from fakes.world.billing import MemoryBilling
from sqlmodel import Session, col, select

from bots.billing.provider import EVENT_TYPES
from bots.billing.webhooks.events import DRIFT_EVENT, EVENT_HANDLERS
from bots.core.delivery.message_rendering import render_message
from models.billing.payments import ProviderEvent, Purchase, PurchaseStatus
from models.messaging.deliveries import Delivery
from storage.billing import ledger, provider_events
from storage.billing.ledger import CreditBalance

FREE = 10


def ten_minutes(market: MemoryBilling, *, swallowed: bool = False) -> None:
    """What the loops do in ten minutes in which no webhook comes; swallowed news are not even listed."""
    if swallowed:
        market.provider.events.clear()
    for _ in range(10):
        market.clock.advance(minutes=1)
        market.service.sweep()
        market.workers.event_processor.process_due()
    market.workers.reconciliation.catch_up()
    market.workers.event_processor.process_due()


def alerts(session: Session, person_id: object) -> list[str]:
    wanted = select(Delivery).where(col(Delivery.cause) == "billing-drift", col(Delivery.person_id) == person_id)
    return [render_message(row.content, "en").text for row in session.exec(wanted.order_by(col(Delivery.id)))]


def test_everything_the_provider_tells_us_of_is_acted_upon() -> None:
    assert set(EVENT_TYPES) <= set(EVENT_HANDLERS)


def test_a_payment_whose_webhook_is_lost_arrives_within_ten_minutes(market: MemoryBilling) -> None:
    market.provider.pay_session(market.open_checkout())
    ten_minutes(market)
    assert market.get_credits().available == 100 + FREE


def test_it_arrives_too_when_the_provider_believes_it_was_told(market: MemoryBilling) -> None:
    market.provider.pay_session(market.open_checkout())
    market.provider.complete_unpaid(slow := market.open_checkout("pack:500"))
    ten_minutes(market, swallowed=True)
    assert market.get_credits().available == 100 + FREE
    assert market.find_purchase(slow).status == PurchaseStatus.PENDING
    market.provider.settle_session(slow)
    ten_minutes(market, swallowed=True)
    assert market.get_credits().available == 600 + FREE


def test_refunds_disputes_expiries_and_renewals_that_were_lost_are_healed(market: MemoryBilling) -> None:
    refunded, disputed = market.buy(), market.buy()
    gone = market.open_checkout()
    market.buy("plan:starter")
    market.provider.refund_session(refunded)
    market.provider.open_dispute(disputed)
    market.provider.expire_session(gone)
    ten_minutes(market)
    assert market.get_credits().available == FREE + 100
    assert market.find_purchase(gone).status == PurchaseStatus.EXPIRED
    market.clock.advance(days=30)
    market.provider.renew_subscription("sub_4")
    ten_minutes(market, swallowed=True)
    assert market.get_credits().available == 100  # the free ones and those of last month are gone
    market.provider.change_subscription("sub_4", status="canceled")
    ten_minutes(market, swallowed=True)
    assert market.get_person().plan == "free"


def test_news_are_tried_again_until_the_provider_is_back(market: MemoryBilling) -> None:
    market.provider.pay_session(market.open_checkout())
    news = market.list_unprocessed_events()
    market.provider.is_away = True
    market.deliver_events(news)
    assert len(market.list_unhandled()) == 1
    market.provider.is_away = False
    market.deliver_events([], max_rounds=200)
    assert not market.list_unhandled()
    assert market.get_credits().available == 100 + FREE


def test_news_a_process_died_with_are_taken_up_by_another(market: MemoryBilling) -> None:
    market.provider.pay_session(market.open_checkout())
    market.workers.event_processor.save(market.list_unprocessed_events()[0])
    tenant, now = market.customer.person.tenant_id, market.clock()
    lease = market.clock.advance(minutes=2) - now
    with market.db.transaction() as session:
        assert len(provider_events.claim_due(session, tenant, market.clock(), lease, 10)) == 1
    assert market.workers.event_processor.process_due() == 0
    market.clock.advance(minutes=3)
    assert market.workers.event_processor.process_due() == 1
    assert market.get_credits().available == 100 + FREE


def test_two_processes_do_not_take_the_same_news(market: MemoryBilling) -> None:
    for _ in range(4):
        market.provider.pay_session(market.open_checkout())
    for news in market.list_unprocessed_events():
        market.workers.event_processor.save(news)
    assert market.workers.event_processor.process_due() + market.workers.event_processor.process_due() == 4
    assert market.provider.calls["checkout"] == 4


def test_books_that_agree_alarm_nobody(market: MemoryBilling) -> None:
    boss = create_customer(market.db, "boss", role="admin")
    with market.db.transaction() as session:
        session.get_one(type(boss.address), boss.address.id).chat = "boss"
    market.buy()
    market.buy("plan:starter")
    market.clock.advance(hours=1)
    assert market.workers.reconciliation.compare() == 0
    with market.db.read_transaction() as session:
        assert alerts(session, boss.person.id) == []


def test_a_payment_that_is_not_in_the_books_is_told_mended_and_counted(market: MemoryBilling) -> None:
    boss = create_customer(market.db, "boss", role="admin")
    with market.db.transaction() as session:
        session.get_one(type(boss.address), boss.address.id).chat = "boss"
    market.provider.pay_session(market.open_checkout())
    market.clock.advance(hours=1)
    assert market.workers.reconciliation.compare() == 1
    assert market.workers.reconciliation.compare() == 1
    market.workers.event_processor.process_due()
    assert market.get_credits().available == 100 + FREE
    assert market.workers.reconciliation.compare() == 0
    with market.db.read_transaction() as session:
        assert provider_events.count_by_kind(session, DRIFT_EVENT) == 1
        told = alerts(session, boss.person.id)
    assert [text[:2] for text in told] == ["⚠️", "✅ "]


def test_a_purchase_taken_for_paid_that_nobody_paid_is_seen(market: MemoryBilling) -> None:
    session_id = market.open_checkout()
    with market.db.transaction() as session:
        row = session.exec(select(Purchase)).one()
        row.status = PurchaseStatus.PAID
        ledger.grant(session, market.customer.person, 100, key=f"grant:{session_id}", now=market.clock())
    market.clock.advance(hours=1)
    assert market.workers.reconciliation.compare() == 1


def test_a_refund_that_was_never_heard_of_is_seen_and_mended(market: MemoryBilling) -> None:
    session_id = market.buy()
    market.provider.refund_session(session_id)
    market.clock.advance(hours=1)
    assert market.workers.reconciliation.compare() == 1
    assert market.get_credits() == CreditBalance(FREE, 0)


def test_a_payment_under_way_is_no_difference(market: MemoryBilling) -> None:
    market.provider.pay_session(market.open_checkout())
    assert market.workers.reconciliation.compare() == 0


def test_of_news_only_ids_are_kept(market: MemoryBilling) -> None:
    market.buy()
    with market.db.read_transaction() as session:
        kept = session.exec(select(ProviderEvent)).all()
    assert [(row.object_id, row.about) for row in kept] == [("cs_1", {})]
