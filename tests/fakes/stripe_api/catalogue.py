"""Products, prices with lookup keys, coupons and promotion codes."""

from typing import TYPE_CHECKING, Any

from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.errors import build_invalid_request, build_missing_object
from fakes.stripe_api.forms import RequestParameters
from fakes.stripe_api.store import Body, filter_objects, paginate

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

CURRENCIES = {"brl", "usd", "eur", "gbp", "mxn", "ars", "clp", "jpy", "cad", "aud"}
COPIED_FIELDS = ("description", "images", "unit_label", "url", "statement_descriptor", "tax_code", "shippable")
MAX_LOOKUP_KEYS = 10


def update_metadata(body: Body, parameters: RequestParameters) -> None:
    """Merge metadata keys; an empty value removes one, an empty string all of them."""
    given = parameters.get_plain("metadata")
    if given is None:
        return
    if given == "":
        body["metadata"] = {}
        return
    merged = {name: value for name, value in (body["metadata"] | given).items() if value != ""}
    if len(merged) > 50 or any(len(name) > 40 or len(value) > 500 for name, value in merged.items()):
        raise build_invalid_request(
            "Metadata holds up to 50 keys of 40 characters with values of 500.", None, "metadata"
        )
    body["metadata"] = merged


def copy_fields(body: Body, parameters: RequestParameters, *names: str) -> None:
    """Copy parameters to fields unchanged; an empty string unsets a field."""
    for name in names:
        if name in parameters:
            value = parameters.get_plain(name)
            body[name] = None if value == "" else value


