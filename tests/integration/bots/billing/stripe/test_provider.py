"""The adapter to Stripe, against the double of its API over a socket."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from fakes.clock import NOON, SettableClock
from fakes.small_catalogue import build_small_catalogue
from fakes.stripe_api import KEY, FakeStripe
from fakes.stripe_api.portal import DEFAULT_CONFIGURATION_ID
from stripe import StripeClient

from bots.billing.provider import (
    EVENT_TYPES,
    CheckoutRequest,
    CustomerMissing,
    PaymentProvider,
    ProviderPrice,
    ProviderRejected,
    ProviderUnavailable,
)
from bots.billing.stripe.client import VERSION, connect, is_live
from bots.billing.stripe.portal import CURRENCY_KEY
from bots.billing.stripe.provider import StripeProvider
from bots.billing.stripe.sync import CatalogueSync, SyncTarget
from models.billing.catalogue import CreditPack
from models.billing.item_names import build_lookup_key

HOUR, MONTH = timedelta(hours=1), timedelta(days=31)
METADATA = {"purchase_id": "0197f1f0", "tenant_id": "main"}


@dataclass
class Shop:
    """Our side, and the double's."""

    stripe: StripeProvider
    client: StripeClient
    url: str
    fake: FakeStripe

    def price(self, item: str, currency: str = "brl") -> str:
        (found,) = self.stripe.list_prices([build_lookup_key(item, currency)])
        return found.id

    def order(self, item: str = "pack:500", **others: Any) -> CheckoutRequest:
        recurring = item.startswith("plan:")
        made = CheckoutRequest(
            self.price(item), recurring, "0197f1f0", METADATA, self.fake.clock() + HOUR, language="pt-BR"
        )
        return replace(made, **others)

    def sell(self, item: str = "pack:500", how: str = "card") -> str:
        """A Checkout Session somebody has paid."""
        session = self.stripe.create_checkout_session(
            self.order(item), key=f"cs:{item}:{how}:{len(self.fake.calls)}"
        ).id
        self.fake.pay(session, how, email="ana@example.org")
        return session

    def payment(self, session: str) -> str:
        return self.stripe.retrieve_checkout_session(session).payment or ""

    def subscribe(self, plan: str = "starter") -> str:
        return self.stripe.retrieve_checkout_session(self.sell(f"plan:{plan}")).subscription or ""


@pytest.fixture
def shop() -> Iterator[Shop]:
    fake = FakeStripe(SettableClock())
    with fake.serve() as url:
        client = connect(KEY, url)
        CatalogueSync(client, SyncTarget(build_small_catalogue(), lambda item: item.name), lambda _line: None).run()
        yield Shop(StripeProvider.from_key(KEY, url), client, url, fake)


def test_the_adapter_is_what_the_port_asks_for(shop: Shop) -> None:
    provider: PaymentProvider = shop.stripe
    assert provider.livemode is False


@pytest.mark.parametrize(
    ("key", "live"), [("sk_live_a", True), ("rk_live_a", True), ("sk_test_a", False), ("rk_test_live_", False)]
)
def test_a_key_tells_whether_it_moves_real_money(key: str, live: bool) -> None:
    assert is_live(key) is live


def test_prices_are_found_by_their_lookup_keys_however_many_are_asked_for(shop: Shop) -> None:
    wanted = {"rabisco_pack_500_brl": 7_500, "rabisco_plan_starter_brl": 1_900, "rabisco_plan_pro_brl": 4_900}
    others = [build_lookup_key(f"pack:{number}", "brl") for number in range(1, 30)]
    found = shop.stripe.list_prices([*others, *wanted])
    assert {price.lookup_key: price.amount for price in found} == wanted


def test_a_price_that_was_replaced_still_says_what_it_is_of(shop: Shop) -> None:
    before = shop.price("pack:500")
    dearer = build_small_catalogue(packs={"500": CreditPack(credits=500, prices={"brl": 9_900})})
    CatalogueSync(shop.client, SyncTarget(dearer, lambda item: item.name), lambda _line: None).run()
    assert shop.price("pack:500") != before
    assert shop.stripe.retrieve_price(before) == ProviderPrice(before, "rabisco_pack_500_brl", "brl", 7_500)


