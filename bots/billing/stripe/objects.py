"""Parsers of Stripe's JSON objects into the value types of the provider interface."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bots.billing.provider import (
    CheckoutSession,
    ProviderDispute,
    ProviderInvoice,
    ProviderPrice,
    ProviderRefund,
    ProviderSubscription,
    WebhookEvent,
)
from bots.billing.stripe.client import JsonObject

LOOKUP_KEY = "lookup_key"
"""Key in a price's metadata that repeats its lookup key: the real one is transferred to the price that replaces it."""


def parse_price(body: JsonObject) -> ProviderPrice:
    key = body.get("lookup_key") or (body.get("metadata") or {}).get(LOOKUP_KEY) or ""
    return ProviderPrice(body["id"], key, body["currency"], body.get("unit_amount") or 0)


def parse_checkout_session(body: JsonObject) -> CheckoutSession:
    return CheckoutSession(
        id=body["id"],
        status=body.get("status") or "",
        payment_status=body["payment_status"],
        url=body.get("url"),
        reference=body.get("client_reference_id"),
        metadata=dict(body.get("metadata") or {}),
        currency=body.get("currency") or "",
        amount=body.get("amount_total") or 0,
        items=tuple(_parse_items(body)),
        customer=id_of(body.get("customer")),
        payment=id_of(body.get("payment_intent")),
        subscription=id_of(body.get("subscription")),
        created_at=to_datetime(body["created"]),
        expires_at=to_datetime(body["expires_at"]),
    )


def _parse_items(body: JsonObject) -> Iterator[tuple[str, int]]:
    for line in _list_data(body.get("line_items")):
        if found := id_of(line.get("price")):
            yield found, line.get("quantity") or 0


def parse_refund(body: JsonObject) -> ProviderRefund:
    return ProviderRefund(body["id"], body.get("status") or "", body["amount"], id_of(body.get("payment_intent")))


def parse_dispute(body: JsonObject) -> ProviderDispute:
    return ProviderDispute(body["id"], body["status"], body["amount"], id_of(body.get("payment_intent")))


def parse_invoice(body: JsonObject) -> ProviderInvoice:
    """An invoice's own period is the past one, so the period that is paid for is taken from its lines."""
    lines = [line for line in _list_data(body.get("lines")) if _is_for_a_period(line)]
    last: JsonObject = max(
        (line["period"] for line in lines), key=lambda period: period["end"], default=_period_of(body)
    )
    return ProviderInvoice(
        id=body["id"],
        status=body.get("status") or "",
        subscription=_subscription_of(body),
        customer=id_of(body.get("customer")),
        reason=body.get("billing_reason") or "",
        amount_paid=body["amount_paid"],
        payments=tuple(_parse_payments(body)),
        prices=tuple(dict.fromkeys(filter(None, map(_price_of_line, lines)))),
        period_start=to_datetime(last["start"]),
        period_end=to_datetime(last["end"]),
    )


def _period_of(body: JsonObject) -> JsonObject:
    return {"start": body["period_start"], "end": body["period_end"]}


def _is_for_a_period(line: JsonObject) -> bool:
    parent = line.get("parent") or {}
    details = parent.get("subscription_item_details")
    return details is not None and not details["proration"] and line["amount"] >= 0


def _price_of_line(line: JsonObject) -> str | None:
    details = (line.get("pricing") or {}).get("price_details") or {}
    return id_of(details.get("price"))


def _subscription_of(body: JsonObject) -> str | None:
    details = (body.get("parent") or {}).get("subscription_details") or {}
    return id_of(details.get("subscription"))


def _parse_payments(body: JsonObject) -> Iterator[str]:
    for payment in _list_data(body.get("payments")):
        found = id_of(payment["payment"].get("payment_intent"))
        if found and payment["status"] == "paid":
            yield found


def parse_subscription(body: JsonObject) -> ProviderSubscription:
    """The period is a field of the items only; our subscriptions have one item."""
    item = body["items"]["data"][0]
    return ProviderSubscription(
        id=body["id"],
        status=body["status"],
        customer=id_of(body["customer"]) or "",
        price=item["price"]["id"],
        currency=body["currency"],
        metadata=dict(body.get("metadata") or {}),
        period_start=to_datetime(item["current_period_start"]),
        period_end=to_datetime(item["current_period_end"]),
        cancels_at_period_end=bool(body.get("cancel_at_period_end") or body.get("cancel_at")),
    )


def parse_event(body: JsonObject) -> WebhookEvent:
    return WebhookEvent(
        id=body["id"],
        kind=body["type"],
        object_id=body["data"]["object"].get("id") or "",
        livemode=body["livemode"],
        created_at=to_datetime(body["created"]),
    )


def id_of(found: Any) -> str | None:
    """The id of a field that holds an id, the whole object, or nothing."""
    if found is None or isinstance(found, str):
        return found
    return str(found["id"])


def to_datetime(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _list_data(found: JsonObject | None) -> list[JsonObject]:
    return list((found or {}).get("data") or ())
