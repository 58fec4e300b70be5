"""Refunds and disputes."""

from typing import TYPE_CHECKING

from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.catalogue import update_metadata
from fakes.stripe_api.errors import build_invalid_request
from fakes.stripe_api.payments import charge_of
from fakes.stripe_api.store import Body, filter_objects, paginate

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

DAY = 24 * 3600
EVIDENCE_SECONDS = 14 * DAY  # seconds to respond to a dispute


def create_refund(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    charge = _find_charge(fake, parameters.get("charge"), parameters.get("payment_intent"))
    body = add_refund(fake, charge, parameters.get("amount"), parameters.get("reason"))
    update_metadata(body, parameters)
    return body


def _find_charge(fake: "FakeStripe", charge: str | None, intent: str | None) -> Body:
    if charge:
        return fake.store.find("charge", charge, "charge")
    if not intent:
        raise build_invalid_request(
            "One of the following params should be provided: payment_intent or charge.", "parameter_missing"
        )
    found = fake.store.find("payment_intent", intent, "payment_intent")
    if found["status"] != "succeeded":
        message = f"This PaymentIntent ({intent}) does not have a successful charge to refund."
        raise build_invalid_request(message, "payment_intent_unexpected_state", "payment_intent")
    return charge_of(fake, found)


def add_refund(fake: "FakeStripe", charge: Body, amount: int | None, reason: str | None) -> Body:
    refundable = charge["amount_captured"] - charge["amount_refunded"]
    if refundable == 0:
        raise build_invalid_request(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    if charge["disputed"] and not _is_won(fake, charge):
        raise build_invalid_request(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", "charge_disputed"
        )
    refund_amount = refundable if amount is None else amount
    if refund_amount < 1:
        raise build_invalid_request("Invalid positive integer", "parameter_invalid_integer", "amount")
    if refund_amount > refundable:
        raise build_invalid_request(
            f"Refund amount ({refund_amount}) is greater than unrefunded amount on charge ({refundable})",
            None,
            "amount",
        )
    return _record_refund(fake, charge, refund_amount, reason)


def _is_won(fake: "FakeStripe", charge: Body) -> bool:
    disputes = [body for body in fake.store.list_objects("dispute") if body["charge"] == charge["id"]]
    return all(body["status"] == "won" for body in disputes)


def _record_refund(fake: "FakeStripe", charge: Body, amount: int, reason: str | None) -> Body:
    body = fake.store.add("refund", fake.store.generate_id("re", 24), created=fake.get_now(), amount=amount)
    body |= {"charge": charge["id"], "payment_intent": charge["payment_intent"], "currency": charge["currency"]}
    body |= {"status": "succeeded", "reason": reason, "balance_transaction": fake.store.generate_id("txn", 24)}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    fake.emit_event("refund.created", body)
    fake.emit_event("charge.refunded", charge)
    return body


def fail_refund(fake: "FakeStripe", body: Body) -> Body:
    """The bank returns a refund."""
    charge = fake.store.find("charge", body["charge"])
    body["status"] = "failed"
    charge |= {"amount_refunded": charge["amount_refunded"] - body["amount"], "refunded": False}
    for kind in ("refund.updated", "refund.failed", "charge.refund.updated"):
        fake.emit_event(kind, body)
    return body


def update_refund(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("refund", call.object_id)
    update_metadata(body, call.parameters)
    return body


def add_dispute(fake: "FakeStripe", charge: Body, amount: int | None, reason: str) -> Body:
    """The bank withdraws the funds and requests a response."""
    disputed_amount = charge["amount"] - charge["amount_refunded"] if amount is None else amount
    body = fake.store.add(
        "dispute", fake.store.generate_id("du", 24), created=fake.get_now(), amount=disputed_amount, reason=reason
    )
    body |= {"charge": charge["id"], "payment_intent": charge["payment_intent"], "currency": charge["currency"]}
    body["evidence_details"] |= {"due_by": fake.get_now() + EVIDENCE_SECONDS}
    body["status"], charge["disputed"] = "needs_response", True
    for kind in ("charge.dispute.created", "charge.dispute.funds_withdrawn"):
        fake.emit_event(kind, body)
    return body


def close_dispute(fake: "FakeStripe", body: Body, *, won: bool) -> Body:
    if body["status"] not in {"needs_response", "under_review"}:
        raise AssertionError(f"the dispute is over: {body['status']}")
    body["status"] = "won" if won else "lost"
    if won:
        fake.emit_event("charge.dispute.funds_reinstated", body)
    fake.emit_event("charge.dispute.closed", body)
    return body


def list_refunds(fake: "FakeStripe", call: StripeCall) -> Body:
    found = filter_objects(fake.store.list_objects("refund"), call.parameters, "charge", "payment_intent")
    return paginate(found, call.parameters, call.path)


def list_disputes(fake: "FakeStripe", call: StripeCall) -> Body:
    found = filter_objects(fake.store.list_objects("dispute"), call.parameters, "charge", "payment_intent")
    return paginate(found, call.parameters, call.path)