def test_a_price_of_another_shop_in_the_same_account_is_not_ours(shop: Shop) -> None:
    made = shop.client.v1.prices.create({"currency": "brl", "unit_amount": 100, "product_data": {"name": "Bread"}})
    assert shop.stripe.retrieve_price(made.id).lookup_key == ""


def test_an_order_becomes_one_session_with_all_that_was_said(shop: Shop) -> None:
    order = shop.order()
    made = shop.stripe.create_checkout_session(order, key="cs:1:1")
    assert shop.stripe.create_checkout_session(order, key="cs:1:1") == made
    assert (made.status, made.payment_status, made.reference, made.metadata) == ("open", "unpaid", "0197f1f0", METADATA)
    assert (made.items, made.amount, made.currency) == (((order.price, 1),), 7_500, "brl")
    assert (made.created_at, made.expires_at) == (NOON, NOON + HOUR)
    assert made.url
    assert shop.stripe.retrieve_checkout_session(made.id) == made
    body = shop.fake.find(made.id)
    assert (body["mode"], body["locale"], body["success_url"]) == ("payment", "pt-BR", "https://t.me")
    assert body["allow_promotion_codes"] is True
    assert len(shop.fake.list_objects("checkout.session")) == 1


def test_people_come_back_to_where_they_were_and_read_their_language_if_it_is_there(shop: Shop) -> None:
    order = shop.order(return_url="https://t.me/rabisco_bot", language="tlh")
    body = shop.fake.find(shop.stripe.create_checkout_session(order, key="cs:1:1").id)
    assert (body["success_url"], body["locale"]) == ("https://t.me/rabisco_bot", "auto")


def test_what_was_paid_by_card_says_with_which_payment(shop: Shop) -> None:
    session = shop.sell()
    paid = shop.stripe.retrieve_checkout_session(session)
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    assert paid.payment
    assert paid.payment.startswith("pi_")
    assert shop.fake.find(paid.payment)["metadata"] == METADATA


def test_a_promotion_code_lowers_the_amount_and_a_gift_needs_no_payment(shop: Shop) -> None:
    for code, percent, amount, status in (("HALF", 50, 3_750, "paid"), ("GIFT", 100, 0, "no_payment_required")):
        shop.fake.create_promotion_code(code, percent=percent)
        session = shop.stripe.create_checkout_session(shop.order(), key=code).id
        shop.fake.pay(session, "card", email="ana@example.org", promotion_code=code)
        told = shop.stripe.retrieve_checkout_session(session)
        assert (told.amount, told.payment_status) == (amount, status)


def test_pix_is_complete_and_unpaid_until_it_comes(shop: Shop) -> None:
    session = shop.sell(how="pix")
    waiting = shop.stripe.retrieve_checkout_session(session)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert shop.stripe.list_paid_checkout_sessions(NOON) == []
    shop.fake.settle_payment(session)
    assert shop.stripe.retrieve_checkout_session(session).payment_status == "paid"


def test_the_paid_sessions_since_a_moment_are_all_there_with_their_items(shop: Shop) -> None:
    shop.sell()
    shop.fake.advance(hours=1)
    later = [shop.sell(), shop.sell("plan:pro")]
    shop.stripe.create_checkout_session(shop.order(), key="open")
    found = shop.stripe.list_paid_checkout_sessions(NOON + HOUR)
    assert {each.id: each.items for each in found} == {
        later[0]: ((shop.price("pack:500"), 1),),
        later[1]: ((shop.price("plan:pro"), 1),),
    }


def test_more_than_a_page_holds_is_all_there(shop: Shop) -> None:
    payment = shop.payment(shop.sell())
    made = {shop.fake.refund(payment, 1)["id"] for _ in range(103)}
    assert {found.id for found in shop.stripe.list_refunds(payment)} == made


