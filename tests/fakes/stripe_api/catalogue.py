"""Products, prices with lookup keys, coupons and promotion codes."""

from typing import TYPE_CHECKING, Any

from fakes.stripe_api.calls import Call
from fakes.stripe_api.errors import invalid, missing
from fakes.stripe_api.forms import Parameters
from fakes.stripe_api.store import Body, matching, page

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

CURRENCIES = {"brl", "usd", "eur", "gbp", "mxn", "ars", "clp", "jpy", "cad", "aud"}
ECHOED = ("description", "images", "unit_label", "url", "statement_descriptor", "tax_code", "shippable")
MOST_LOOKUP_KEYS = 10


def update_metadata(body: Body, parameters: Parameters) -> None:
    """Merge metadata keys; an empty value removes one, an empty string all of them."""
    given = parameters.plain("metadata")
    if given is None:
        return
    if given == "":
        body["metadata"] = {}
        return
    merged = {name: value for name, value in (body["metadata"] | given).items() if value != ""}
    if len(merged) > 50 or any(len(name) > 40 or len(value) > 500 for name, value in merged.items()):
        raise invalid("Metadata holds up to 50 keys of 40 characters with values of 500.", None, "metadata")
    body["metadata"] = merged


def echo(body: Body, parameters: Parameters, *names: str) -> None:
    """Copy parameters to fields unchanged; an empty string unsets a field."""
    for name in names:
        if name in parameters:
            value = parameters.plain(name)
            body[name] = None if value == "" else value


