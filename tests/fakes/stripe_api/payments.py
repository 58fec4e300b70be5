"""PaymentIntents and their charges: cards are charged at once, Pix and boleto are asynchronous."""

from typing import TYPE_CHECKING, Any

from fakes.stripe_api.calls import Call
from fakes.stripe_api.errors import DECLINED
from fakes.stripe_api.store import Body, matching, page

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

CARD = {"brand": "visa", "country": "BR", "exp_month": 12, "exp_year": 2034, "funding": "credit", "last4": "4242"}
HOW: dict[str, Any] = {"card": CARD, "pix": {"bank_transaction_id": None}, "boleto": {"tax_id": "00000000000"}}


def new_intent(fake: "FakeStripe", amount: int, currency: str, method: str, customer: str | None) -> Body:
    identity = fake.store.new_id("pi", 24)
    body = fake.store.add("payment_intent", identity, created=fake.now(), amount=amount, currency=currency)
    body |= {"client_secret": f"{identity}_secret_fake", "payment_method_types": [method], "customer": customer}
    body |= {"status": "requires_payment_method", "payment_method_options": {}, "amount_details": {"tip": {}}}
    fake.emit("payment_intent.created", body)
    return body


def succeed(fake: "FakeStripe", intent: Body, method: str, details: Body | None = None) -> Body:
    """The payment succeeded: create the charge, and emit the events."""
    charge = _charge(fake, intent, method, details)
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": intent["amount"]}
    charge |= {"balance_transaction": fake.store.new_id("txn", 24)}
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
    intent |= {"payment_method": charge["payment_method"], "next_action": None, "last_payment_error": None}
    fake.emit("charge.succeeded", charge)
    fake.emit("payment_intent.succeeded", intent)
    return charge


def refuse(fake: "FakeStripe", intent: Body, method: str) -> None:
    """The card was declined, or the Pix was not paid."""
    charge = _charge(fake, intent, method, None)
    code = DECLINED.code if method == "card" else "payment_intent_payment_attempt_expired"
    charge |= {"status": "failed", "failure_code": code, "failure_message": DECLINED.message}
    error = {"type": "card_error", "code": code, "message": DECLINED.message}
    intent |= {"status": "requires_payment_method", "next_action": None, "last_payment_error": error}
    intent["latest_charge"] = charge["id"]
    fake.emit("charge.failed", charge)
    fake.emit("payment_intent.payment_failed", intent)


def wait(fake: "FakeStripe", intent: Body, method: str, until: int) -> None:
    """Show a code, which the customer has to pay elsewhere."""
    shown = f"https://payments.stripe.com/{method}/instructions/{intent['id']}"
    name = {"pix": "pix_display_qr_code", "boleto": "boleto_display_details"}[method]
    about = {"expires_at": until} if method == "boleto" else {"expires_at": until, "data": "00020126FAKEPIX6304ABCD"}
    url = "hosted_voucher_url" if method == "boleto" else "hosted_instructions_url"
    intent |= {"status": "requires_action", "next_action": {"type": name, name: about | {url: shown}}}
    fake.emit("payment_intent.requires_action", intent)


def _charge(fake: "FakeStripe", intent: Body, method: str, details: Body | None) -> Body:
    identity = fake.store.new_id("ch", 24)
    body = fake.store.add("charge", identity, created=fake.now(), amount=intent["amount"], currency=intent["currency"])
    body |= {"payment_intent": intent["id"], "customer": intent["customer"], "metadata": dict(intent["metadata"])}
    body |= {"payment_method": fake.store.new_id("pm", 24), "description": intent["description"]}
    body["payment_method_details"] = {"type": method, method: dict(HOW[method])}
    known = {name: (details or {}).get(name) for name in ("address", "email", "name", "phone")}
    body["billing_details"] = known | {"tax_id": None}
    return body


def charge_of(fake: "FakeStripe", intent: Body) -> Body:
    """The latest charge of a PaymentIntent."""
    return fake.store.find("charge", intent["latest_charge"] or "")


def list_intents(fake: "FakeStripe", call: Call) -> Body:
    return page(matching(fake.store.all("payment_intent"), call.parameters, "customer"), call.parameters, call.path)


def list_charges(fake: "FakeStripe", call: Call) -> Body:
    found = matching(fake.store.all("charge"), call.parameters, "customer", "payment_intent")
    return page(found, call.parameters, call.path)
