"""The till: links, what a session comes to, and what people are told."""

import uuid
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, create_customer
from fakes.world.billing import MemoryBilling
from fakes.world.jobs import open_job_world
from sqlmodel import Session

from bots.billing import signed_refs
from bots.billing.context import PurchaseNotFound, UnrelatedObject
from bots.billing.provider import CheckoutRequest
from bots.core.conversation.payment_links import PortalRequest
from models.billing.item_names import build_lookup_key
from models.billing.payments import PurchaseStatus
from models.errors import ErrorCode, RequestRejected
from models.messaging.deliveries import Message
from pipeline.jobs.entitlements import Entitlements, JobRequirements
from pipeline.kinds.sketch import SKETCH
from storage.billing.ledger import CreditBalance
from storage.db import Database
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

FREE = 10  # what Ana has beside what she buys


def test_a_link_is_edited_into_the_message_that_promised_it(market: MemoryBilling) -> None:
    purchase = market.create_purchase()
    market.service.create_link(purchase.id)
    made = market.reload_purchase(purchase)
    assert (made.status, made.external_id) == (PurchaseStatus.OPEN, "cs_1")
    assert market.get_last_message().edits_delivery == purchase.delivery_id
    assert market.get_last_message().choices[0][0].url == "https://pay.test/cs_1"


def test_a_link_asked_for_many_times_at_once_is_one_session_and_one_message(market: MemoryBilling) -> None:
    purchase = market.create_purchase()
    run_concurrently([lambda: market.service.create_link(purchase.id)] * 16)
    assert list(market.provider.sessions) == ["cs_1"]
    assert len(market.list_texts()) == 2


def test_a_link_promised_by_a_process_that_died_is_made_by_the_sweep(market: MemoryBilling) -> None:
    purchase = market.create_purchase()
    market.service.sweep()
    assert market.reload_purchase(purchase).status == PurchaseStatus.REQUESTED  # it may be under way
    market.clock.advance(seconds=20)
    market.service.sweep()
    assert market.reload_purchase(purchase).status == PurchaseStatus.OPEN


def test_a_link_waits_until_the_provider_is_back_and_is_the_same_one(market: MemoryBilling) -> None:
    purchase = market.create_purchase()
    market.provider.is_away = True
    market.service.create_link(purchase.id)
    assert market.reload_purchase(purchase).status == PurchaseStatus.REQUESTED
    promised = market.reload_purchase(purchase).expires_at
    market.provider.is_away = False
    market.clock.advance(minutes=10)
    market.service.sweep()
    assert market.reload_purchase(purchase).expires_at == promised


def test_a_session_whose_process_died_before_it_was_written_down_is_found_again(market: MemoryBilling) -> None:
    purchase = market.create_purchase()
    market.provider.loses_answers = True
    market.service.create_link(purchase.id)
    assert market.reload_purchase(purchase).status == PurchaseStatus.REQUESTED
    market.provider.loses_answers = False
    market.service.create_link(purchase.id)
    assert market.reload_purchase(purchase).external_id == "cs_1"
    assert len(market.provider.sessions) == 1


def test_a_payment_of_a_session_that_was_never_written_down_is_credited(market: MemoryBilling) -> None:
    purchase = market.create_purchase()
    market.provider.loses_answers = True
    market.service.create_link(purchase.id)
    market.provider.pay_session("cs_1")
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_credits().available == 100 + FREE
    assert market.reload_purchase(purchase).external_id == "cs_1"


def test_what_the_provider_sells_at_another_price_is_not_sold(market: MemoryBilling) -> None:
    purchase = market.create_purchase()
    with market.db.transaction() as session:
        session.get_one(type(purchase), purchase.id).amount = 1
    market.service.create_link(purchase.id)
    assert market.reload_purchase(purchase).status == PurchaseStatus.FAILED
    assert market.get_last_message().choices[0][0].data == "buy:pack:100"


def test_a_paid_link_brings_its_credits_and_tells_the_new_balance(market: MemoryBilling) -> None:
    session = market.buy("pack:500")
    assert market.get_credits() == CreditBalance(500 + FREE, 0)
    assert market.list_texts()[-1] == "🎉 500 credits are here. You have 510 now."
    assert market.find_purchase(session).status == PurchaseStatus.PAID