def create_product(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    object_id = parameters.get("id") or fake.store.generate_id("prod", 14)
    if object_id in fake.store.bodies:
        raise build_invalid_request(f"Product already exists: {object_id}", "resource_already_exists", "id")
    now = fake.get_now()
    body = fake.store.add("product", object_id, created=now, updated=now, active=parameters.get("active", True))
    body |= {"name": parameters["name"], "type": parameters.get("type", "service")}
    return _finish_product(fake, body, parameters, "product.created")


def update_product(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("product", call.object_id)
    copy_fields(body, call.parameters, "name", "active", "default_price")
    body["updated"] = fake.get_now()
    return _finish_product(fake, body, call.parameters, "product.updated")


def _finish_product(fake: "FakeStripe", body: Body, parameters: RequestParameters, kind: str) -> Body:
    copy_fields(body, parameters, *COPIED_FIELDS)
    update_metadata(body, parameters)
    fake.emit_event(kind, body)
    return body


def list_products(fake: "FakeStripe", call: StripeCall) -> Body:
    found = filter_objects(fake.store.list_objects("product"), call.parameters, "active", "url")
    if ids := call.parameters.get_plain("ids"):
        found = [body for body in found if body["id"] in ids]
    return paginate(found, call.parameters, call.path)


def create_price(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    currency, amount = parameters["currency"].lower(), parameters.get("unit_amount")
    if currency not in CURRENCIES:
        raise build_invalid_request(f"Invalid currency: {currency}.", None, "currency")
    if amount is None or amount < 0:
        raise build_invalid_request(
            "Prices require an `unit_amount` of at least 0.", "parameter_missing", "unit_amount"
        )
    product = _product_of(fake, parameters)
    _claim_lookup_key(fake, None, parameters)
    body = fake.store.add("price", fake.store.generate_id("price", 24), created=fake.get_now(), product=product["id"])
    recurring = _build_recurring(parameters)
    body |= {"currency": currency, "unit_amount": amount, "unit_amount_decimal": str(amount), "recurring": recurring}
    body |= {"type": "recurring" if recurring else "one_time", "active": parameters.get("active", True)}
    body["tax_behavior"] = parameters.get("tax_behavior", "unspecified")
    copy_fields(body, parameters, "lookup_key", "nickname")
    update_metadata(body, parameters)
    fake.emit_event("price.created", body)
    return body


def _product_of(fake: "FakeStripe", parameters: RequestParameters) -> Body:
    if data := parameters.get("product_data"):
        product = fake.store.add("product", data.get("id") or fake.store.generate_id("prod", 14), name=data["name"])
        product |= {"active": True, "created": fake.get_now(), "updated": fake.get_now(), "type": "service"}
        update_metadata(product, data)
        fake.emit_event("product.created", product)
        return product
    if not parameters.get("product"):
        raise build_invalid_request("You must pass either `product` or `product_data`.", "parameter_missing", "product")
    return fake.store.find("product", parameters["product"], "product")


def _build_recurring(parameters: RequestParameters) -> dict[str, Any] | None:
    given = parameters.get("recurring")
    if not given:
        return None
    return {
        "interval": given["interval"],
        "interval_count": given.get("interval_count", 1),
        "meter": None,
        "trial_period_days": None,
        "usage_type": given.get("usage_type", "licensed"),
    }


def _claim_lookup_key(fake: "FakeStripe", body: Body | None, parameters: RequestParameters) -> None:
    wanted, transfer = parameters.get("lookup_key"), parameters.get("transfer_lookup_key", False)
    if not wanted:
        return
    holders = [
        price for price in fake.store.list_objects("price") if price["lookup_key"] == wanted and price is not body
    ]
    for holder in holders:
        if not transfer:
            raise build_invalid_request(f"A price (`{holder['id']}`) already uses that lookup key.", None, "lookup_key")
        holder["lookup_key"] = None
        fake.emit_event("price.updated", holder)


def update_price(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("price", call.object_id)
    _claim_lookup_key(fake, body, call.parameters)
    copy_fields(body, call.parameters, "active", "lookup_key", "nickname", "tax_behavior")
    update_metadata(body, call.parameters)
    fake.emit_event("price.updated", body)
    return body


def list_prices(fake: "FakeStripe", call: StripeCall) -> Body:
    found = filter_objects(fake.store.list_objects("price"), call.parameters, "active", "currency", "product", "type")
    if keys := call.parameters.get_plain("lookup_keys"):
        if len(keys) > MAX_LOOKUP_KEYS:
            raise build_invalid_request("`lookup_keys` takes up to 10 values.", None, "lookup_keys")
        found = [body for body in found if body["lookup_key"] in keys]
    return paginate(found, call.parameters, call.path)


def create_coupon(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    percent, amount = parameters.get("percent_off"), parameters.get("amount_off")
    if (percent is None) == (amount is None):
        raise build_invalid_request("You must pass one of `percent_off` and `amount_off`.", None, "percent_off")
    object_id = parameters.get("id") or fake.store.generate_id("co", 8)
    body = fake.store.add(
        "coupon", object_id, created=fake.get_now(), valid=True, percent_off=percent, amount_off=amount
    )
    body["duration"] = parameters.get("duration", "once")
    copy_fields(body, parameters, "currency", "name", "max_redemptions", "redeem_by")
    update_metadata(body, parameters)
    return body


def create_promotion_code(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    promotion = parameters["promotion"]
    coupon = fake.store.find("coupon", promotion.get("coupon") or "", "promotion[coupon]")
    promotion.get("type")
    code = parameters.get("code") or fake.store.generate_id("CODE", 8).upper().replace("_", "")
    if find_code(fake, code):
        raise build_invalid_request(f"An active promotion code with `code: {code}` already exists.", None, "code")
    body = fake.store.add(
        "promotion_code", fake.store.generate_id("promo", 24), created=fake.get_now(), active=True, code=code
    )
    body["promotion"] = {"type": "coupon", "coupon": coupon["id"]}
    copy_fields(body, parameters, "active", "max_redemptions", "expires_at", "customer")
    update_metadata(body, parameters)
    return body


def find_code(fake: "FakeStripe", code: str) -> Body | None:
    """The promotion code of that text, if it may still be used."""
    for body in fake.store.list_objects("promotion_code"):
        is_used_up = body["max_redemptions"] is not None and body["times_redeemed"] >= body["max_redemptions"]
        is_expired = body["expires_at"] is not None and body["expires_at"] <= fake.get_now()
        if body["code"].lower() == code.lower() and body["active"] and not is_used_up and not is_expired:
            return body
    return None


def discount_of(fake: "FakeStripe", code: Body, amount: int) -> int:
    """Minor units a promotion code takes off."""
    coupon = fake.store.find("coupon", code["promotion"]["coupon"])
    if coupon["percent_off"] is not None:
        return round(amount * float(coupon["percent_off"]) / 100)
    return min(amount, int(coupon["amount_off"]))


def list_promotion_codes(fake: "FakeStripe", call: StripeCall) -> Body:
    return paginate(
        filter_objects(fake.store.list_objects("promotion_code"), call.parameters, "active", "code", "customer"),
        call.parameters,
        call.path,
    )


def price_of(fake: "FakeStripe", price_id: str, param: str) -> Body:
    """A price that can be bought. Raises StripeApiError."""
    price = fake.store.bodies.get(price_id)
    if price is None or price["object"] != "price":
        raise build_missing_object("price", price_id, param, 400)
    if not price["active"]:
        raise build_invalid_request(
            f"The price specified is inactive. This field only accepts active prices: {price_id}", None, param
        )
    return price
