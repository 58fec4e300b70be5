"""The customer portal: configurations, sessions, and plan changes."""

from typing import TYPE_CHECKING

from fakes.stripe_api import switching
from fakes.stripe_api.calls import Call
from fakes.stripe_api.catalogue import echo, price_of, update_metadata
from fakes.stripe_api.errors import invalid, missing
from fakes.stripe_api.forms import Parameters
from fakes.stripe_api.store import Body, matching, page

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

OWN = "bpc_00000000000000000000fake"  # id of the account's default configuration
MOST_PRODUCTS = 10
FEATURES = ("customer_update", "invoice_history", "payment_method_update", "subscription_cancel", "subscription_update")
CHANGES = "features[subscription_update]"


def create_configuration(fake: "FakeStripe", call: Call) -> Body:
    identity = fake.store.new_id("bpc", 24)
    body = fake.store.add("billing_portal.configuration", identity, created=fake.now(), active=True, is_default=False)
    features = body["features"]
    features["subscription_cancel"] |= {"mode": "at_period_end", "proration_behavior": "none"}
    features["subscription_update"] |= {"proration_behavior": "none", "trial_update_behavior": "end_trial"}
    del features["subscription_update"]["products"]  # only in the response when expanded
    return _filled(fake, body, call.parameters)


def update_configuration(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("billing_portal.configuration", call.identity)
    echo(body, call.parameters, "active")
    return _filled(fake, body, call.parameters)


def list_configurations(fake: "FakeStripe", call: Call) -> Body:
    found = matching(fake.store.all("billing_portal.configuration"), call.parameters, "active", "is_default")
    return page(found, call.parameters, call.path)


def _filled(fake: "FakeStripe", body: Body, asked: Parameters) -> Body:
    known = fake.details.setdefault(body["id"], {"products": {}})
    given = asked.get("features")
    if given is not None:
        listed = (given.get("subscription_update") or {}).get("products")
        if listed is not None:
            known["products"] = _products(fake, listed or [])
        for name in FEATURES:
            body["features"][name] |= given.plain(name) or {}
        body["features"]["subscription_update"].pop("products", None)
        _check(body["features"], known["products"])
    echo(body, asked, "default_return_url", "name")
    update_metadata(body, asked)
    body["updated"] = fake.now()
    return body


def _products(fake: "FakeStripe", listed: list[Parameters]) -> dict[str, list[str]]:
    """The prices that customers may change to, by product. Raises StripeApiError."""
    if len(listed) > MOST_PRODUCTS:
        raise invalid("You can only list up to 10 products.", None, f"{CHANGES}[products]")
    return {each["product"]: _prices(fake, each, place) for place, each in enumerate(listed)}


def _prices(fake: "FakeStripe", listed: Parameters, place: int) -> list[str]:
    param = f"{CHANGES}[products][{place}]"
    product = fake.store.find("product", listed["product"], f"{param}[product]")
    prices = [price_of(fake, identity, f"{param}[prices]") for identity in listed["prices"]]
    intervals = [(price["recurring"] or {}).get("interval") for price in prices]
    if None in intervals or any(price["product"] != product["id"] for price in prices):
        raise invalid("Prices must recur, and be of their product.", None, f"{param}[prices]")
    if len(set(intervals)) < len(intervals):
        raise invalid("For each product, its price must have unique billing intervals.", None, f"{param}[prices]")
    return [price["id"] for price in prices]


def _check(features: Body, products: dict[str, list[str]]) -> None:
    changes = features["subscription_update"]
    if changes["enabled"] and not (products and changes["default_allowed_updates"]):
        raise invalid("Changes need products, and what may be changed.", None, CHANGES)
    if features["subscription_cancel"]["proration_behavior"] == "always_invoice":
        raise invalid("An end can not be invoiced at once.", None, "features[subscription_cancel][proration_behavior]")


def create_session(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    customer = fake.store.find("customer", asked.get("customer") or "", "customer")
    identity = fake.store.new_id("bps", 24)
    body = fake.store.add("billing_portal.session", identity, created=fake.now(), customer=customer["id"])
    body["configuration"] = _in_use(fake, asked.get("configuration"))
    body["url"] = f"https://billing.stripe.com/p/session/test_{identity.removeprefix('bps_')}"
    echo(body, asked, "return_url", "locale")
    return body


def _in_use(fake: "FakeStripe", configuration: str | None) -> str:
    if configuration is None:
        return OWN
    body = fake.store.find("billing_portal.configuration", configuration, "configuration")
    if not body["active"]:
        raise missing("configuration", configuration, "configuration", 400)
    return configuration


def change_plan(fake: "FakeStripe", session: Body, price: str) -> Body:
    """Change to another plan that the portal shows. Raises AssertionError for one that it does not show."""
    configuration = fake.store.bodies.get(session["configuration"])
    changes: Body = configuration["features"]["subscription_update"] if configuration else {"enabled": False}
    if not changes["enabled"] or "price" not in changes["default_allowed_updates"]:
        raise AssertionError("this portal lets nobody change their plan")
    (body,) = [
        one
        for one in fake.store.all("subscription")
        if one["customer"] == session["customer"] and one["status"] == "active"
    ]
    wanted = fake.store.find("price", price)
    listed = fake.details[session["configuration"]]["products"].get(wanted["product"], [])
    if price not in listed or wanted["currency"] != body["currency"]:
        raise AssertionError(f"this portal shows other plans than {price}")
    switching.switch(fake, body, wanted, changes)
    return body
