"""Stripe's objects as JSON has them, where the port must not be misled by them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from bots.billing.provider import ProviderPrice, ProviderRejected, ProviderUnavailable
from bots.billing.stripe import objects as read
from bots.billing.stripe.client import translate_errors

FEBRUARY, MARCH, APRIL = 1_769_904_000, 1_772_323_200, 1_775_001_600


def line(
    price: str, amount: int, *, proration: bool = False, kind: str = "subscription_item_details"
) -> dict[str, Any]:
    return {
        "amount": amount,
        "parent": {"type": kind, kind: {"proration": proration}},
        "period": {"start": MARCH, "end": APRIL},
        "pricing": {"type": "price_details", "price_details": {"price": price, "product": "prod_1"}},
    }


def invoice(*lines: dict[str, Any], **others: Any) -> dict[str, Any]:
    body = {
        "id": "in_1",
        "status": "paid",
        "customer": {"id": "cus_1", "object": "customer"},
        "billing_reason": "subscription_cycle",
        "amount_paid": 4_900,
        "period_start": FEBRUARY,
        "period_end": MARCH,
        "parent": {"subscription_details": {"subscription": "sub_1"}},
        "lines": {"data": list(lines)},
        "payments": {"data": []},
    }
    return body | others


def test_only_whole_periods_on_an_invoice_are_of_a_plan() -> None:
    told = read.parse_invoice(
        invoice(
            line("price_pro", 4_900),
            line("price_starter", -950, proration=True),
            line("price_pro", 2_450, proration=True),
            line("price_starter", -1_900),
            line("price_extra", 75, kind="invoice_item_details"),
        )
    )
    assert told.prices == ("price_pro",)


def test_a_trial_costs_nothing_and_is_a_period_all_the_same() -> None:
    assert read.parse_invoice(invoice(line("price_pro", 0))).prices == ("price_pro",)


def test_the_period_of_an_invoice_is_that_of_its_lines_and_its_own_only_without_them() -> None:
    told = read.parse_invoice(invoice(line("price_pro", 4_900)))
    assert (told.period_start, told.period_end) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    assert read.parse_invoice(invoice()).period_end == datetime(2026, 3, 1, tzinfo=UTC)


def test_an_invoice_names_only_the_payments_that_paid_it() -> None:
    payments = [
        {"status": "paid", "payment": {"type": "payment_intent", "payment_intent": "pi_paid"}},
        {"status": "canceled", "payment": {"type": "payment_intent", "payment_intent": "pi_canceled"}},
        {"status": "paid", "payment": {"type": "charge", "charge": "ch_1"}},
    ]
    told = read.parse_invoice(invoice(payments={"data": payments}))
    assert (told.payments, told.customer, told.subscription) == (("pi_paid",), "cus_1", "sub_1")


def test_an_invoice_of_no_subscription_has_none() -> None:
    assert read.parse_invoice(invoice(parent=None, payments=None)).subscription is None


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"lookup_key": "rabisco_pack_1_brl", "metadata": {"lookup_key": "rabisco_pack_2_brl"}}, "rabisco_pack_1_brl"),
        ({"lookup_key": None, "metadata": {"lookup_key": "rabisco_pack_2_brl"}}, "rabisco_pack_2_brl"),
        ({"lookup_key": None, "metadata": {}}, ""),
    ],
)
def test_a_price_is_called_what_it_was_called_before_it_was_replaced(body: dict[str, Any], key: str) -> None:
    assert read.parse_price({"id": "price_1", "currency": "brl", "unit_amount": 100} | body) == ProviderPrice(
        "price_1", key, "brl", 100
    )


def test_a_subscription_with_a_date_to_end_at_is_cancelled_too() -> None:
    item = {"price": {"id": "price_1"}, "current_period_start": MARCH, "current_period_end": APRIL}
    body = {"id": "sub_1", "status": "active", "customer": "cus_1", "currency": "brl", "items": {"data": [item]}}
    assert read.parse_subscription(body | {"cancel_at": APRIL}).cancels_at_period_end
    assert not read.parse_subscription(body | {"cancel_at": None, "cancel_at_period_end": False}).cancels_at_period_end


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (
            stripe.APIConnectionError("cannot reach https://api.stripe.com"),
            ProviderUnavailable,
            "Stripe does not answer",
        ),
        (
            stripe.AuthenticationError("no such key sk_live_abc123", http_status=401),
            ProviderUnavailable,
            "STRIPE_SECRET_KEY",
        ),
        (stripe.PermissionError("rk_live_abc123 may not", http_status=403), ProviderUnavailable, "rk_... may not"),
        (stripe.RateLimitError("slowly", http_status=429), ProviderUnavailable, "patience (429)"),
        (stripe.APIError("broken", http_status=502), ProviderUnavailable, "patience (502)"),
        (stripe.APIError("not JSON at all"), ProviderUnavailable, "patience (APIError)"),
        (stripe.IdempotencyError("in use", http_status=409), ProviderUnavailable, "patience (409)"),
        (stripe.IdempotencyError("another order", http_status=400), ProviderRejected, "another order"),
        (
            stripe.InvalidRequestError("no such price for whsec_abc123", "price", code="missing", http_status=400),
            ProviderRejected,
            "missing: no such price for whsec_...",
        ),
    ],
)
def test_each_error_is_away_or_refused_and_says_no_secret(
    error: stripe.StripeError, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind) as told, translate_errors():
        raise error
    assert said in str(told.value)
    assert "abc123" not in str(told.value)
    assert (told.value.__cause__, told.value.__suppress_context__) == (None, True)


def test_a_refusal_carries_stripe_s_word_for_it() -> None:
    with pytest.raises(ProviderRejected) as told, translate_errors():
        raise stripe.InvalidRequestError("gone", "id", code="resource_missing", http_status=404)
    assert told.value.code == "resource_missing"
