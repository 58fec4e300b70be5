"""Checkout Sessions: creation, line items and totals, expiry."""

from typing import TYPE_CHECKING, Any

from fakes.stripe_api.calls import Call
from fakes.stripe_api.catalogue import echo, find_code, price_of, update_metadata
from fakes.stripe_api.errors import invalid, unsupported
from fakes.stripe_api.forms import Parameters
from fakes.stripe_api.shapes import blank
from fakes.stripe_api.store import Body, matching, page

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

SHORTEST, LONGEST = 30 * 60, 24 * 3600
CARD, BRAZILIAN = ["card"], ["card", "boleto", "pix"]
ECHOED = (
    "success_url",
    "cancel_url",
    "return_url",
    "locale",
    "submit_type",
    "allow_promotion_codes",
    "customer_email",
    "client_reference_id",
    "billing_address_collection",
    "payment_method_options",
)


def create(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    if not asked.get("line_items"):
        raise invalid("Missing required param: line_items.", "parameter_missing", "line_items")
    mode = asked.get("mode")
    if mode is None:
        raise invalid("You must provide one of: mode.", "parameter_missing", "mode")
    lines = [line_of(fake, line, place) for place, line in enumerate(asked["line_items"])]
    _check(fake, asked, mode, lines)
    body = new_session(fake, mode, lines, _expiry(fake, asked))
    _fill(fake, body, asked, mode)
    return body


def new_session(fake: "FakeStripe", mode: str, lines: list[Body], expires_at: int) -> Body:
    identity = fake.store.new_id("cs_test", 58)
    body = fake.store.add("checkout.session", identity, created=fake.now(), mode=mode, expires_at=expires_at)
    total = sum(line["amount_total"] for line in lines)
    body |= {"currency": lines[0]["currency"], "amount_subtotal": total, "amount_total": total, "status": "open"}
    body |= {"payment_status": "unpaid", "url": f"https://checkout.stripe.com/c/pay/{identity}"}
    body |= {"payment_method_types": eligible(mode, body["currency"]), "payment_method_options": {}}
    body |= {"total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "discounts": []}
    body |= {"payment_method_collection": "if_required" if mode == "payment" else "always"}
    fake.details[identity] = {"lines": lines}
    fake.at(expires_at, lambda: expire_session(fake, body) if body["status"] == "open" else None)
    return body


def eligible(mode: str, currency: str) -> list[str]:
    return list(BRAZILIAN if (mode, currency) == ("payment", "brl") else CARD)


def _fill(fake: "FakeStripe", body: Body, asked: Parameters, mode: str) -> None:
    echo(body, asked, *ECHOED)
    body["ui_mode"] = asked.get("ui_mode", "hosted_page")
    if (chosen := asked.plain("allowed_payment_method_types")) is not None:
        body["payment_method_types"] = [kind for kind in body["payment_method_types"] if kind in chosen]
    customer = asked.get("customer")
    body["customer"] = customer
    body["customer_creation"] = None if customer else asked.get("customer_creation", _creation(mode))
    body["customer_details"] = _known_details(fake, body)
    update_metadata(body, asked)
    below = asked.get("payment_intent_data") or asked.get("subscription_data") or Parameters({})
    fake.details[body["id"]] |= {"metadata": below.plain("metadata") or {}, "description": below.get("description")}


def _creation(mode: str) -> str:
    return "always" if mode == "subscription" else "if_required"


def _known_details(fake: "FakeStripe", body: Body) -> Body | None:
    email = body["customer_email"]
    if body["customer"]:
        email = fake.store.find("customer", body["customer"])["email"]
    return customer_details(email) if email else None


def customer_details(email: str, name: str | None = None, country: str | None = None) -> Body:
    address = dict.fromkeys(("city", "line1", "line2", "postal_code", "state")) | {"country": country}
    more: dict[str, Any] = dict.fromkeys(("phone", "tax_ids", "business_name", "individual_name"))
    return {"address": address, "email": email, "name": name, "tax_exempt": "none"} | more


def line_of(fake: "FakeStripe", line: Parameters, place: int) -> Body:
    """A line item of a session. Raises StripeApiError for a price that cannot be bought."""
    param = f"line_items[{place}][price]"
    if not line.get("price"):
        raise unsupported("line items need a `price`; inline `price_data` has none of the lookup keys we grant from")
    price, quantity = price_of(fake, line["price"], param), line.get("quantity")
    if not isinstance(quantity, int) or quantity < 1:
        raise invalid("Quantity is required. Add `quantity` to the line item.", None, f"line_items[{place}][quantity]")
    product = fake.store.find("product", price["product"])
    amount = price["unit_amount"] * quantity
    item = blank("item", id=fake.store.new_id("li", 24), price=price, quantity=quantity, currency=price["currency"])
    return item | {"description": product["name"], "amount_subtotal": amount, "amount_total": amount}


def _check(fake: "FakeStripe", asked: Parameters, mode: str, lines: list[Body]) -> None:
    check_mode(mode, lines)
    if asked.get("currency", lines[0]["currency"]) != lines[0]["currency"]:
        raise invalid("The currency of the session must be that of its prices.", None, "currency")
    _check_customer(fake, asked, mode)
    if asked.get("ui_mode", "hosted_page") == "hosted_page" and not asked.get("success_url"):
        raise invalid("Missing required param: success_url.", "parameter_missing", "success_url")
    if (wrong := "subscription_data" if mode == "payment" else "payment_intent_data") in asked:
        raise invalid(f"You can not pass `{wrong}` in `{mode}` mode.", None, wrong)
    if len(asked.get("client_reference_id") or "") > 200:
        raise invalid("`client_reference_id` has at most 200 characters.", None, "client_reference_id")
    if (asked.get("automatic_tax") or {}).get("enabled"):
        raise unsupported("taxes are not computed")
    _check_methods(asked, mode, lines[0]["currency"])


def _check_customer(fake: "FakeStripe", asked: Parameters, mode: str) -> None:
    if asked.get("customer"):
        fake.store.find("customer", asked["customer"], "customer")
        if asked.get("customer_email") or asked.get("customer_creation"):
            raise invalid("You may only specify one of these parameters: customer, customer_email.", None, "customer")
    if mode == "subscription" and asked.get("customer_creation"):
        raise invalid("`customer_creation` can only be used in `payment` and `setup` mode.", None, "customer_creation")


def _check_methods(asked: Parameters, mode: str, currency: str) -> None:
    chosen = asked.plain("allowed_payment_method_types")
    if chosen is not None and not set(chosen) & set(eligible(mode, currency)):
        raise invalid("No valid payment method types for this Checkout Session.", None, "allowed_payment_method_types")


def check_mode(mode: str, lines: list[Body]) -> None:
    kinds = {line["price"]["type"] for line in lines}
    if mode == "payment" and "recurring" in kinds:
        raise invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices.",
            None,
            "line_items[0]",
        )
    if mode == "subscription" and kinds != {"recurring"}:
        raise invalid("You must provide at least one recurring price in `subscription` mode.", None, "mode")
    if mode not in {"payment", "subscription"}:
        raise unsupported(f"no {mode} mode")
    if len({line["currency"] for line in lines}) > 1:
        raise invalid(
            "The price specified only supports one currency; all line items must share it.", None, "line_items"
        )


def _expiry(fake: "FakeStripe", asked: Parameters) -> int:
    wanted = asked.get("expires_at")
    if wanted is None:
        return fake.now() + LONGEST
    if not SHORTEST <= wanted - fake.now() <= LONGEST:
        message = "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from session creation."
        raise invalid(message, None, "expires_at")
    return int(wanted)


def expire(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("checkout.session", call.identity, noun="checkout.session")
    if body["status"] != "open":
        raise invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{body['status']}`."
        )
    expire_session(fake, body)
    return body


def expire_session(fake: "FakeStripe", body: Body) -> None:
    body |= {"status": "expired", "url": None}
    fake.emit("checkout.session.expired", body)


def update(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("checkout.session", call.identity)
    update_metadata(body, call.parameters)
    return body


def list_all(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    names = ("customer", "payment_intent", "payment_link", "status", "subscription")
    found = matching(fake.store.all("checkout.session"), asked, *names)
    if details := asked.get("customer_details"):
        found = [body for body in found if (body["customer_details"] or {}).get("email") == details["email"]]
    return page(found, asked, call.path)


def line_items(fake: "FakeStripe", call: Call) -> Body:
    fake.store.find("checkout.session", call.identity)
    return page(fake.details[call.identity]["lines"][::-1], call.parameters, call.path)


def typed_code(fake: "FakeStripe", body: Body, code: str) -> Body:
    """The promotion code entered at the page. Raises StripeApiError if codes are not allowed or it is invalid."""
    found = find_code(fake, code) if body["allow_promotion_codes"] else None
    if found is None:
        raise invalid("This promotion code is invalid.", None, "promotion_code")
    return found
