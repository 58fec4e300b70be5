"""PaymentIntents and their charges: cards are charged at once, Pix and boleto are asynchronous."""

from typing import TYPE_CHECKING, Any

from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.errors import DECLINED
from fakes.stripe_api.store import Body, filter_objects, paginate

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

CARD_DETAILS = {
    "brand": "visa",
    "country": "BR",
    "exp_month": 12,
    "exp_year": 2034,
    "funding": "credit",
    "last4": "4242",
}
METHOD_DETAILS: dict[str, Any] = {
    "card": CARD_DETAILS,
    "pix": {"bank_transaction_id": None},
    "boleto": {"tax_id": "00000000000"},
}


def add_intent(fake: "FakeStripe", amount: int, currency: str, method: str, customer: str | None) -> Body:
    intent_id = fake.store.generate_id("pi", 24)
    body = fake.store.add("payment_intent", intent_id, created=fake.get_now(), amount=amount, currency=currency)
    body |= {"client_secret": f"{intent_id}_secret_fake", "payment_method_types": [method], "customer": customer}
    body |= {"status": "requires_payment_method", "payment_method_options": {}, "amount_details": {"tip": {}}}
    fake.emit_event("payment_intent.created", body)
    return body


def mark_succeeded(fake: "FakeStripe", intent: Body, method: str, details: Body | None = None) -> Body:
    """The payment succeeded: create the charge, and emit the events."""
    charge = _create_charge(fake, intent, method, details)
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": intent["amount"]}
    charge |= {"balance_transaction": fake.store.generate_id("txn", 24)}
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    intent |= {"payment_method": charge["payment_method"], "next_action": None, "last_payment_error": None}
    fake.emit_event("charge.succeeded", charge)
    fake.emit_event("payment_intent.succeeded", intent)
    return charge


def mark_failed(fake: "FakeStripe", intent: Body, method: str) -> None:
    """The card was declined, or the Pix was not paid."""
    charge = _create_charge(fake, intent, method, None)
    code = DECLINED.code if method == "card" else "payment_intent_payment_attempt_expired"
    charge |= {"status": "failed", "failure_code": code, "failure_message": DECLINED.message}
    error = {"type": "card_error", "code": code, "message": DECLINED.message}
    intent |= {"status": "requires_payment_method", "next_action": None, "last_payment_error": error}
    intent["latest_charge"] = charge["id"]
    fake.emit_event("charge.failed", charge)
    fake.emit_event("payment_intent.payment_failed", intent)


def await_payment(fake: "FakeStripe", intent: Body, method: str, expires_at: int) -> None:
    """Show a code, which the customer has to pay elsewhere."""
    instructions_url = f"https://payments.stripe.com/{method}/instructions/{intent['id']}"
    name = {"pix": "pix_display_qr_code", "boleto": "boleto_display_details"}[method]
    instructions = (
        {"expires_at": expires_at}
        if method == "boleto"
        else {"expires_at": expires_at, "data": "00020126FAKEPIX6304ABCD"}
    )
    url = "hosted_voucher_url" if method == "boleto" else "hosted_instructions_url"
    intent |= {"status": "requires_action", "next_action": {"type": name, name: instructions | {url: instructions_url}}}
    fake.emit_event("payment_intent.requires_action", intent)


def _create_charge(fake: "FakeStripe", intent: Body, method: str, details: Body | None) -> Body:
    charge_id = fake.store.generate_id("ch", 24)
    body = fake.store.add(
        "charge", charge_id, created=fake.get_now(), amount=intent["amount"], currency=intent["currency"]
    )
    body |= {"payment_intent": intent["id"], "customer": intent["customer"], "metadata": dict(intent["metadata"])}
    body |= {"payment_method": fake.store.generate_id("pm", 24), "description": intent["description"]}
    body["payment_method_details"] = {"type": method, method: dict(METHOD_DETAILS[method])}
    billing_details = {name: (details or {}).get(name) for name in ("address", "email", "name", "phone")}
    body["billing_details"] = billing_details | {"tax_id": None}
    return body


def charge_of(fake: "FakeStripe", intent: Body) -> Body:
    """The latest charge of a PaymentIntent."""
    return fake.store.find("charge", intent["latest_charge"] or "")


def list_intents(fake: "FakeStripe", call: StripeCall) -> Body:
    return paginate(
        filter_objects(fake.store.list_objects("payment_intent"), call.parameters, "customer"),
        call.parameters,
        call.path,
    )


def list_charges(fake: "FakeStripe", call: StripeCall) -> Body:
    found = filter_objects(fake.store.list_objects("charge"), call.parameters, "customer", "payment_intent")
    return paginate(found, call.parameters, call.path)
