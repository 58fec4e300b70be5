"""Blank API objects: the fields of Stripe's examples, each with its emptiest valid value."""

import decimal
import functools
import json
from pathlib import Path
from typing import Any, get_args, get_origin

import stripe
import stripe.billing_portal
import stripe.checkout
from fakes.stripe_api.annotations import alternatives, choices, fields
from stripe._stripe_object import UntypedStripeObject

CLASSES: dict[str, type] = {
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
INCLUDABLE = {
    "charge": {"refunds", "source"},
    "checkout.session": {"line_items"},
    "customer": {"subscriptions"},
    "invoice": {"payments"},
    "payment_intent": {"source"},
    "payment_link": {"line_items"},
}
EMPTY: dict[Any, Any] = {int: 0, bool: False, str: "", float: 0.0, decimal.Decimal: "0"}


@functools.cache
def examples() -> dict[str, dict[str, str]]:
    """Names and types of the fields of Stripe's example objects."""
    read: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("fields.json").read_text())["objects"]
    return read


def blank(kind: str, **values: Any) -> dict[str, Any]:
    """An object of that kind with these values; raises KeyError for a field that Stripe's does not have."""
    known = fields(CLASSES[kind])
    names = [name for name in examples()[kind] if name in known and name not in INCLUDABLE.get(kind, set())]
    made = {name: empty(known[name]) for name in names} | {"object": kind}
    if "metadata" in made:
        made["metadata"] = {}
    for name, value in values.items():
        if name not in known:
            raise KeyError(name)
        made[name] = value
    return made


def empty(hint: Any) -> Any:
    """Null if allowed, else the empty value of its type."""
    options = alternatives(hint)
    if type(None) in options:
        return None
    if words := choices(options):
        return words[0]
    (option, *_) = options
    origin = get_origin(option) or option
    if origin is list:
        return []
    if option in EMPTY:
        return EMPTY[option]
    return (
        {name: empty(inner) for name, inner in fields(origin).items() if _is_told(inner)} if _is_nested(origin) else {}
    )


def _is_told(hint: Any) -> bool:
    """Whether a field is in every response; others only on request, such as the currencies of a restriction."""
    inner = [get_args(option) for option in alternatives(hint) if get_origin(option) is UntypedStripeObject]
    return not any(isinstance(of, type) and issubclass(of, stripe.StripeObject) for (of,) in inner)


def _is_nested(shape: Any) -> bool:
    return isinstance(shape, type) and "." in shape.__qualname__


def listed(items: list[Any], url: str, *, has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": items, "has_more": has_more, "url": url}
