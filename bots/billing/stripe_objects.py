"""Parsers of Stripe's JSON objects into the value types of the provider interface."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bots.billing.port import Checkout, Dispute, Invoice, News, Price, Refund, Subscribed
from bots.billing.stripe_client import Body

LOOKUP_KEY = "lookup_key"
"""Key in a price's metadata that repeats its lookup key: the real one is transferred to the price that replaces it."""


def price(body: Body) -> Price:
    key = body.get("lookup_key") or (body.get("metadata") or {}).get(LOOKUP_KEY) or ""
    return Price(body["id"], key, body["currency"], body.get("unit_amount") or 0)


def checkout(body: Body) -> Checkout:
    return Checkout(
        id=body["id"],
        status=body.get("status") or "",
        payment_status=body["payment_status"],
        url=body.get("url"),
        reference=body.get("client_reference_id"),
        metadata=dict(body.get("metadata") or {}),
        currency=body.get("currency") or "",
        amount=body.get("amount_total") or 0,
        items=tuple(_items(body)),
        customer=identity(body.get("customer")),
        payment=identity(body.get("payment_intent")),
        subscription=identity(body.get("subscription")),
        created_at=moment(body["created"]),
        expires_at=moment(body["expires_at"]),
    )


def _items(body: Body) -> Iterator[tuple[str, int]]:
    for line in _listed(body.get("line_items")):
        if found := identity(line.get("price")):
            yield found, line.get("quantity") or 0


def refund(body: Body) -> Refund:
    return Refund(body["id"], body.get("status") or "", body["amount"], identity(body.get("payment_intent")))


def dispute(body: Body) -> Dispute:
    return Dispute(body["id"], body["status"], body["amount"], identity(body.get("payment_intent")))


def invoice(body: Body) -> Invoice:
    """An invoice's own period is the past one, so the period that is paid for is taken from its lines."""
    lines = [line for line in _listed(body.get("lines")) if _is_for_a_period(line)]
    last: Body = max((line["period"] for line in lines), key=lambda period: period["end"], default=_own_period(body))
    return Invoice(
        id=body["id"],
        status=body.get("status") or "",
        subscription=_subscription_of(body),
        customer=identity(body.get("customer")),
        reason=body.get("billing_reason") or "",
        amount_paid=body["amount_paid"],
        payments=tuple(_payments(body)),
        prices=tuple(dict.fromkeys(filter(None, map(_price_of_line, lines)))),
        period_start=moment(last["start"]),
        period_end=moment(last["end"]),
    )


def _own_period(body: Body) -> Body:
    return {"start": body["period_start"], "end": body["period_end"]}


def _is_for_a_period(line: Body) -> bool:
    parent = line.get("parent") or {}
    details = parent.get("subscription_item_details")
    return details is not None and not details["proration"] and line["amount"] >= 0


def _price_of_line(line: Body) -> str | None:
    details = (line.get("pricing") or {}).get("price_details") or {}
    return identity(details.get("price"))


def _subscription_of(body: Body) -> str | None:
    details = (body.get("parent") or {}).get("subscription_details") or {}
    return identity(details.get("subscription"))


def _payments(body: Body) -> Iterator[str]:
    for payment in _listed(body.get("payments")):
        found = identity(payment["payment"].get("payment_intent"))
        if found and payment["status"] == "paid":
            yield found


def subscription(body: Body) -> Subscribed:
    """The period is a field of the items only; our subscriptions have one item."""
    item = body["items"]["data"][0]
    return Subscribed(
        id=body["id"],
        status=body["status"],
        customer=identity(body["customer"]) or "",
        price=item["price"]["id"],
        currency=body["currency"],
        metadata=dict(body.get("metadata") or {}),
        period_start=moment(item["current_period_start"]),
        period_end=moment(item["current_period_end"]),
        cancels=bool(body.get("cancel_at_period_end") or body.get("cancel_at")),
    )


def news(body: Body) -> News:
    return News(
        id=body["id"],
        kind=body["type"],
        object_id=body["data"]["object"].get("id") or "",
        livemode=body["livemode"],
        created_at=moment(body["created"]),
    )


def identity(found: Any) -> str | None:
    """The id of a field that holds an id, the whole object, or nothing."""
    if found is None or isinstance(found, str):
        return found
    return str(found["id"])


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _listed(found: Body | None) -> list[Body]:
    return list((found or {}).get("data") or ())
