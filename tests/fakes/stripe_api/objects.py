"""Blank API objects: the fields of Stripe's examples, each with its emptiest valid value."""

import decimal
import functools
import json
from pathlib import Path
from typing import Any, get_args, get_origin

import stripe
import stripe.billing_portal
import stripe.checkout
from fakes.stripe_api.annotations import field_hints_of, list_alternatives, list_choices
from stripe._stripe_object import UntypedStripeObject

CLASS_BY_KIND: dict[str, type] = {
    "billing_portal.configuration": stripe.billing_portal.Configuration,
    "billing_portal.session": stripe.billing_portal.Session,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "coupon": stripe.Coupon,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "invoiceitem": stripe.InvoiceItem,
    "item": stripe.LineItem,
    "line_item": stripe.InvoiceLineItem,
    "payment_intent": stripe.PaymentIntent,
    "payment_link": stripe.PaymentLink,
    "plan": stripe.Plan,
    "price": stripe.Price,
    "product": stripe.Product,
    "promotion_code": stripe.PromotionCode,
    "refund": stripe.Refund,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
    "webhook_endpoint": stripe.WebhookEndpoint,
}
# only in the response with `expand`
EXPANDABLE_FIELDS = {
    "charge": {"refunds", "source"},
    "checkout.session": {"line_items"},
    "customer": {"subscriptions"},
    "invoice": {"payments"},
    "payment_intent": {"source"},
    "payment_link": {"line_items"},
}
EMPTY_VALUES: dict[Any, Any] = {int: 0, bool: False, str: "", float: 0.0, decimal.Decimal: "0"}


@functools.cache
def load_examples() -> dict[str, dict[str, str]]:
    """Names and types of the fields of Stripe's example objects."""
    read: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("fields.json").read_text())["objects"]
    return read


def create_object(kind: str, **values: Any) -> dict[str, Any]:
    """An object of that kind with these values; raises KeyError for a field that Stripe's does not have."""
    hints = field_hints_of(CLASS_BY_KIND[kind])
    names = [name for name in load_examples()[kind] if name in hints and name not in EXPANDABLE_FIELDS.get(kind, set())]
    body = {name: create_empty_value(hints[name]) for name in names} | {"object": kind}
    if "metadata" in body:
        body["metadata"] = {}
    for name, value in values.items():
        if name not in hints:
            raise KeyError(name)
        body[name] = value
    return body


def create_empty_value(hint: Any) -> Any:
    """Null if allowed, else the empty value of its type."""
    options = list_alternatives(hint)
    if type(None) in options:
        return None
    if allowed := list_choices(options):
        return allowed[0]
    (option, *_) = options
    origin = get_origin(option) or option
    if origin is list:
        return []
    if option in EMPTY_VALUES:
        return EMPTY_VALUES[option]
    return (
        {name: create_empty_value(inner) for name, inner in field_hints_of(origin).items() if _is_always_present(inner)}
        if _is_nested(origin)
        else {}
    )


def _is_always_present(hint: Any) -> bool:
    """Whether a field is in every response; others only on request, such as the currencies of a restriction."""
    inner = [get_args(option) for option in list_alternatives(hint) if get_origin(option) is UntypedStripeObject]
    return not any(isinstance(of, type) and issubclass(of, stripe.StripeObject) for (of,) in inner)


def _is_nested(shape: Any) -> bool:
    return isinstance(shape, type) and "." in shape.__qualname__


def build_list(items: list[Any], url: str, *, has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": items, "has_more": has_more, "url": url}