def create_product(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    identity = asked.get("id") or fake.store.new_id("prod", 14)
    if identity in fake.store.bodies:
        raise invalid(f"Product already exists: {identity}", "resource_already_exists", "id")
    now = fake.now()
    body = fake.store.add("product", identity, created=now, updated=now, active=asked.get("active", True))
    body |= {"name": asked["name"], "type": asked.get("type", "service")}
    return _updated_product(fake, body, asked, "product.created")


def update_product(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("product", call.identity)
    echo(body, call.parameters, "name", "active", "default_price")
    body["updated"] = fake.now()
    return _updated_product(fake, body, call.parameters, "product.updated")


def _updated_product(fake: "FakeStripe", body: Body, asked: Parameters, kind: str) -> Body:
    echo(body, asked, *ECHOED)
    update_metadata(body, asked)
    fake.emit(kind, body)
    return body


def list_products(fake: "FakeStripe", call: Call) -> Body:
    found = matching(fake.store.all("product"), call.parameters, "active", "url")
    if ids := call.parameters.plain("ids"):
        found = [body for body in found if body["id"] in ids]
    return page(found, call.parameters, call.path)


def create_price(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    currency, amount = asked["currency"].lower(), asked.get("unit_amount")
    if currency not in CURRENCIES:
        raise invalid(f"Invalid currency: {currency}.", None, "currency")
    if amount is None or amount < 0:
        raise invalid("Prices require an `unit_amount` of at least 0.", "parameter_missing", "unit_amount")
    product = _product_of(fake, asked)
    _claim_lookup_key(fake, None, asked)
    body = fake.store.add("price", fake.store.new_id("price", 24), created=fake.now(), product=product["id"])
    recurring = _recurring(asked)
    body |= {"currency": currency, "unit_amount": amount, "unit_amount_decimal": str(amount), "recurring": recurring}
    body |= {"type": "recurring" if recurring else "one_time", "active": asked.get("active", True)}
    body["tax_behavior"] = asked.get("tax_behavior", "unspecified")
    echo(body, asked, "lookup_key", "nickname")
    update_metadata(body, asked)
    fake.emit("price.created", body)
    return body


def _product_of(fake: "FakeStripe", asked: Parameters) -> Body:
    if data := asked.get("product_data"):
        made = fake.store.add("product", data.get("id") or fake.store.new_id("prod", 14), name=data["name"])
        made |= {"active": True, "created": fake.now(), "updated": fake.now(), "type": "service"}
        update_metadata(made, data)
        fake.emit("product.created", made)
        return made
    if not asked.get("product"):
        raise invalid("You must pass either `product` or `product_data`.", "parameter_missing", "product")
    return fake.store.find("product", asked["product"], "product")


def _recurring(asked: Parameters) -> dict[str, Any] | None:
    given = asked.get("recurring")
    if not given:
        return None
    return {
        "interval": given["interval"],
        "interval_count": given.get("interval_count", 1),
        "meter": None,
        "trial_period_days": None,
        "usage_type": given.get("usage_type", "licensed"),
    }


def _claim_lookup_key(fake: "FakeStripe", body: Body | None, asked: Parameters) -> None:
    wanted, transfer = asked.get("lookup_key"), asked.get("transfer_lookup_key", False)
    if not wanted:
        return
    holders = [price for price in fake.store.all("price") if price["lookup_key"] == wanted and price is not body]
    for holder in holders:
        if not transfer:
            raise invalid(f"A price (`{holder['id']}`) already uses that lookup key.", None, "lookup_key")
        holder["lookup_key"] = None
        fake.emit("price.updated", holder)


def update_price(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("price", call.identity)
    _claim_lookup_key(fake, body, call.parameters)
    echo(body, call.parameters, "active", "lookup_key", "nickname", "tax_behavior")
    update_metadata(body, call.parameters)
    fake.emit("price.updated", body)
    return body


def list_prices(fake: "FakeStripe", call: Call) -> Body:
    found = matching(fake.store.all("price"), call.parameters, "active", "currency", "product", "type")
    if keys := call.parameters.plain("lookup_keys"):
        if len(keys) > MOST_LOOKUP_KEYS:
            raise invalid("`lookup_keys` takes up to 10 values.", None, "lookup_keys")
        found = [body for body in found if body["lookup_key"] in keys]
    return page(found, call.parameters, call.path)


def create_coupon(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    percent, amount = asked.get("percent_off"), asked.get("amount_off")
    if (percent is None) == (amount is None):
        raise invalid("You must pass one of `percent_off` and `amount_off`.", None, "percent_off")
    identity = asked.get("id") or fake.store.new_id("co", 8)
    body = fake.store.add("coupon", identity, created=fake.now(), valid=True, percent_off=percent, amount_off=amount)
    body["duration"] = asked.get("duration", "once")
    echo(body, asked, "currency", "name", "max_redemptions", "redeem_by")
    update_metadata(body, asked)
    return body


def create_promotion_code(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    promotion = asked["promotion"]
    coupon = fake.store.find("coupon", promotion.get("coupon") or "", "promotion[coupon]")
    promotion.get("type")
    code = asked.get("code") or fake.store.new_id("CODE", 8).upper().replace("_", "")
    if find_code(fake, code):
        raise invalid(f"An active promotion code with `code: {code}` already exists.", None, "code")
    body = fake.store.add("promotion_code", fake.store.new_id("promo", 24), created=fake.now(), active=True, code=code)
    body["promotion"] = {"type": "coupon", "coupon": coupon["id"]}
    echo(body, asked, "active", "max_redemptions", "expires_at", "customer")
    update_metadata(body, asked)
    return body


def find_code(fake: "FakeStripe", code: str) -> Body | None:
    """The promotion code of that text, if it may still be used."""
    for body in fake.store.all("promotion_code"):
        spent = body["max_redemptions"] is not None and body["times_redeemed"] >= body["max_redemptions"]
        over = body["expires_at"] is not None and body["expires_at"] <= fake.now()
        if body["code"].lower() == code.lower() and body["active"] and not spent and not over:
            return body
    return None


def discount_of(fake: "FakeStripe", code: Body, amount: int) -> int:
    """Minor units a promotion code takes off."""
    coupon = fake.store.find("coupon", code["promotion"]["coupon"])
    if coupon["percent_off"] is not None:
        return round(amount * float(coupon["percent_off"]) / 100)
    return min(amount, int(coupon["amount_off"]))


def list_promotion_codes(fake: "FakeStripe", call: Call) -> Body:
    return page(
        matching(fake.store.all("promotion_code"), call.parameters, "active", "code", "customer"),
        call.parameters,
        call.path,
    )


def price_of(fake: "FakeStripe", identity: str, param: str) -> Body:
    """A price that can be bought. Raises StripeApiError."""
    price = fake.store.bodies.get(identity)
    if price is None or price["object"] != "price":
        raise missing("price", identity, param, 400)
    if not price["active"]:
        raise invalid(
            f"The price specified is inactive. This field only accepts active prices: {identity}", None, param
        )
    return price