def test_refunds_are_made_once_for_each_key_and_are_all_told(shop: Shop) -> None:
    payment = shop.payment(shop.sell())
    part = shop.stripe.create_refund(payment, 500, key="refund:1")
    assert shop.stripe.create_refund(payment, 500, key="refund:1") == part
    rest = shop.stripe.create_refund(payment, None, key="refund:2")
    assert (part.amount, rest.amount, rest.payment) == (500, 7_000, payment)
    assert {found.id for found in shop.stripe.list_refunds(payment)} == {part.id, rest.id}
    with pytest.raises(ProviderRejected):
        shop.stripe.create_refund(payment, 1, key="refund:3")


def test_a_dispute_is_told_until_it_is_lost(shop: Shop) -> None:
    payment = shop.payment(shop.sell())
    assert shop.stripe.list_disputes(payment) == []
    identity = shop.fake.open_dispute(payment)["id"]
    shop.fake.lose_dispute(identity)
    (told,) = shop.stripe.list_disputes(payment)
    assert (told.id, told.status, told.amount, told.payment) == (identity, "lost", 7_500, payment)


def test_the_payment_behind_a_charge_a_refund_or_a_dispute_is_found(shop: Shop) -> None:
    payment = shop.payment(shop.sell())
    charge, refund = shop.fake.find(payment)["latest_charge"], shop.fake.refund(payment, 100)["id"]
    dispute = shop.fake.open_dispute(payment)["id"]
    found = [shop.stripe.find_payment_intent(identity) for identity in (charge, refund, dispute, payment)]
    assert found == [payment] * 4
    assert shop.stripe.find_payment_intent("cs_test_1") is None


def test_a_subscription_says_its_price_its_period_and_whose_it_is(shop: Shop) -> None:
    told = shop.stripe.retrieve_subscription(shop.subscribe())
    assert (told.status, told.price, told.currency) == ("active", shop.price("plan:starter"), "brl")
    assert (told.period_start, told.period_end, told.cancels_at_period_end) == (NOON, NOON + MONTH, False)
    assert told.metadata == METADATA
    assert shop.stripe.list_subscriptions(told.customer) == [told]


