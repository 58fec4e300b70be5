"""The till: links, what a session comes to, and what people are told."""

import uuid

import pytest
from fakes.clock import SettableClock
from fakes.crowd import at_once
from fakes.customers import Customer, welcome
from fakes.market import Market
from sqlmodel import Session

from bots.billing import signed_refs
from bots.billing.context import PurchaseNotFound, UnrelatedObject
from bots.billing.provider import CheckoutRequest
from bots.core.conversation.payment_links import PortalRequest
from models.billing.catalogue import build_lookup_key
from models.billing.payments import PurchaseStatus
from models.errors import ErrorCode, RequestRejected
from models.messaging.deliveries import Message
from pipeline.jobs.entitlements import Entitlements, JobRequirements
from storage.billing.ledger import CreditBalance
from storage.db import Database
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

FREE = 10  # what Ana has beside what she buys


def test_a_link_is_edited_into_the_message_that_promised_it(market: Market) -> None:
    purchase = market.asks()
    market.till.create_link(purchase.id)
    made = market.purchase(purchase)
    assert (made.status, made.external_id) == (PurchaseStatus.OPEN, "cs_1")
    assert market.last().edits_delivery == purchase.delivery_id
    assert market.last().choices[0][0].url == "https://pay.test/cs_1"


def test_a_link_asked_for_many_times_at_once_is_one_session_and_one_message(market: Market) -> None:
    purchase = market.asks()
    at_once([lambda: market.till.create_link(purchase.id)] * 16)
    assert list(market.provider.sessions) == ["cs_1"]
    assert len(market.told()) == 2


def test_a_link_promised_by_a_process_that_died_is_made_by_the_sweep(market: Market) -> None:
    purchase = market.asks()
    market.till.sweep()
    assert market.purchase(purchase).status == PurchaseStatus.REQUESTED  # it may be under way
    market.clock.forward(seconds=20)
    market.till.sweep()
    assert market.purchase(purchase).status == PurchaseStatus.OPEN


def test_a_link_waits_until_the_provider_is_back_and_is_the_same_one(market: Market) -> None:
    purchase = market.asks()
    market.provider.away = True
    market.till.create_link(purchase.id)
    assert market.purchase(purchase).status == PurchaseStatus.REQUESTED
    promised = market.purchase(purchase).expires_at
    market.provider.away = False
    market.clock.forward(minutes=10)
    market.till.sweep()
    assert market.purchase(purchase).expires_at == promised


def test_a_session_whose_process_died_before_it_was_written_down_is_found_again(market: Market) -> None:
    purchase = market.asks()
    market.provider.loses_answers = True
    market.till.create_link(purchase.id)
    assert market.purchase(purchase).status == PurchaseStatus.REQUESTED
    market.provider.loses_answers = False
    market.till.create_link(purchase.id)
    assert market.purchase(purchase).external_id == "cs_1"
    assert len(market.provider.sessions) == 1


def test_a_payment_of_a_session_that_was_never_written_down_is_credited(market: Market) -> None:
    purchase = market.asks()
    market.provider.loses_answers = True
    market.till.create_link(purchase.id)
    market.provider.pay("cs_1")
    market.hears(market.unheard())
    assert market.credits().available == 100 + FREE
    assert market.purchase(purchase).external_id == "cs_1"


def test_what_the_provider_sells_at_another_price_is_not_sold(market: Market) -> None:
    purchase = market.asks()
    with market.database.transaction() as session:
        session.get_one(type(purchase), purchase.id).amount = 1
    market.till.create_link(purchase.id)
    assert market.purchase(purchase).status == PurchaseStatus.FAILED
    assert market.last().choices[0][0].data == "buy:pack:100"


def test_a_paid_link_brings_its_credits_and_tells_the_new_balance(market: Market) -> None:
    session = market.buys("pack:500")
    assert market.credits() == CreditBalance(500 + FREE, 0)
    assert market.told()[-1] == "🎉 500 credits are here. You have 510 now."
    assert market.purchase_of(session).status == PurchaseStatus.PAID


def test_a_payment_without_a_chat_to_tell_it_to_is_still_credited(market: Market) -> None:
    session = market.orders()
    with market.database.transaction() as rows:
        outbox.mark_unreachable(rows, market.ana.address.id, market.clock())
    market.provider.pay(session)
    market.till.settle_checkout(session)
    assert market.credits().available == 100 + FREE


def test_the_same_news_a_hundred_times_at_once_are_one_grant(market: Market) -> None:
    session = market.orders()
    market.provider.pay(session)
    at_once([lambda: market.till.settle_checkout(session)] * 100)
    assert market.credits() == CreditBalance(100 + FREE, 0)
    assert sum("100 credits are here" in told for told in market.told()) == 1


