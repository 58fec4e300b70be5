"""Refunds and disputes."""

from typing import TYPE_CHECKING

from fakes.stripe_api.calls import Call
from fakes.stripe_api.catalogue import update_metadata
from fakes.stripe_api.errors import invalid
from fakes.stripe_api.payments import charge_of
from fakes.stripe_api.store import Body, matching, page

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

DAY = 24 * 3600
PATIENCE = 14 * DAY  # seconds to respond to a dispute


def create_refund(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    charge = _charge_named(fake, asked.get("charge"), asked.get("payment_intent"))
    body = new_refund(fake, charge, asked.get("amount"), asked.get("reason"))
    update_metadata(body, asked)
    return body


def _charge_named(fake: "FakeStripe", charge: str | None, intent: str | None) -> Body:
    if charge:
        return fake.store.find("charge", charge, "charge")
    if not intent:
        raise invalid("One of the following params should be provided: payment_intent or charge.", "parameter_missing")
    found = fake.store.find("payment_intent", intent, "payment_intent")
    if found["status"] != "succeeded":
        message = f"This PaymentIntent ({intent}) does not have a successful charge to refund."
        raise invalid(message, "payment_intent_unexpected_state", "payment_intent")
    return charge_of(fake, found)


def new_refund(fake: "FakeStripe", charge: Body, amount: int | None, reason: str | None) -> Body:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    if charge["disputed"] and not _won(fake, charge):
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", "charge_disputed")
    wanted = left if amount is None else amount
    if wanted < 1:
        raise invalid("Invalid positive integer", "parameter_invalid_integer", "amount")
    if wanted > left:
        raise invalid(f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})", None, "amount")
    return _refunded(fake, charge, wanted, reason)


def _won(fake: "FakeStripe", charge: Body) -> bool:
    disputes = [body for body in fake.store.all("dispute") if body["charge"] == charge["id"]]
    return all(body["status"] == "won" for body in disputes)


def _refunded(fake: "FakeStripe", charge: Body, amount: int, reason: str | None) -> Body:
    body = fake.store.add("refund", fake.store.new_id("re", 24), created=fake.now(), amount=amount)
    body |= {"charge": charge["id"], "payment_intent": charge["payment_intent"], "currency": charge["currency"]}
    body |= {"status": "succeeded", "reason": reason, "balance_transaction": fake.store.new_id("txn", 24)}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    fake.emit("refund.created", body)
    fake.emit("charge.refunded", charge)
    return body


def fail_refund(fake: "FakeStripe", body: Body) -> Body:
    """The bank returns a refund."""
    charge = fake.store.find("charge", body["charge"])
    body["status"] = "failed"
    charge |= {"amount_refunded": charge["amount_refunded"] - body["amount"], "refunded": False}
    for kind in ("refund.updated", "refund.failed", "charge.refund.updated"):
        fake.emit(kind, body)
    return body


def update_refund(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("refund", call.identity)
    update_metadata(body, call.parameters)
    return body


def new_dispute(fake: "FakeStripe", charge: Body, amount: int | None, reason: str) -> Body:
    """The bank withdraws the funds and requests a response."""
    taken = charge["amount"] - charge["amount_refunded"] if amount is None else amount
    body = fake.store.add("dispute", fake.store.new_id("du", 24), created=fake.now(), amount=taken, reason=reason)
    body |= {"charge": charge["id"], "payment_intent": charge["payment_intent"], "currency": charge["currency"]}
    body["evidence_details"] |= {"due_by": fake.now() + PATIENCE}
    body["status"], charge["disputed"] = "needs_response", True
    for kind in ("charge.dispute.created", "charge.dispute.funds_withdrawn"):
        fake.emit(kind, body)
    return body


def close_dispute(fake: "FakeStripe", body: Body, *, won: bool) -> Body:
    if body["status"] not in {"needs_response", "under_review"}:
        raise AssertionError(f"the dispute is over: {body['status']}")
    body["status"] = "won" if won else "lost"
    if won:
        fake.emit("charge.dispute.funds_reinstated", body)
    fake.emit("charge.dispute.closed", body)
    return body


def list_refunds(fake: "FakeStripe", call: Call) -> Body:
    found = matching(fake.store.all("refund"), call.parameters, "charge", "payment_intent")
    return page(found, call.parameters, call.path)


def list_disputes(fake: "FakeStripe", call: Call) -> Body:
    found = matching(fake.store.all("dispute"), call.parameters, "charge", "payment_intent")
    return page(found, call.parameters, call.path)