def test_a_subscription_that_was_cancelled_goes_on_to_the_end_of_its_period(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.fake.cancel_subscription(subscription, at_period_end=True)
    told = shop.stripe.retrieve_subscription(subscription)
    assert (told.status, told.cancels_at_period_end) == ("active", True)
    shop.fake.advance_to(NOON + MONTH)
    gone = shop.stripe.retrieve_subscription(subscription)
    assert gone.status == "canceled"
    assert [found.id for found in shop.stripe.list_subscriptions(gone.customer)] == [subscription]


def test_an_invoice_tells_the_period_it_pays_for_and_not_the_one_that_has_passed(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.fake.advance_to(NOON + MONTH + 2 * HOUR)
    second, first = shop.stripe.list_invoices(subscription)
    assert [told.reason for told in (first, second)] == ["subscription_create", "subscription_cycle"]
    assert (first.period_start, first.period_end, second.period_start) == (NOON, NOON + MONTH, NOON + MONTH)
    assert shop.stripe.retrieve_invoice(second.id) == second
    assert {(told.status, told.amount_paid, told.subscription) for told in (first, second)} == {
        ("paid", 1_900, subscription)
    }
    assert first.prices == second.prices == (shop.price("plan:starter"),)
    assert first.payments
    assert not set(first.payments) & set(second.payments)


def test_an_invoice_that_cannot_be_paid_stays_open_without_a_payment(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.fake.break_card(shop.stripe.retrieve_subscription(subscription).customer)
    shop.fake.advance_to(NOON + MONTH + 2 * HOUR)
    told = shop.stripe.list_invoices(subscription)[0]
    assert (told.status, told.amount_paid, told.payments) == ("open", 0, ())
    assert shop.stripe.retrieve_subscription(subscription).status == "past_due"


def test_credits_beyond_the_plan_are_put_on_the_next_invoice_once_and_buy_nothing_else(shop: Shop) -> None:
    subscription = shop.subscribe()
    item = shop.stripe.add_invoice_item(subscription, 75, "3 credits", key="overage:job-1")
    assert shop.stripe.add_invoice_item(subscription, 75, "3 credits", key="overage:job-1") == item
    shop.fake.advance_to(NOON + MONTH + 2 * HOUR)
    told = shop.stripe.list_invoices(subscription)[0]
    assert (told.amount_paid, told.prices) == (1_975, (shop.price("plan:starter"),))


def test_a_customer_gets_a_link_to_their_own_portal(shop: Shop) -> None:
    customer = shop.stripe.retrieve_subscription(shop.subscribe()).customer
    assert shop.stripe.create_portal_url(customer, "").startswith("https://")
    with pytest.raises(ProviderRejected) as refused:
        shop.stripe.create_portal_url("cus_nobody", "https://t.me/rabisco_bot")
    assert refused.value.code == "resource_missing"


def test_the_portal_is_that_of_the_currency_somebody_pays_in_and_stripes_own_before_there_are_any(shop: Shop) -> None:
    customer = shop.stripe.retrieve_subscription(shop.subscribe()).customer
    (ours,) = shop.fake.list_objects("billing_portal.configuration")
    other: Any = {"features": {"invoice_history": {"enabled": True}}, "metadata": {CURRENCY_KEY: "usd"}}
    abroad = shop.client.v1.billing_portal.configurations.create(other).id

    def led_to() -> str:
        url = shop.stripe.create_portal_url(customer, "")
        return str(
            next(one["configuration"] for one in shop.fake.list_objects("billing_portal.session") if one["url"] == url)
        )

    assert led_to() == ours["id"]
    assert shop.stripe.list_portal_currencies() == {"brl", "usd"}
    shop.client.v1.billing_portal.configurations.update(ours["id"], {"active": False})
    assert led_to() == abroad  # better than none: cards are changed and plans ended there as well
    shop.client.v1.billing_portal.configurations.update(abroad, {"active": False})
    assert led_to() == DEFAULT_CONFIGURATION_ID


def test_customers_are_found_by_their_address_as_they_or_we_wrote_it(shop: Shop) -> None:
    made = {spelling: shop.client.v1.customers.create({"email": spelling}).id for spelling in ("a@b.co", "A@b.co")}
    assert set(shop.stripe.list_customers_by_email("A@b.co")) == set(made.values())
    assert shop.stripe.list_customers_by_email("a@b.co") == [made["a@b.co"]]
    assert shop.stripe.list_customers_by_email("c@b.co") == []


def test_news_that_did_not_arrive_are_told_oldest_first_and_only_those_we_act_upon(shop: Shop) -> None:
    shop.fake.add_endpoint("http://127.0.0.1:9/stripe/webhook")
    shop.fake.lose_deliveries()
    session = shop.sell()
    shop.fake.refund(shop.payment(session))
    shop.fake.deliver_due()
    told = shop.stripe.list_undelivered_events(NOON)
    kinds = [each.kind for each in told]
    assert kinds.index("checkout.session.completed") < kinds.index("charge.refunded")
    assert set(kinds) <= set(EVENT_TYPES)
    first = told[kinds.index("checkout.session.completed")]
    assert (first.object_id, first.livemode, first.created_at) == (session, False, NOON)
    assert shop.stripe.list_undelivered_events(NOON + HOUR) == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_stripe_that_asks_for_patience_is_away(shop: Shop, status: int) -> None:
    shop.fake.fail_calls("GET /v1/checkout/sessions/{id}", status=status)
    with pytest.raises(ProviderUnavailable):
        shop.stripe.retrieve_checkout_session("cs_test_1")


def test_a_stripe_that_nobody_answers_for_is_away() -> None:
    client = connect(KEY, "http://127.0.0.1:9", retries=0)
    with pytest.raises(ProviderUnavailable, match="does not answer"):
        StripeProvider(client, livemode=False).retrieve_checkout_session("cs_test_1")


def test_a_link_whose_answer_was_lost_is_the_same_when_it_is_asked_for_again(shop: Shop) -> None:
    order = shop.order()
    shop.fake.drop_responses("POST /v1/checkout/sessions")
    with pytest.raises(ProviderUnavailable):
        shop.stripe.create_checkout_session(order, key="cs:1:1")
    made = shop.stripe.create_checkout_session(order, key="cs:1:1")
    assert [session["id"] for session in shop.fake.list_objects("checkout.session")] == [made.id]


def test_what_stripe_will_not_do_is_refused_with_its_word_for_it(shop: Shop) -> None:
    with pytest.raises(ProviderRejected) as refused:
        shop.stripe.retrieve_checkout_session("cs_test_1")
    assert refused.value.code == "resource_missing"
    with pytest.raises(ProviderRejected):
        shop.stripe.create_checkout_session(shop.order(expires_at=NOON + timedelta(minutes=5)), key="cs:1:1")


@pytest.mark.parametrize("how", ["deleted", "unknown"])
@pytest.mark.parametrize("has_portals", [True, False])
def test_a_customer_that_is_gone_is_told_from_other_refusals(shop: Shop, how: str, has_portals: bool) -> None:
    (ours,) = shop.fake.list_objects("billing_portal.configuration")
    if not has_portals:
        shop.client.v1.billing_portal.configurations.update(ours["id"], {"active": False})
    customer = "cus_of_another_key"
    if how == "deleted":
        customer = shop.client.v1.customers.create({"email": "ana@example.org"}).id
        shop.client.v1.customers.delete(customer)
    with pytest.raises(CustomerMissing):
        shop.stripe.create_checkout_session(shop.order(customer=customer), key="cs:1:1")
    with pytest.raises(CustomerMissing):
        shop.stripe.create_portal_url(customer, "")
    assert len(shop.fake.list_calls("POST /v1/billing_portal/sessions")) == (not has_portals)
    with pytest.raises(ProviderRejected) as refused:
        shop.stripe.retrieve_price("price_unknown")
    assert not isinstance(refused.value, CustomerMissing)


def test_the_same_key_for_another_order_is_refused(shop: Shop) -> None:
    shop.stripe.create_checkout_session(shop.order(), key="cs:1:1")
    with pytest.raises(ProviderRejected):
        shop.stripe.create_checkout_session(shop.order("plan:pro"), key="cs:1:1")


def test_no_error_and_no_log_holds_a_key(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "sk_test_aKeyNobodyKnows1234567890"
    with pytest.raises(ProviderUnavailable, match="STRIPE_SECRET_KEY") as refused:
        StripeProvider.from_key(wrong, shop.url).retrieve_checkout_session("cs_test_1")
    told = [str(refused.value), repr(refused.value), repr(shop.stripe), caplog.text]
    chained = [str(error) for error in (refused.value.__cause__,) if error]
    assert not [text for text in told + chained if wrong in text or KEY in text]


def test_every_call_asks_for_the_version_this_was_written_for(shop: Shop) -> None:
    shop.subscribe()
    assert {call.headers["stripe-version"] for call in shop.fake.calls} == {VERSION}


def test_every_write_carries_a_key_of_ours(shop: Shop) -> None:
    before = len(shop.fake.calls)
    session = shop.sell()
    shop.stripe.create_refund(shop.payment(session), None, key="refund:1")
    shop.stripe.add_invoice_item(shop.subscribe(), 75, "3 credits", key="overage:1")
    writes = [call for call in shop.fake.calls[before:] if call.method == "POST"]
    assert len(writes) == 4
    assert all(re.match(r"(cs|refund|overage):", call.headers["idempotency-key"]) for call in writes)
