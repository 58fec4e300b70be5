"""The hosted pay page of Checkout Sessions."""

from typing import TYPE_CHECKING

from fakes.stripe_api import payments, subscriptions
from fakes.stripe_api.catalogue import discount_of
from fakes.stripe_api.checkout import customer_details, typed_code
from fakes.stripe_api.customers import new_customer
from fakes.stripe_api.errors import invalid
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

PIX_SECONDS = 14_400
BOLETO_SECONDS = 3 * 24 * 3600


def pay(fake: "FakeStripe", body: Body, method: str, email: str, name: str, code: str | None) -> None:
    """Enter customer details and pay. Raises StripeApiError with the page's error."""
    _check_open(body, method)
    if code:
        _discount(fake, body, code)
    body["customer_details"] = customer_details(email, name, "BR")
    if body["customer"] is None and body["customer_creation"] == "always":
        customer = new_customer(fake, email, name)
        body["customer"] = customer["id"]
        fake.emit("customer.created", customer)
    if body["mode"] == "subscription":
        subscriptions.begin(fake, body)
        _complete(fake, body, "paid" if body["amount_total"] else "no_payment_required")
    elif body["amount_total"] == 0:
        _complete(fake, body, "no_payment_required")
    else:
        _pay_once(fake, body, method)


def _check_open(body: Body, method: str) -> None:
    if body["status"] != "open":
        raise invalid(f"This Checkout Session is {body['status']}.")
    if method not in body["payment_method_types"]:
        raise invalid(f"The page offers {body['payment_method_types']}, not {method}.")


def _discount(fake: "FakeStripe", body: Body, code: str) -> None:
    promotion = typed_code(fake, body, code)
    off = discount_of(fake, promotion, body["amount_subtotal"])
    body["amount_total"] = body["amount_subtotal"] - off
    body["total_details"]["amount_discount"] = off
    body["discounts"] = [{"coupon": None, "promotion_code": promotion["id"]}]
    promotion["times_redeemed"] += 1
    lines = fake.details[body["id"]]["lines"]
    lines[0] |= {"amount_discount": off, "amount_total": lines[0]["amount_subtotal"] - off}


def _intent(fake: "FakeStripe", body: Body, method: str) -> Body:
    if body["payment_intent"]:
        return fake.store.find("payment_intent", body["payment_intent"])
    intent = payments.new_intent(fake, body["amount_total"], body["currency"], method, body["customer"])
    about = fake.details[body["id"]]
    intent |= {"metadata": dict(about.get("metadata", {})), "description": about.get("description")}
    body["payment_intent"] = intent["id"]
    return intent


def _pay_once(fake: "FakeStripe", body: Body, method: str) -> None:
    intent = _intent(fake, body, method)
    intent["payment_method_types"] = [method]
    if method == "card":
        payments.succeed(fake, intent, method, body["customer_details"])
        _complete(fake, body, "paid")
        return
    until = fake.now() + _seconds(body, method)
    payments.wait(fake, intent, method, until)
    _complete(fake, body, "unpaid")
    fake.at(until, lambda: fail(fake, body) if _waits(fake, body) else None)


def _seconds(body: Body, method: str) -> int:
    given = (body["payment_method_options"] or {}).get(method) or {}
    if method == "boleto":
        return int(given.get("expires_after_days", 3)) * 24 * 3600
    return int(given.get("expires_after_seconds", PIX_SECONDS))


def _complete(fake: "FakeStripe", body: Body, payment_status: str) -> None:
    body |= {"status": "complete", "payment_status": payment_status, "url": None}
    fake.emit("checkout.session.completed", body)


def _waits(fake: "FakeStripe", body: Body) -> bool:
    intent = fake.store.bodies.get(body["payment_intent"] or "", {})
    return bool(intent.get("status") == "requires_action")


def _waiting(fake: "FakeStripe", body: Body) -> Body:
    if not _waits(fake, body):
        raise AssertionError("this session waits for no Pix or boleto")
    return fake.store.find("payment_intent", body["payment_intent"])


def settle(fake: "FakeStripe", body: Body) -> None:
    """The Pix or boleto was paid."""
    intent = _waiting(fake, body)
    payments.succeed(fake, intent, intent["payment_method_types"][0], body["customer_details"])
    body["payment_status"] = "paid"
    fake.emit("checkout.session.async_payment_succeeded", body)


def fail(fake: "FakeStripe", body: Body) -> None:
    """The Pix or boleto was not paid."""
    intent = _waiting(fake, body)
    payments.refuse(fake, intent, intent["payment_method_types"][0])
    fake.emit("checkout.session.async_payment_failed", body)


def decline(fake: "FakeStripe", body: Body) -> None:
    """The card is declined, and the session stays open."""
    _check_open(body, "card")
    if body["mode"] == "payment":
        payments.refuse(fake, _intent(fake, body, "card"), "card")
