"""Independent judges of the fake Stripe: the SDK's annotations, its webhook check, and Stripe's example objects."""

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe
from fakes.clock import SettableClock
from fakes.stripe_api import FakeMerchant, FakeStripe, serve_app
from fakes.stripe_api.annotations import field_hints_of, is_required, parameter_hints_of
from fakes.stripe_api.events import API_VERSION
from fakes.stripe_api.network import SECRET
from fakes.stripe_api.objects import CLASS_BY_KIND, EXPANDABLE_FIELDS, load_examples
from fakes.stripe_api.response_checks import find_flaws
from fakes.stripe_api.routes import ROUTES
from fakes.stripe_api.sample_run import create_one_of_each

REMOVED = {"invoice": {"subscription"}}  # from the API since the examples were made
CALL = re.compile(r'"(get|post|delete)",\s*f?("[^"]+"(?:\.format\([^)]*\))?)')


@pytest.fixture
def url(fake: FakeStripe) -> Iterator[str]:
    with serve_app(fake.app) as url:
        yield url


@pytest.fixture
def merchant(fake: FakeStripe, url: str) -> FakeMerchant:
    return FakeMerchant(fake, url)


def test_every_answer_and_event_is_what_the_sdk_and_stripes_examples_know(
    fake: FakeStripe, merchant: FakeMerchant
) -> None:
    create_one_of_each(merchant)
    assert {call.status for call in fake.calls} == {200}
    assert [flaw for call in fake.calls for flaw in find_flaws(call.outcome)] == []
    assert [flaw for event in fake.events for flaw in find_flaws(event["data"]["object"])] == []
    assert {body["object"] for body in fake.store.bodies.values()} >= CLASS_BY_KIND.keys() - {
        "item", "line_item", "plan", "subscription_item",
    }  # fmt: skip
    fake.assert_supported()


def test_the_judge_finds_what_stripe_does_not_have(fake: FakeStripe, merchant: FakeMerchant) -> None:
    session = fake.find(merchant.create_session())
    wrong = session | {"total": 1, "amount_total": "2000", "mode": "gift", "total_details": {"amount_tip": 1}}
    del wrong["client_reference_id"], wrong["expires_at"]
    assert {flaw.removeprefix("checkout.session.") for flaw in find_flaws(wrong)} == {
        "total is unknown",
        "amount_total is '2000'",
        "mode is 'gift'",
        "total_details.amount_tip is unknown",
        "total_details.amount_discount is missing",
        "total_details.amount_tax is missing",
        "client_reference_id is missing",
        "expires_at is missing",
    }


def test_stripes_examples_have_no_field_the_sdk_does_not_know_but_what_was_removed() -> None:
    strangers = {
        kind: names.keys() - field_hints_of(CLASS_BY_KIND[kind]).keys() for kind, names in load_examples().items()
    }
    assert {kind: names for kind, names in strangers.items() if names} == REMOVED
    assert load_examples().keys() == CLASS_BY_KIND.keys()


def test_what_is_told_only_on_request_is_not_told_otherwise(merchant: FakeMerchant) -> None:
    session = merchant.create_session()
    assert not hasattr(merchant.v1.checkout.sessions.retrieve(session), "line_items")
    found = merchant.v1.checkout.sessions.retrieve(session, {"expand": ["line_items.data.price.product"]})
    assert found.line_items is not None
    assert found.line_items.data[0].price is not None
    assert found.line_items.data[0].price.product.name == "Credits"  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        merchant.v1.checkout.sessions.retrieve(session, {"expand": ["line_item"]})
    assert all(
        EXPANDABLE_FIELDS[kind] <= field_hints_of(CLASS_BY_KIND[kind]).keys() | {"source"} for kind in EXPANDABLE_FIELDS
    )


def sdk_calls() -> Iterator[tuple[str, str]]:
    """Every call the SDK's services can make, with the class of its parameters, read from the SDK's own source."""
    for package in (stripe, stripe.checkout, stripe.billing_portal):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if module.name.endswith("_service"):
                yield from _calls_of(inspect.getsource(importlib.import_module(module.name)))


def _calls_of(source: str) -> Iterator[tuple[str, str]]:
    for method in re.split(r"\n    (?:async )?def ", source)[1:]:
        made, asked = CALL.search(method), re.search(r'params: (?:Optional\[)?"(\w+)"', method)
        if made and asked:
            yield f"{made[1].upper()} {re.sub('{[^}]*}', '{id}', made[2].split(chr(34))[1])}", asked[1]


def test_every_route_is_one_of_the_sdks_with_the_parameters_the_sdk_sends_there() -> None:
    known = set(sdk_calls())
    assert {(route.name, route.params.rpartition(".")[2]) for route in ROUTES} <= known


def test_every_route_refuses_a_parameter_the_sdk_does_not_know(fake: FakeStripe, url: str) -> None:
    data = {"surprise[0][x]": "1"}
    headers = {"Authorization": f"Bearer {fake.key}", "Stripe-Version": API_VERSION}
    refused = {"type": "invalid_request_error", "message": "Received unknown parameter: surprise"}
    with httpx.Client(base_url=url, headers=headers) as client:
        for route in ROUTES:
            method, path = route.name.format(id="x_1").split(" ")
            sent: Any = {"data": data} if method == "POST" else {"params": data}
            answer = client.request(method, path, **sent)
            told = (answer.status_code, answer.json()["error"])
            assert told == (400, refused | {"code": "parameter_unknown", "param": "surprise"}), route.name