def test_a_payment_without_a_chat_to_tell_it_to_is_still_credited(market: MemoryBilling) -> None:
    session = market.open_checkout()
    with market.db.transaction() as rows:
        outbox.mark_unreachable(rows, market.customer.address.id, market.clock())
    market.provider.pay_session(session)
    market.service.settle_checkout(session)
    assert market.get_credits().available == 100 + FREE


def test_the_same_news_a_hundred_times_at_once_are_one_grant(market: MemoryBilling) -> None:
    session = market.open_checkout()
    market.provider.pay_session(session)
    run_concurrently([lambda: market.service.settle_checkout(session)] * 100)
    assert market.get_credits() == CreditBalance(100 + FREE, 0)
    assert sum("100 credits are here" in told for told in market.list_texts()) == 1


def test_a_price_cannot_be_talked_up_by_metadata_or_amounts(market: MemoryBilling) -> None:
    session = market.open_checkout()
    forged = market.provider.sessions[session].metadata | {"credits": "100000", "item": "pack:10000"}
    market.provider._update_session(session, metadata=forged)
    market.provider.pay_session(session, amount=70_000)
    market.service.settle_checkout(session)
    assert market.get_credits().available == 100 + FREE


def test_an_unpaid_session_brings_nothing(market: MemoryBilling) -> None:
    session = market.open_checkout()
    market.service.settle_checkout(session)
    assert market.get_credits() == CreditBalance(0, 0)
    assert market.find_purchase(session).status == PurchaseStatus.OPEN


def test_pix_is_waited_for_and_then_arrives(market: MemoryBilling) -> None:
    session = market.open_checkout()
    market.provider.complete_unpaid(session)
    market.deliver_events(market.list_unprocessed_events())
    assert market.find_purchase(session).status == PurchaseStatus.PENDING
    assert market.list_texts()[-1].startswith("⏳ I'm waiting for your payment of $4.00.")
    market.provider.settle_session(session)
    market.deliver_events(market.list_unprocessed_events())
    assert market.find_purchase(session).status == PurchaseStatus.PAID
    assert market.get_credits().available == 100 + FREE


def test_pix_that_never_comes_ends_the_purchase_without_a_charge(market: MemoryBilling) -> None:
    session = market.open_checkout()
    market.provider.complete_unpaid(session)
    market.provider.fail_session(session)
    market.deliver_events(market.list_unprocessed_events())
    assert market.find_purchase(session).status == PurchaseStatus.FAILED
    assert "nothing was charged" in market.list_texts()[-1]
    assert market.get_last_message().choices[0][0].data == "buy:pack:100"


def test_pix_whose_failure_nobody_told_ends_by_itself_after_days(market: MemoryBilling) -> None:
    session = market.open_checkout()
    market.provider.complete_unpaid(session)
    market.deliver_events(market.list_unprocessed_events())
    market.clock.advance(days=9)
    market.service.poll_purchases()
    assert market.find_purchase(session).status == PurchaseStatus.FAILED


def test_money_that_comes_after_all_is_credited(market: MemoryBilling) -> None:
    session = market.open_checkout()
    market.provider.complete_unpaid(session)
    market.provider.fail_session(session)
    market.deliver_events(market.list_unprocessed_events())
    market.provider.settle_session(session)
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_credits().available == 100 + FREE
    assert market.find_purchase(session).status == PurchaseStatus.PAID


def test_a_link_whose_time_is_over_turns_into_a_way_to_a_new_one(market: MemoryBilling) -> None:
    session = market.open_checkout()
    market.provider.expire_session(session)
    market.deliver_events(market.list_unprocessed_events())
    assert market.find_purchase(session).status == PurchaseStatus.EXPIRED
    told = market.get_last_message()
    assert told.edits_delivery == market.find_purchase(session).delivery_id
    assert told.choices[0][0].data == "buy:pack:100"


def test_older_news_do_not_take_a_purchase_back(market: MemoryBilling) -> None:
    session = market.open_checkout()
    stale = market.provider.sessions[session]
    market.provider.pay_session(session)
    market.service.settle_checkout(session)
    for status in ("open", "complete", "expired"):
        market.provider.sessions[session] = stale
        market.provider._update_session(session, status=status)
        market.service.settle_checkout(session, has_failed=True)
    assert market.find_purchase(session).status == PurchaseStatus.PAID