def test_a_price_cannot_be_talked_up_by_metadata_or_amounts(market: Market) -> None:
    session = market.orders()
    forged = market.provider.sessions[session].metadata | {"credits": "100000", "item": "pack:10000"}
    market.provider._become(session, metadata=forged)
    market.provider.pay(session, amount=70_000)
    market.till.settle_checkout(session)
    assert market.credits().available == 100 + FREE


def test_an_unpaid_session_brings_nothing(market: Market) -> None:
    session = market.orders()
    market.till.settle_checkout(session)
    assert market.credits() == CreditBalance(0, 0)
    assert market.purchase_of(session).status == PurchaseStatus.OPEN


def test_pix_is_waited_for_and_then_arrives(market: Market) -> None:
    session = market.orders()
    market.provider.promise(session)
    market.hears(market.unheard())
    assert market.purchase_of(session).status == PurchaseStatus.PENDING
    assert market.told()[-1].startswith("⏳ I'm waiting for your payment of $4.00.")
    market.provider.settle(session)
    market.hears(market.unheard())
    assert market.purchase_of(session).status == PurchaseStatus.PAID
    assert market.credits().available == 100 + FREE


def test_pix_that_never_comes_ends_the_purchase_without_a_charge(market: Market) -> None:
    session = market.orders()
    market.provider.promise(session)
    market.provider.fail(session)
    market.hears(market.unheard())
    assert market.purchase_of(session).status == PurchaseStatus.FAILED
    assert "nothing was charged" in market.told()[-1]
    assert market.last().choices[0][0].data == "buy:pack:100"


def test_pix_whose_failure_nobody_told_ends_by_itself_after_days(market: Market) -> None:
    session = market.orders()
    market.provider.promise(session)
    market.hears(market.unheard())
    market.clock.forward(days=9)
    market.till.poll_purchases()
    assert market.purchase_of(session).status == PurchaseStatus.FAILED


def test_money_that_comes_after_all_is_credited(market: Market) -> None:
    session = market.orders()
    market.provider.promise(session)
    market.provider.fail(session)
    market.hears(market.unheard())
    market.provider.settle(session)
    market.hears(market.unheard())
    assert market.credits().available == 100 + FREE
    assert market.purchase_of(session).status == PurchaseStatus.PAID


def test_a_link_whose_time_is_over_turns_into_a_way_to_a_new_one(market: Market) -> None:
    session = market.orders()
    market.provider.expire(session)
    market.hears(market.unheard())
    assert market.purchase_of(session).status == PurchaseStatus.EXPIRED
    told = market.last()
    assert told.edits_delivery == market.purchase_of(session).delivery_id
    assert told.choices[0][0].data == "buy:pack:100"


def test_older_news_do_not_take_a_purchase_back(market: Market) -> None:
    session = market.orders()
    stale = market.provider.sessions[session]
    market.provider.pay(session)
    market.till.settle_checkout(session)
    for status in ("open", "complete", "expired"):
        market.provider.sessions[session] = stale
        market.provider._become(session, status=status)
        market.till.settle_checkout(session, has_failed=True)
    assert market.purchase_of(session).status == PurchaseStatus.PAID


def test_without_a_webhook_a_young_purchase_is_asked_about_every_few_seconds(
    database: Database, clock: SettableClock
) -> None:
    market = Market.open(database, clock, listens=False)
    session = market.orders()
    market.provider.pay(session)
    clock.forward(seconds=5)
    market.till.sweep()
    assert market.credits().available == 100 + FREE


def test_without_a_webhook_an_old_purchase_is_asked_about_every_two_minutes(
    database: Database, clock: SettableClock
) -> None:
    market = Market.open(database, clock, listens=False)
    market.orders()
    clock.forward(minutes=15)
    asked = []
    for _ in range(40):
        market.till.sweep()
        asked.append(market.provider.calls.get("checkout", 0))
        clock.forward(seconds=6)
    assert asked[-1] == 2


def test_a_session_of_nobody_is_left_alone_and_one_of_a_missing_purchase_is_waited_for(market: Market) -> None:
    session = market.orders()
    mine = market.provider.sessions[session].metadata
    market.provider.sessions["cs_9"] = market.provider.sessions[session]
    market.provider._become("cs_9", id="cs_9", metadata={})
    with pytest.raises(UnrelatedObject):
        market.till.settle_checkout("cs_9")
    market.provider._become("cs_9", metadata=mine | {"purchase_id": str(uuid.uuid4())})
    with pytest.raises(PurchaseNotFound):
        market.till.settle_checkout("cs_9")