def test_parameters_are_checked_at_every_depth(merchant: FakeMerchant) -> None:
    line = {"price": merchant.create_price(), "quantity": 1}
    good: Any = {"mode": "payment", "success_url": "https://t.me", "line_items": [line]}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"line_items": [line | {"prise": "x"}]}, r"unknown parameter: line_items\[0\]\[prise\]"),
        ({"line_items": [line | {"quantity": "two"}]}, "Invalid integer: two"),
        ({"mode": "gift"}, "Invalid mode: must be one of"),
        ({"payment_method_types": ["card"]}, "unknown parameter: payment_method_types"),
        ({"allow_promotion_codes": "perhaps"}, "Invalid boolean"),
        ({"metadata": "x"}, "Invalid value"),
        ({"subscription_data": {"metadata": {"a": "b"}}}, "can not pass `subscription_data`"),
        ({"payment_intent_data": {"metadat": {"a": "b"}}}, "unknown parameter"),
        ({"expires_at": int(merchant.fake.clock().timestamp()) + 60}, "at least 30 minutes"),
    ]
    for parameters_, message in wrong:
        with pytest.raises(stripe.InvalidRequestError, match=message):
            merchant.v1.checkout.sessions.create(good | parameters_)
    with pytest.raises(stripe.InvalidRequestError, match="Missing required param: currency") as caught:
        merchant.v1.prices.create({"unit_amount": 1})  # type: ignore[typeddict-item]
    assert caught.value.code == "parameter_missing"


def test_what_the_sdk_requires_is_required() -> None:
    route = next(route for route in ROUTES if route.name == "POST /v1/prices")
    required = {name for name, hint in parameter_hints_of(route.params_class).items() if is_required(hint)}
    assert required == {"currency"}


def test_a_parameter_without_effect_in_the_double_fails_the_test_that_sent_it(
    fake: FakeStripe, merchant: FakeMerchant
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not act upon consent_collection"):
        merchant.create_session(consent_collection={"terms_of_service": "required"})
    with pytest.raises(AssertionError, match="consent_collection"):
        fake.assert_supported()


def test_a_path_there_is_not_fails_the_test_that_asked_for_it(clock: SettableClock) -> None:
    fake = FakeStripe(clock)
    opened = fake.serve()
    merchant = FakeMerchant(fake, opened.__enter__())
    with pytest.raises(stripe.InvalidRequestError):
        merchant.v1.topups.list()
    with pytest.raises(AssertionError, match="Unrecognized request URL"):
        opened.__exit__(None, None, None)


def test_a_wrong_key_and_another_version_are_refused(fake: FakeStripe, url: str) -> None:
    at = {"api": url}
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided") as caught:
        stripe.StripeClient("sk_test_of_somebody_else", base_addresses=at).v1.prices.list()
    assert "of_somebody" not in str(caught.value)
    assert httpx.get(f"{url}/v1/prices").status_code == 401
    fake.assert_supported()
    with pytest.raises(stripe.InvalidRequestError, match=API_VERSION):
        stripe.StripeClient(fake.key, base_addresses=at, stripe_version="2024-06-20").v1.prices.list()
    assert stripe.api_version == API_VERSION


def test_webhooks_carry_signatures_that_the_sdk_accepts(fake: FakeStripe, merchant: FakeMerchant) -> None:
    merchant.create_paid_intent()
    event = fake.find_event("checkout.session.completed")
    body, headers = fake.sign_event(event["id"])
    told = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
    assert (told.id, told.type, told.livemode, told.api_version) == (event["id"], event["type"], False, API_VERSION)
    for changed, header, secret in (
        (body.replace(b"2000", b"9000"), headers["Stripe-Signature"], SECRET),
        (body, headers["Stripe-Signature"], "whsec_other"),
        (body, fake.sign_event(event["id"], at=int(time.time()) - 301)[1]["Stripe-Signature"], SECRET),
    ):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(changed, header, secret)


def test_lists_come_in_pages_newest_first(merchant: FakeMerchant) -> None:
    made = [merchant.v1.customers.create({"email": f"{n}@example.org"}).id for n in range(5)]
    page = merchant.v1.customers.list({"limit": 2})
    assert ([one.id for one in page.data], page.has_more) == (made[:2:-1], True)
    rest = merchant.v1.customers.list({"limit": 3, "starting_after": made[3]})
    assert ([one.id for one in rest.data], rest.has_more) == (made[2::-1], False)
    before = merchant.v1.customers.list({"limit": 2, "ending_before": made[0]})
    assert ([one.id for one in before.data], before.has_more) == ([made[2], made[1]], True)
    assert [one.id for one in merchant.v1.customers.list({"limit": 1}).auto_paging_iter()] == made[::-1]
    with pytest.raises(stripe.InvalidRequestError, match="No such"):
        merchant.v1.customers.list({"starting_after": "cus_gone"})