def test_without_a_webhook_a_young_purchase_is_asked_about_every_few_seconds(
    database: Database, clock: SettableClock, tmp_path: Path
) -> None:
    market = MemoryBilling.open(open_job_world(database, clock, tmp_path), has_webhook=False)
    session = market.open_checkout()
    market.provider.pay_session(session)
    clock.advance(seconds=5)
    market.service.sweep()
    assert market.get_credits().available == 100 + FREE


def test_without_a_webhook_an_old_purchase_is_asked_about_every_two_minutes(
    database: Database, clock: SettableClock, tmp_path: Path
) -> None:
    market = MemoryBilling.open(open_job_world(database, clock, tmp_path), has_webhook=False)
    market.open_checkout()
    clock.advance(minutes=15)
    asked = []
    for _ in range(40):
        market.service.sweep()
        asked.append(market.provider.calls.get("checkout", 0))
        clock.advance(seconds=6)
    assert asked[-1] == 2


def test_a_session_of_nobody_is_left_alone_and_one_of_a_missing_purchase_is_waited_for(market: MemoryBilling) -> None:
    session = market.open_checkout()
    mine = market.provider.sessions[session].metadata
    market.provider.sessions["cs_9"] = market.provider.sessions[session]
    market.provider._update_session("cs_9", id="cs_9", metadata={})
    with pytest.raises(UnrelatedObject):
        market.service.settle_checkout("cs_9")
    market.provider._update_session("cs_9", metadata=mine | {"purchase_id": str(uuid.uuid4())})
    with pytest.raises(PurchaseNotFound):
        market.service.settle_checkout("cs_9")


def test_a_static_link_credits_whom_it_was_signed_for_and_nobody_else(market: MemoryBilling) -> None:
    counter = market.service.context
    counter.secret = b"a secret"
    session = market.open_checkout()
    signed = signed_refs.sign_reference(b"a secret", market.customer.person.id, market.clock())
    for name, reference in (("cs_8", signed), ("cs_9", str(market.customer.person.id))):
        market.provider.sessions[name] = market.provider.sessions[session]
        paid = {"status": "complete", "payment_status": "paid", "payment": f"pi_{name}"}
        market.provider._update_session(name, id=name, metadata={}, reference=reference, **paid)
    market.service.settle_checkout("cs_8")
    assert market.get_credits().available == 100 + FREE
    with pytest.raises(UnrelatedObject):
        market.service.settle_checkout("cs_9")


def test_what_the_price_file_has_a_static_link_for_is_paid_there_and_told_in_the_same_purchase(
    market: MemoryBilling,
) -> None:
    counter = market.service.context
    counter.secret = b"a secret"
    pack = counter.access.catalogue.packs["100"].model_copy(update={"links": {"usd": "https://pay.test/plink_1"}})
    shelf = counter.access.catalogue.model_copy(update={"packs": {"100": pack}})
    counter.access = Entitlements(shelf)
    purchase = market.create_purchase()
    market.service.create_link(purchase.id)
    made = market.reload_purchase(purchase)
    assert not market.provider.sessions
    assert made.status == PurchaseStatus.OPEN
    assert market.get_last_message().choices[0][0].url == made.url
    assert str(made.url).startswith("https://pay.test/plink_1?client_reference_id=")
    session = paid_at_a_static_link(market, str(made.url).partition("=")[2], payment_status="unpaid")
    market.service.settle_checkout(session)
    assert market.reload_purchase(purchase).status == PurchaseStatus.PENDING
    market.provider._update_session(session, payment_status="paid")
    market.service.settle_checkout(session)
    assert market.reload_purchase(purchase).status == PurchaseStatus.PAID
    assert market.get_credits().available == 100 + FREE


def test_a_static_link_paid_again_is_a_purchase_of_its_own(market: MemoryBilling) -> None:
    counter = market.service.context
    counter.secret = b"a secret"
    signed = signed_refs.sign_reference(b"a secret", market.customer.person.id, market.clock())
    market.create_purchase("pack:500")  # so there is a chat to speak to her in
    for _ in range(2):
        market.service.settle_checkout(paid_at_a_static_link(market, signed))
    assert market.get_credits().available == 200 + FREE


