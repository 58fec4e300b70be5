"""What the fake Stripe does with money and time, seen through the real SDK."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from fakes.stripe_api import FakeMerchant, FakeStripe
from fakes.stripe_api.errors import StripeApiError
from fakes.stripe_api.periods import compute_period_end


def kinds(fake: FakeStripe, *prefixes: str) -> list[str]:
    return [event["type"] for event in fake.events if event["type"].startswith(prefixes)]


def test_a_card_pays_at_once_and_the_session_says_for_whom(fake: FakeStripe, merchant: FakeMerchant) -> None:
    price = merchant.create_price(7500, lookup_key="rabisco_pack_500_brl")
    about = {"purchase": "7"}
    asked: Any = {"client_reference_id": "7", "metadata": about, "payment_intent_data": {"metadata": about}}
    session = merchant.create_session(price, **asked)
    fake.pay(session, email="bia@example.org")
    found = merchant.v1.checkout.sessions.retrieve(session, {"expand": ["line_items", "payment_intent.latest_charge"]})
    assert (found.status, found.payment_status, found.amount_total, found.url) == ("complete", "paid", 7500, None)
    assert (found.client_reference_id, found.livemode, found.customer) == ("7", False, None)
    assert found.line_items is not None
    assert found.line_items.data[0].price is not None
    assert found.line_items.data[0].price.lookup_key == "rabisco_pack_500_brl"
    intent: Any = found.payment_intent
    assert (intent.amount_received, intent.metadata.to_dict(), intent.latest_charge.paid) == (7500, about, True)
    assert kinds(fake, "checkout.", "charge.") == ["charge.succeeded", "checkout.session.completed"]
    with pytest.raises(StripeApiError, match="complete"):
        fake.pay(session)


def test_a_declined_card_leaves_the_session_open(fake: FakeStripe, merchant: FakeMerchant) -> None:
    session = merchant.create_session()
    assert fake.decline_card(session)["status"] == "open"
    assert fake.pay(session)["payment_status"] == "paid"
    assert kinds(fake, "charge.") == ["charge.failed", "charge.succeeded"]
    assert len(fake.list_objects("payment_intent")) == 1


@pytest.mark.parametrize("method", ["pix", "boleto"])
def test_pix_and_boleto_are_complete_before_they_are_paid(
    method: str, fake: FakeStripe, merchant: FakeMerchant
) -> None:
    session = merchant.create_session()
    waiting = fake.pay(session, method)
    assert (waiting["status"], waiting["payment_status"]) == ("complete", "unpaid")
    assert fake.settle_payment(session)["payment_status"] == "paid"
    names = [f"checkout.session.{name}" for name in ("completed", "async_payment_succeeded")]
    assert kinds(fake, "checkout.") == names


def test_a_pix_that_never_comes_fails_after_four_hours(fake: FakeStripe, merchant: FakeMerchant) -> None:
    session = merchant.create_session()
    fake.pay(session, "pix")
    fake.advance(hours=3, minutes=59)
    assert kinds(fake, "checkout.") == ["checkout.session.completed"]
    fake.advance(minutes=1)
    assert kinds(fake, "checkout.")[-1] == "checkout.session.async_payment_failed"
    assert fake.find(session)["payment_status"] == "unpaid"
    with pytest.raises(AssertionError):
        fake.settle_payment(session)


def test_pix_is_offered_for_one_time_payments_in_reais_alone(fake: FakeStripe, merchant: FakeMerchant) -> None:
    for session in (
        merchant.create_session(merchant.create_price(500, "usd")),
        merchant.create_session(mode="subscription"),
    ):
        with pytest.raises(StripeApiError, match="not pix"):
            fake.pay(session, "pix")
    narrowed = merchant.create_session(allowed_payment_method_types=["card"])
    assert fake.find(narrowed)["payment_method_types"] == ["card"]


def test_a_session_expires_by_itself_and_by_order(fake: FakeStripe, merchant: FakeMerchant) -> None:
    soon = merchant.create_session(expires_at=fake.get_now() + 1800)
    late = merchant.create_session()
    fake.advance(minutes=30)
    assert fake.find(soon)["status"] == "expired"
    assert merchant.v1.checkout.sessions.expire(late).status == "expired"
    assert kinds(fake, "checkout.") == ["checkout.session.expired"] * 2
    with pytest.raises(stripe.InvalidRequestError, match=r'status in \["open"\]'):
        merchant.v1.checkout.sessions.expire(late)
    with pytest.raises(StripeApiError):
        fake.pay(soon)


def test_what_cannot_be_sold_so_is_refused(merchant: FakeMerchant) -> None:
    gone = merchant.create_price()
    merchant.v1.prices.update(gone, {"active": False})
    line: dict[str, Any] = {"quantity": 1}
    mixed = [line | {"price": merchant.create_price()}, line | {"price": merchant.create_price(currency="usd")}]
    for price, mode, more, message in (
        (gone, "payment", {}, "inactive"),
        ("price_none", "payment", {}, "No such price"),
        (merchant.create_plan_price(), "payment", {}, "recurring price"),
        (merchant.create_price(), "subscription", {}, "recurring price"),
        (merchant.create_price(), "payment", {"line_items": mixed}, "currency"),
        (merchant.create_price(), "payment", {"customer": "cus_none"}, "No such customer"),
    ):
        with pytest.raises(stripe.InvalidRequestError, match=message):
            merchant.create_session(price, mode, **more)


def test_the_same_key_and_body_make_one_object_and_another_body_is_an_error(
    fake: FakeStripe, merchant: FakeMerchant
) -> None:
    price = merchant.create_price()
    first = merchant.create_session(price, key="cs:1:0")
    fake.pay(first)
    assert merchant.create_session(price, key="cs:1:0") == first
    assert fake.calls[-1].outcome["status"] == "open"  # as it was answered then
    assert merchant.create_session(price, key="cs:1:1") != first
    with pytest.raises(stripe.IdempotencyError):
        merchant.create_session(price, key="cs:1:0", client_reference_id="other")
    with pytest.raises(stripe.InvalidRequestError):
        merchant.create_session("price_none", key="mended")
    assert merchant.create_session(price, key="mended")
    fake.advance(hours=24)
    assert merchant.create_session(price, key="cs:1:0") != first


def test_an_answer_that_was_lost_comes_with_the_same_key(fake: FakeStripe, merchant: FakeMerchant) -> None:
    price = merchant.create_price()
    fake.drop_responses("POST /v1/checkout/sessions")
    with pytest.raises(stripe.APIConnectionError):
        merchant.create_session(price, key="k")
    (made,) = fake.list_objects("checkout.session")
    assert merchant.create_session(price, key="k") == made["id"]


@pytest.mark.parametrize(("status", "error"), [(429, stripe.RateLimitError), (503, stripe.APIError)])
def test_failures_on_order_do_nothing(
    status: int, error: type[Exception], fake: FakeStripe, merchant: FakeMerchant
) -> None:
    price = merchant.create_price()
    fake.fail_calls("POST /v1/checkout/sessions", status, skip=1)
    merchant.create_session(price)
    with pytest.raises(error):
        merchant.create_session(price, key="k")
    assert len(fake.list_objects("checkout.session")) == 1
    assert merchant.create_session(price, key="k")
    with pytest.raises(KeyError):
        fake.fail_calls("POST /v1/nothing")


def test_refunds_add_up_to_the_payment_and_not_beyond(fake: FakeStripe, merchant: FakeMerchant) -> None:
    intent = merchant.create_paid_intent(amount=1000)
    refunds = merchant.v1.refunds
    part = refunds.create({"payment_intent": intent, "amount": 300}, {"idempotency_key": "r"})
    assert refunds.create({"payment_intent": intent, "amount": 300}, {"idempotency_key": "r"}).id == part.id
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        refunds.create({"payment_intent": intent, "amount": 900})
    refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        refunds.create({"payment_intent": intent})
    assert caught.value.code == "charge_already_refunded"
    (charge,) = merchant.v1.charges.list({"payment_intent": intent}).data
    assert (charge.amount_refunded, charge.refunded) == (1000, True)
    assert [one.amount for one in refunds.list({"payment_intent": intent}).data] == [700, 300]
    fake.fail_refund(part.id)
    assert (fake.find(charge.id)["amount_refunded"], refunds.retrieve(part.id).status) == (700, "failed")


def test_a_dispute_is_won_or_lost(fake: FakeStripe, merchant: FakeMerchant) -> None:
    won, lost = merchant.create_paid_intent(), merchant.create_paid_intent()
    first, second = fake.open_dispute(won)["id"], fake.open_dispute(lost, 500)["id"]
    (open_,) = merchant.v1.disputes.list({"payment_intent": lost}).data
    assert (open_.id, open_.amount, open_.status) == (second, 500, "needs_response")
    assert fake.win_dispute(first)["status"] == "won"
    assert fake.lose_dispute(second)["status"] == "lost"
    names = [event["type"].rpartition(".")[2] for event in fake.events if "dispute" in event["type"]]
    assert names == ["created", "funds_withdrawn"] * 2 + ["funds_reinstated", "closed", "closed"]
    assert merchant.v1.refunds.create({"payment_intent": won}).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        merchant.v1.refunds.create({"payment_intent": lost})
    assert caught.value.code == "charge_disputed"


def test_a_lookup_key_goes_over_to_another_price_only_when_told_so(merchant: FakeMerchant) -> None:
    old = merchant.create_price(2000, lookup_key="pack")
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        merchant.create_price(2500, lookup_key="pack")
    new = merchant.create_price(2500, lookup_key="pack", transfer_lookup_key=True)
    assert [price.id for price in merchant.v1.prices.list({"lookup_keys": ["pack"]}).data] == [new]
    assert merchant.v1.prices.retrieve(old).lookup_key is None


def test_a_promotion_code_lowers_what_is_paid_where_it_is_allowed(fake: FakeStripe, merchant: FakeMerchant) -> None:
    fake.create_promotion_code("DEZ", percent=10)
    fake.create_promotion_code("FREE", percent=100)
    allowed = merchant.create_session(allow_promotion_codes=True)
    paid = fake.pay(allowed, promotion_code="dez")
    assert (paid["amount_subtotal"], paid["amount_total"]) == (2000, 1800)
    free = fake.pay(merchant.create_session(allow_promotion_codes=True), promotion_code="FREE")
    assert (free["amount_total"], free["payment_status"], free["payment_intent"]) == (0, "no_payment_required", None)
    with pytest.raises(StripeApiError, match="promotion code"):
        fake.pay(merchant.create_session(), promotion_code="DEZ")


def test_every_visit_of_a_payment_link_is_a_session_with_the_reference_of_its_address(
    fake: FakeStripe, merchant: FakeMerchant
) -> None:
    asked: Any = {"line_items": [{"price": merchant.create_price(), "quantity": 1}], "metadata": {"item": "pack:100"}}
    link = merchant.v1.payment_links.create(asked)
    visits = [fake.visit_payment_link(link.url, reference)["id"] for reference in ("signed", None)]
    fake.pay(visits[0])
    found = merchant.v1.checkout.sessions.list({"payment_link": link.id, "status": "complete"}).data
    assert [(one.id, one.client_reference_id, one.amount_total) for one in found] == [(visits[0], "signed", 2000)]
    merchant.v1.payment_links.update(link.id, {"active": False})
    with pytest.raises(AssertionError, match="no longer active"):
        fake.visit_payment_link(link.id)


def test_customers_are_found_by_the_address_they_wrote_and_gone_when_deleted(merchant: FakeMerchant) -> None:
    kept = merchant.v1.customers.create({"email": "Ana@example.org", "metadata": {"a": "1", "b": "2"}})
    assert [one.id for one in merchant.v1.customers.list({"email": "Ana@example.org"}).data] == [kept.id]
    assert merchant.v1.customers.list({"email": "ana@example.org"}).data == []
    changed: Any = merchant.v1.customers.update(kept.id, {"metadata": {"a": ""}})
    assert changed.metadata.to_dict() == {"b": "2"}
    assert merchant.v1.billing_portal.sessions.create({"customer": kept.id}).url.startswith(
        "https://billing.stripe.com/"
    )
    merchant.v1.customers.delete(kept.id)
    assert merchant.v1.customers.retrieve(kept.id).deleted
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        merchant.v1.billing_portal.sessions.create({"customer": kept.id})


def test_months_end_on_the_day_they_began_or_the_last_there_is() -> None:
    def moment(*day: int) -> int:
        return int(datetime(*day, 12, tzinfo=UTC).timestamp())  # type: ignore[misc, arg-type]

    anchor, monthly = moment(2027, 1, 31), {"interval": "month", "interval_count": 1}
    assert compute_period_end(anchor, anchor, monthly) == moment(2027, 2, 28)
    assert compute_period_end(anchor, moment(2027, 2, 28), monthly) == moment(2027, 3, 31)
    assert compute_period_end(anchor, moment(2027, 12, 31), monthly) == moment(2028, 1, 31)
    assert compute_period_end(anchor, anchor, {"interval": "year", "interval_count": 1}) == moment(2028, 1, 31)
