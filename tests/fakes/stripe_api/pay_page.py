"""The hosted pay page of Checkout Sessions."""

from typing import TYPE_CHECKING

from fakes.stripe_api import payments, subscriptions
from fakes.stripe_api.catalogue import discount_of
from fakes.stripe_api.checkout import build_customer_details, find_typed_code
from fakes.stripe_api.customers import add_customer
from fakes.stripe_api.errors import build_invalid_request
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

PIX_SECONDS = 14_400


def pay_session(fake: "FakeStripe", body: Body, method: str, email: str, name: str, code: str | None) -> None:
    """Enter customer details and pay. Raises StripeApiError with the page's error."""
    _check_open(body, method)
    if code:
        _apply_discount(fake, body, code)
    body["customer_details"] = build_customer_details(email, name, "BR")
    if body["customer"] is None and body["customer_creation"] == "always":
        customer = add_customer(fake, email, name)
        body["customer"] = customer["id"]
        fake.emit_event("customer.created", customer)
    if body["mode"] == "subscription":
        subscriptions.create_from_session(fake, body)
        _complete_session(fake, body, "paid" if body["amount_total"] else "no_payment_required")
    elif body["amount_total"] == 0:
        _complete_session(fake, body, "no_payment_required")
    else:
        _pay_once(fake, body, method)


def _check_open(body: Body, method: str) -> None:
    if body["status"] != "open":
        raise build_invalid_request(f"This Checkout Session is {body['status']}.")
    if method not in body["payment_method_types"]:
        raise build_invalid_request(f"The page offers {body['payment_method_types']}, not {method}.")


def _apply_discount(fake: "FakeStripe", body: Body, code: str) -> None:
    promotion = find_typed_code(fake, body, code)
    discount = discount_of(fake, promotion, body["amount_subtotal"])
    body["amount_total"] = body["amount_subtotal"] - discount
    body["total_details"]["amount_discount"] = discount
    body["discounts"] = [{"coupon": None, "promotion_code": promotion["id"]}]
    promotion["times_redeemed"] += 1
    lines = fake.private_details[body["id"]]["lines"]
    lines[0] |= {"amount_discount": discount, "amount_total": lines[0]["amount_subtotal"] - discount}


def _get_intent(fake: "FakeStripe", body: Body, method: str) -> Body:
    if body["payment_intent"]:
        return fake.store.find("payment_intent", body["payment_intent"])
    intent = payments.add_intent(fake, body["amount_total"], body["currency"], method, body["customer"])
    about = fake.private_details[body["id"]]
    intent |= {"metadata": dict(about.get("metadata", {})), "description": about.get("description")}
    body["payment_intent"] = intent["id"]
    return intent


def _pay_once(fake: "FakeStripe", body: Body, method: str) -> None:
    intent = _get_intent(fake, body, method)
    intent["payment_method_types"] = [method]
    if method == "card":
        payments.mark_succeeded(fake, intent, method, body["customer_details"])
        _complete_session(fake, body, "paid")
        return
    until = fake.get_now() + _get_expiry_seconds(body, method)
    payments.await_payment(fake, intent, method, until)
    _complete_session(fake, body, "unpaid")
    fake.schedule(until, lambda: fail_payment(fake, body) if _is_waiting(fake, body) else None)


def _get_expiry_seconds(body: Body, method: str) -> int:
    given = (body["payment_method_options"] or {}).get(method) or {}
    if method == "boleto":
        return int(given.get("expires_after_days", 3)) * 24 * 3600
    return int(given.get("expires_after_seconds", PIX_SECONDS))


def _complete_session(fake: "FakeStripe", body: Body, payment_status: str) -> None:
    body |= {"status": "complete", "payment_status": payment_status, "url": None}
    fake.emit_event("checkout.session.completed", body)


def _is_waiting(fake: "FakeStripe", body: Body) -> bool:
    intent = fake.store.bodies.get(body["payment_intent"] or "", {})
    return bool(intent.get("status") == "requires_action")


def _require_waiting_intent(fake: "FakeStripe", body: Body) -> Body:
    if not _is_waiting(fake, body):
        raise AssertionError("this session waits for no Pix or boleto")
    return fake.store.find("payment_intent", body["payment_intent"])


def settle_payment(fake: "FakeStripe", body: Body) -> None:
    """The Pix or boleto was paid."""
    intent = _require_waiting_intent(fake, body)
    payments.mark_succeeded(fake, intent, intent["payment_method_types"][0], body["customer_details"])
    body["payment_status"] = "paid"
    fake.emit_event("checkout.session.async_payment_succeeded", body)


def fail_payment(fake: "FakeStripe", body: Body) -> None:
    """The Pix or boleto was not paid."""
    intent = _require_waiting_intent(fake, body)
    payments.mark_failed(fake, intent, intent["payment_method_types"][0])
    fake.emit_event("checkout.session.async_payment_failed", body)


def decline_card(fake: "FakeStripe", body: Body) -> None:
    """The card is declined, and the session stays open."""
    _check_open(body, "card")
    if body["mode"] == "payment":
        payments.mark_failed(fake, _get_intent(fake, body, "card"), "card")
