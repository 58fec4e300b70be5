"""The customer portal: configurations, sessions, and plan changes."""

from typing import TYPE_CHECKING

from fakes.stripe_api import plan_changes
from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.catalogue import copy_fields, price_of, update_metadata
from fakes.stripe_api.errors import build_invalid_request, build_missing_object
from fakes.stripe_api.forms import RequestParameters
from fakes.stripe_api.store import Body, filter_objects, paginate

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

DEFAULT_CONFIGURATION_ID = "bpc_00000000000000000000fake"  # id of the account's default configuration
MAX_PRODUCTS = 10
FEATURES = ("customer_update", "invoice_history", "payment_method_update", "subscription_cancel", "subscription_update")
UPDATE_FEATURE_PARAM = "features[subscription_update]"


def create_configuration(fake: "FakeStripe", call: StripeCall) -> Body:
    configuration_id = fake.store.generate_id("bpc", 24)
    body = fake.store.add(
        "billing_portal.configuration", configuration_id, created=fake.get_now(), active=True, is_default=False
    )
    features = body["features"]
    features["subscription_cancel"] |= {"mode": "at_period_end", "proration_behavior": "none"}
    features["subscription_update"] |= {"proration_behavior": "none", "trial_update_behavior": "end_trial"}
    del features["subscription_update"]["products"]  # only in the response when expanded
    return _apply_parameters(fake, body, call.parameters)


def update_configuration(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("billing_portal.configuration", call.object_id)
    copy_fields(body, call.parameters, "active")
    return _apply_parameters(fake, body, call.parameters)


def list_configurations(fake: "FakeStripe", call: StripeCall) -> Body:
    found = filter_objects(
        fake.store.list_objects("billing_portal.configuration"), call.parameters, "active", "is_default"
    )
    return paginate(found, call.parameters, call.path)


def _apply_parameters(fake: "FakeStripe", body: Body, parameters: RequestParameters) -> Body:
    private_details = fake.private_details.setdefault(body["id"], {"products": {}})
    given = parameters.get("features")
    if given is not None:
        listed = (given.get("subscription_update") or {}).get("products")
        if listed is not None:
            private_details["products"] = _parse_products(fake, listed or [])
        for name in FEATURES:
            body["features"][name] |= given.get_plain(name) or {}
        body["features"]["subscription_update"].pop("products", None)
        _check_features(body["features"], private_details["products"])
    copy_fields(body, parameters, "default_return_url", "name")
    update_metadata(body, parameters)
    body["updated"] = fake.get_now()
    return body


def _parse_products(fake: "FakeStripe", listed: list[RequestParameters]) -> dict[str, list[str]]:
    """The prices that customers may change to, by product. Raises StripeApiError."""
    if len(listed) > MAX_PRODUCTS:
        raise build_invalid_request("You can only list up to 10 products.", None, f"{UPDATE_FEATURE_PARAM}[products]")
    return {each["product"]: _parse_prices(fake, each, index) for index, each in enumerate(listed)}


def _parse_prices(fake: "FakeStripe", listed: RequestParameters, index: int) -> list[str]:
    param = f"{UPDATE_FEATURE_PARAM}[products][{index}]"
    product = fake.store.find("product", listed["product"], f"{param}[product]")
    prices = [price_of(fake, price_id, f"{param}[prices]") for price_id in listed["prices"]]
    intervals = [(price["recurring"] or {}).get("interval") for price in prices]
    if None in intervals or any(price["product"] != product["id"] for price in prices):
        raise build_invalid_request("Prices must recur, and be of their product.", None, f"{param}[prices]")
    if len(set(intervals)) < len(intervals):
        raise build_invalid_request(
            "For each product, its price must have unique billing intervals.", None, f"{param}[prices]"
        )
    return [price["id"] for price in prices]


def _check_features(features: Body, products: dict[str, list[str]]) -> None:
    changes = features["subscription_update"]
    if changes["enabled"] and not (products and changes["default_allowed_updates"]):
        raise build_invalid_request("Changes need products, and what may be changed.", None, UPDATE_FEATURE_PARAM)
    if features["subscription_cancel"]["proration_behavior"] == "always_invoice":
        raise build_invalid_request(
            "An end can not be invoiced at once.", None, "features[subscription_cancel][proration_behavior]"
        )


def create_session(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    customer = fake.store.find("customer", parameters.get("customer") or "", "customer")
    session_id = fake.store.generate_id("bps", 24)
    body = fake.store.add("billing_portal.session", session_id, created=fake.get_now(), customer=customer["id"])
    body["configuration"] = _resolve_configuration(fake, parameters.get("configuration"))
    body["url"] = f"https://billing.stripe.com/p/session/test_{session_id.removeprefix('bps_')}"
    copy_fields(body, parameters, "return_url", "locale")
    return body


def _resolve_configuration(fake: "FakeStripe", configuration: str | None) -> str:
    if configuration is None:
        return DEFAULT_CONFIGURATION_ID
    body = fake.store.find("billing_portal.configuration", configuration, "configuration")
    if not body["active"]:
        raise build_missing_object("configuration", configuration, "configuration", 400)
    return configuration


def change_plan(fake: "FakeStripe", session: Body, price: str) -> Body:
    """Change to another plan that the portal shows. Raises AssertionError for one that it does not show."""
    configuration = fake.store.bodies.get(session["configuration"])
    changes: Body = configuration["features"]["subscription_update"] if configuration else {"enabled": False}
    if not changes["enabled"] or "price" not in changes["default_allowed_updates"]:
        raise AssertionError("this portal lets nobody change their plan")
    (body,) = [
        subscription
        for subscription in fake.store.list_objects("subscription")
        if subscription["customer"] == session["customer"] and subscription["status"] == "active"
    ]
    wanted = fake.store.find("price", price)
    listed = fake.private_details[session["configuration"]]["products"].get(wanted["product"], [])
    if price not in listed or wanted["currency"] != body["currency"]:
        raise AssertionError(f"this portal shows other plans than {price}")
    plan_changes.switch_price(fake, body, wanted, changes)
    return body