def paid_at_a_static_link(market: MemoryBilling, reference: str, payment_status: str = "paid") -> str:
    """A session as such a link makes it, of a pack; its name."""
    price = f"price_{build_lookup_key('pack:100', 'usd')}"
    order = CheckoutRequest(price, is_recurring=False, reference=reference, metadata={}, expires_at=market.clock())
    session = market.provider.create_checkout_session(order, key=str(uuid.uuid4())).id
    done = {"status": "complete", "payment_status": payment_status, "payment": f"pi_{session}"}
    market.provider._update_session(session, **done)
    return session


def test_another_tenants_purchase_is_not_ours(market: MemoryBilling) -> None:
    theirs = create_customer(market.db, "bia", tenant="other")
    purchase = market.create_purchase(customer=theirs)
    market.service.create_link(purchase.id)
    assert not market.provider.sessions


def wish(market: MemoryBilling) -> PortalRequest:
    with market.db.transaction() as session:
        delivery = _owe(session, market.customer, market)
    return PortalRequest(market.customer.person.id, delivery)


def _owe(session: Session, ana: SampleCustomer, market: MemoryBilling) -> int:
    return outbox.enqueue(
        session, ana.address, ana.person.id, OutboxMessage(Message(paragraphs=()), "asked"), market.clock()
    )


def test_who_has_paid_gets_to_the_portal_and_others_hear_that_there_is_nothing(market: MemoryBilling) -> None:
    asked = wish(market)
    market.service.create_portal_link(asked)
    assert "aren't paying" in market.list_texts()[-1]
    market.buy()
    second = PortalRequest(asked.person_id, asked.delivery_id + 1)
    market.service.create_portal_link(second)
    button = market.get_last_message().choices[0][0]
    assert button.url is not None
    assert button.url.startswith("https://portal.test/cus_")


def test_a_customer_that_is_gone_is_forgotten_and_the_link_made_anew(market: MemoryBilling) -> None:
    older, newer = market.provider.sessions[market.buy()], market.provider.sessions[market.buy("pack:500")]
    assert older.customer != newer.customer
    market.provider.missing_customers = {str(older.customer), str(newer.customer)}
    made = market.open_checkout()
    assert market.provider.requests[made].customer is None
    market.provider.pay_session(made)
    market.deliver_events(market.list_unprocessed_events())
    again = market.open_checkout()
    assert market.provider.requests[again].customer == market.provider.sessions[made].customer


def test_before_a_customer_that_is_gone_an_older_one_is_taken(market: MemoryBilling) -> None:
    older, newer = market.provider.sessions[market.buy()], market.provider.sessions[market.buy("pack:500")]
    market.provider.missing_customers = {str(newer.customer)}
    assert market.provider.requests[market.open_checkout()].customer == older.customer


def test_the_portal_of_a_customer_that_is_gone_is_that_of_an_older_one_or_nothing(market: MemoryBilling) -> None:
    older, newer = market.provider.sessions[market.buy()], market.provider.sessions[market.buy("pack:500")]
    market.provider.missing_customers = {str(newer.customer)}
    asked = wish(market)
    market.service.create_portal_link(asked)
    assert market.get_last_message().choices[0][0].url == f"https://portal.test/{older.customer}"
    market.provider.missing_customers = {str(older.customer)}
    market.service.create_portal_link(PortalRequest(asked.person_id, asked.delivery_id + 1))
    assert "aren't paying" in market.list_texts()[-1]


def test_a_debt_blocks_new_jobs_until_it_is_paid(market: MemoryBilling) -> None:
    session = market.buy()
    market.spend_credits(105)
    market.provider.refund_session(session)
    market.deliver_events(market.list_unprocessed_events())
    assert market.get_credits() == CreditBalance(0, 0, 95)
    with market.db.transaction() as rows, pytest.raises(RequestRejected) as refused:
        market.service.context.access.admit(rows, market.customer.person, JobRequirements(SKETCH, 10.0), market.clock())
    assert (refused.value.code, refused.value.values) == (ErrorCode.DEBT, {"debt": 95})
    market.buy()
    assert market.get_credits() == CreditBalance(5, 0)
    with market.db.transaction() as rows:
        market.service.context.access.admit(rows, market.customer.person, JobRequirements(SKETCH, 10.0), market.clock())