def test_a_static_link_credits_whom_it_was_signed_for_and_nobody_else(market: Market) -> None:
    counter = market.till.context
    counter.secret = b"a secret"
    session = market.orders()
    signed = signed_refs.sign_reference(b"a secret", market.ana.person.id, market.clock())
    for name, reference in (("cs_8", signed), ("cs_9", str(market.ana.person.id))):
        market.provider.sessions[name] = market.provider.sessions[session]
        paid = {"status": "complete", "payment_status": "paid", "payment": f"pi_{name}"}
        market.provider._become(name, id=name, metadata={}, reference=reference, **paid)
    market.till.settle_checkout("cs_8")
    assert market.credits().available == 100 + FREE
    with pytest.raises(UnrelatedObject):
        market.till.settle_checkout("cs_9")


def test_what_the_price_file_has_a_static_link_for_is_paid_there_and_told_in_the_same_purchase(
    market: Market,
) -> None:
    counter = market.till.context
    counter.secret = b"a secret"
    pack = counter.access.catalogue.packs["100"].model_copy(update={"links": {"usd": "https://pay.test/plink_1"}})
    shelf = counter.access.catalogue.model_copy(update={"packs": {"100": pack}})
    counter.access = Entitlements(shelf)
    purchase = market.asks()
    market.till.create_link(purchase.id)
    made = market.purchase(purchase)
    assert not market.provider.sessions
    assert made.status == PurchaseStatus.OPEN
    assert market.last().choices[0][0].url == made.url
    assert str(made.url).startswith("https://pay.test/plink_1?client_reference_id=")
    session = paid_at_a_static_link(market, str(made.url).partition("=")[2], payment_status="unpaid")
    market.till.settle_checkout(session)
    assert market.purchase(purchase).status == PurchaseStatus.PENDING
    market.provider._become(session, payment_status="paid")
    market.till.settle_checkout(session)
    assert market.purchase(purchase).status == PurchaseStatus.PAID
    assert market.credits().available == 100 + FREE


def test_a_static_link_paid_again_is_a_purchase_of_its_own(market: Market) -> None:
    counter = market.till.context
    counter.secret = b"a secret"
    signed = signed_refs.sign_reference(b"a secret", market.ana.person.id, market.clock())
    market.asks("pack:500")  # so there is a chat to speak to her in
    for _ in range(2):
        market.till.settle_checkout(paid_at_a_static_link(market, signed))
    assert market.credits().available == 200 + FREE


def paid_at_a_static_link(market: Market, reference: str, payment_status: str = "paid") -> str:
    """A session as such a link makes it, of a pack; its name."""
    price = f"price_{build_lookup_key('pack:100', 'usd')}"
    order = CheckoutRequest(price, is_recurring=False, reference=reference, metadata={}, expires_at=market.clock())
    session = market.provider.create_checkout_session(order, key=str(uuid.uuid4())).id
    done = {"status": "complete", "payment_status": payment_status, "payment": f"pi_{session}"}
    market.provider._become(session, **done)
    return session


def test_another_tenants_purchase_is_not_ours(market: Market) -> None:
    theirs = welcome(market.database, "bia", tenant="other")
    purchase = market.asks(customer=theirs)
    market.till.create_link(purchase.id)
    assert not market.provider.sessions


def wish(market: Market) -> PortalRequest:
    with market.database.transaction() as session:
        delivery = _owe(session, market.ana, market)
    return PortalRequest(market.ana.person.id, delivery)


def _owe(session: Session, ana: Customer, market: Market) -> int:
    return outbox.enqueue(
        session, ana.address, ana.person.id, OutboxMessage(Message(paragraphs=()), "asked"), market.clock()
    )


def test_who_has_paid_gets_to_the_portal_and_others_hear_that_there_is_nothing(market: Market) -> None:
    asked = wish(market)
    market.till.create_portal_link(asked)
    assert "aren't paying" in market.told()[-1]
    market.buys()
    second = PortalRequest(asked.person_id, asked.delivery_id + 1)
    market.till.create_portal_link(second)
    button = market.last().choices[0][0]
    assert button.url is not None
    assert button.url.startswith("https://portal.test/cus_")


def test_a_debt_blocks_new_jobs_until_it_is_paid(market: Market) -> None:
    session = market.buys()
    market.spends(105)
    market.provider.give_back(session)
    market.hears(market.unheard())
    assert market.credits() == CreditBalance(0, 0, 95)
    with market.database.transaction() as rows, pytest.raises(RequestRejected) as refused:
        market.till.context.access.admit(rows, market.ana.person, JobRequirements(10.0), market.clock())
    assert (refused.value.code, refused.value.values) == (ErrorCode.DEBT, {"debt": 95})
    market.buys()
    assert market.credits() == CreditBalance(5, 0)
    with market.database.transaction() as rows:
        market.till.context.access.admit(rows, market.ana.person, JobRequirements(10.0), market.clock())
