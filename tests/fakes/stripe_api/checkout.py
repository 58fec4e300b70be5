"""Checkout Sessions: creation, line items and totals, expiry."""

from typing import TYPE_CHECKING, Any

from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.catalogue import copy_fields, find_code, price_of, update_metadata
from fakes.stripe_api.errors import build_invalid_request, build_unsupported
from fakes.stripe_api.forms import RequestParameters
from fakes.stripe_api.objects import create_object
from fakes.stripe_api.store import Body, filter_objects, paginate

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

MIN_SESSION_SECONDS, MAX_SESSION_SECONDS = 30 * 60, 24 * 3600
CARD_METHODS, BRAZILIAN_METHODS = ["card"], ["card", "boleto", "pix"]
COPIED_FIELDS = (
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


def create(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    if not parameters.get("line_items"):
        raise build_invalid_request("Missing required param: line_items.", "parameter_missing", "line_items")
    mode = parameters.get("mode")
    if mode is None:
        raise build_invalid_request("You must provide one of: mode.", "parameter_missing", "mode")
    lines = [line_item_from(fake, line, index) for index, line in enumerate(parameters["line_items"])]
    _check_parameters(fake, parameters, mode, lines)
    body = add_session(fake, mode, lines, _parse_expiry(fake, parameters))
    _fill_session(fake, body, parameters, mode)
    return body


def add_session(fake: "FakeStripe", mode: str, lines: list[Body], expires_at: int) -> Body:
    session_id = fake.store.generate_id("cs_test", 58)
    body = fake.store.add("checkout.session", session_id, created=fake.get_now(), mode=mode, expires_at=expires_at)
    total = sum(line["amount_total"] for line in lines)
    body |= {"currency": lines[0]["currency"], "amount_subtotal": total, "amount_total": total, "status": "open"}
    body |= {"payment_status": "unpaid", "url": f"https://checkout.stripe.com/c/pay/{session_id}"}
    body |= {"payment_method_types": eligible_methods_for(mode, body["currency"]), "payment_method_options": {}}
    body |= {"total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "discounts": []}
    body |= {"payment_method_collection": "if_required" if mode == "payment" else "always"}
    fake.private_details[session_id] = {"lines": lines}
    fake.schedule(expires_at, lambda: expire_session(fake, body) if body["status"] == "open" else None)
    return body


def eligible_methods_for(mode: str, currency: str) -> list[str]:
    return list(BRAZILIAN_METHODS if (mode, currency) == ("payment", "brl") else CARD_METHODS)


def _fill_session(fake: "FakeStripe", body: Body, parameters: RequestParameters, mode: str) -> None:
    copy_fields(body, parameters, *COPIED_FIELDS)
    body["ui_mode"] = parameters.get("ui_mode", "hosted_page")
    if (chosen := parameters.get_plain("allowed_payment_method_types")) is not None:
        body["payment_method_types"] = [kind for kind in body["payment_method_types"] if kind in chosen]
    customer = parameters.get("customer")
    body["customer"] = customer
    body["customer_creation"] = None if customer else parameters.get("customer_creation", _get_customer_creation(mode))
    body["customer_details"] = _find_customer_details(fake, body)
    update_metadata(body, parameters)
    nested = parameters.get("payment_intent_data") or parameters.get("subscription_data") or RequestParameters({})
    fake.private_details[body["id"]] |= {
        "metadata": nested.get_plain("metadata") or {},
        "description": nested.get("description"),
    }


def _get_customer_creation(mode: str) -> str:
    return "always" if mode == "subscription" else "if_required"


def _find_customer_details(fake: "FakeStripe", body: Body) -> Body | None:
    email = body["customer_email"]
    if body["customer"]:
        email = fake.store.find("customer", body["customer"])["email"]
    return build_customer_details(email) if email else None


def build_customer_details(email: str, name: str | None = None, country: str | None = None) -> Body:
    address = dict.fromkeys(("city", "line1", "line2", "postal_code", "state")) | {"country": country}
    other_fields: dict[str, Any] = dict.fromkeys(("phone", "tax_ids", "business_name", "individual_name"))
    return {"address": address, "email": email, "name": name, "tax_exempt": "none"} | other_fields


def line_item_from(fake: "FakeStripe", line: RequestParameters, index: int) -> Body:
    """A line item of a session. Raises StripeApiError for a price that cannot be bought."""
    param = f"line_items[{index}][price]"
    if not line.get("price"):
        raise build_unsupported(
            "line items need a `price`; inline `price_data` has none of the lookup keys we grant from"
        )
    price, quantity = price_of(fake, line["price"], param), line.get("quantity")
    if not isinstance(quantity, int) or quantity < 1:
        raise build_invalid_request(
            "Quantity is required. Add `quantity` to the line item.", None, f"line_items[{index}][quantity]"
        )
    product = fake.store.find("product", price["product"])
    amount = price["unit_amount"] * quantity
    item = create_object(
        "item", id=fake.store.generate_id("li", 24), price=price, quantity=quantity, currency=price["currency"]
    )
    return item | {"description": product["name"], "amount_subtotal": amount, "amount_total": amount}


def _check_parameters(fake: "FakeStripe", parameters: RequestParameters, mode: str, lines: list[Body]) -> None:
    check_mode(mode, lines)
    if parameters.get("currency", lines[0]["currency"]) != lines[0]["currency"]:
        raise build_invalid_request("The currency of the session must be that of its prices.", None, "currency")
    _check_customer(fake, parameters, mode)
    if parameters.get("ui_mode", "hosted_page") == "hosted_page" and not parameters.get("success_url"):
        raise build_invalid_request("Missing required param: success_url.", "parameter_missing", "success_url")
    if (unsupported_name := "subscription_data" if mode == "payment" else "payment_intent_data") in parameters:
        raise build_invalid_request(f"You can not pass `{unsupported_name}` in `{mode}` mode.", None, unsupported_name)
    if len(parameters.get("client_reference_id") or "") > 200:
        raise build_invalid_request("`client_reference_id` has at most 200 characters.", None, "client_reference_id")
    if (parameters.get("automatic_tax") or {}).get("enabled"):
        raise build_unsupported("taxes are not computed")
    _check_methods(parameters, mode, lines[0]["currency"])


def _check_customer(fake: "FakeStripe", parameters: RequestParameters, mode: str) -> None:
    if parameters.get("customer"):
        fake.store.find("customer", parameters["customer"], "customer")
        if parameters.get("customer_email") or parameters.get("customer_creation"):
            raise build_invalid_request(
                "You may only specify one of these parameters: customer, customer_email.", None, "customer"
            )
    if mode == "subscription" and parameters.get("customer_creation"):
        raise build_invalid_request(
            "`customer_creation` can only be used in `payment` and `setup` mode.", None, "customer_creation"
        )


def _check_methods(parameters: RequestParameters, mode: str, currency: str) -> None:
    chosen = parameters.get_plain("allowed_payment_method_types")
    if chosen is not None and not set(chosen) & set(eligible_methods_for(mode, currency)):
        raise build_invalid_request(
            "No valid payment method types for this Checkout Session.", None, "allowed_payment_method_types"
        )


def check_mode(mode: str, lines: list[Body]) -> None:
    kinds = {line["price"]["type"] for line in lines}
    if mode == "payment" and "recurring" in kinds:
        raise build_invalid_request(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices.",
            None,
            "line_items[0]",
        )
    if mode == "subscription" and kinds != {"recurring"}:
        raise build_invalid_request(
            "You must provide at least one recurring price in `subscription` mode.", None, "mode"
        )
    if mode not in {"payment", "subscription"}:
        raise build_unsupported(f"no {mode} mode")
    if len({line["currency"] for line in lines}) > 1:
        raise build_invalid_request(
            "The price specified only supports one currency; all line items must share it.", None, "line_items"
        )


def _parse_expiry(fake: "FakeStripe", parameters: RequestParameters) -> int:
    wanted = parameters.get("expires_at")
    if wanted is None:
        return fake.get_now() + MAX_SESSION_SECONDS
    if not MIN_SESSION_SECONDS <= wanted - fake.get_now() <= MAX_SESSION_SECONDS:
        message = "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from session creation."
        raise build_invalid_request(message, None, "expires_at")
    return int(wanted)


def expire(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("checkout.session", call.object_id, noun="checkout.session")
    if body["status"] != "open":
        raise build_invalid_request(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{body['status']}`."
        )
    expire_session(fake, body)
    return body


def expire_session(fake: "FakeStripe", body: Body) -> None:
    body |= {"status": "expired", "url": None}
    fake.emit_event("checkout.session.expired", body)


def update(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("checkout.session", call.object_id)
    update_metadata(body, call.parameters)
    return body


def list_all(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    names = ("customer", "payment_intent", "payment_link", "status", "subscription")
    found = filter_objects(fake.store.list_objects("checkout.session"), parameters, *names)
    if details := parameters.get("customer_details"):
        found = [body for body in found if (body["customer_details"] or {}).get("email") == details["email"]]
    return paginate(found, parameters, call.path)


def list_line_items(fake: "FakeStripe", call: StripeCall) -> Body:
    fake.store.find("checkout.session", call.object_id)
    return paginate(fake.private_details[call.object_id]["lines"][::-1], call.parameters, call.path)


def find_typed_code(fake: "FakeStripe", body: Body, code: str) -> Body:
    """The promotion code entered at the page. Raises StripeApiError if codes are not allowed or it is invalid."""
    found = find_code(fake, code) if body["allow_promotion_codes"] else None
    if found is None:
        raise build_invalid_request("This promotion code is invalid.", None, "promotion_code")
    return found
