"""Events, kept for 30 days, and webhook endpoints."""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.catalogue import copy_fields, update_metadata
from fakes.stripe_api.errors import build_invalid_request, build_missing_object
from fakes.stripe_api.store import Body, filter_objects, paginate

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

API_VERSION = "2026-10-28.endive"
RETENTION_SECONDS = 30 * 24 * 3600


def record_event(fake: "FakeStripe", kind: str, body: Body) -> Body:
    """Create an event with a snapshot of the object."""
    call = fake.current_call
    request = {"id": call.id if call else None, "idempotency_key": call.idempotency_key if call else None}
    event = fake.store.add("event", fake.store.generate_id("evt", 24), created=fake.get_now(), type=kind)
    event |= {"api_version": API_VERSION, "data": {"object": deepcopy(body)}, "request": request}
    return event


def is_subscribed(endpoint: Body, kind: str) -> bool:
    return endpoint["status"] == "enabled" and bool({kind, "*"} & set(endpoint["enabled_events"]))


def retrieve(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("event", call.object_id)
    if body["created"] <= fake.get_now() - RETENTION_SECONDS:
        raise build_missing_object("event", call.object_id)
    return body


def list_all(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    found = [body for body in fake.store.list_objects("event") if body["created"] > fake.get_now() - RETENTION_SECONDS]
    kinds = parameters.get_plain("types")
    if kinds and parameters.get("type"):
        raise build_invalid_request("You may only specify one of these parameters: type, types.", None, "types")
    if kinds and len(kinds) > 20:
        raise build_invalid_request("You may pass up to 20 types.", None, "types")
    kinds = kinds or ([parameters.get("type")] if parameters.get("type") else None)
    if kinds:
        found = [body for body in found if _is_of_kind(body["type"], kinds)]
    is_delivered = parameters.get("delivery_success")
    if is_delivered is not None:
        found = [body for body in found if fake.webhook_sender.is_delivered(body["id"]) == is_delivered]
    return paginate(filter_objects(found, parameters), parameters, call.path)


def _is_of_kind(kind: str, kinds: list[str]) -> bool:
    return any(kind == wanted or (wanted.endswith(".*") and kind.startswith(wanted[:-1])) for wanted in kinds)


def add_endpoint(fake: "FakeStripe", url: str, kinds: list[str], secret: str | None = None) -> Body:
    if not url.startswith(("http://", "https://")):
        raise build_invalid_request(
            "Invalid URL: An explicit scheme (such as https) must be provided.", "url_invalid", "url"
        )
    body = fake.store.add("webhook_endpoint", fake.store.generate_id("we", 24), created=fake.get_now(), url=url)
    body |= {"status": "enabled", "enabled_events": kinds}
    fake.secrets[body["id"]] = secret or fake.store.generate_id("whsec", 32)
    return body


def create_endpoint(fake: "FakeStripe", call: StripeCall) -> Body:
    """The response of creation is the only one with the secret."""
    parameters = call.parameters
    version = parameters.get("api_version", API_VERSION)
    if version != API_VERSION:
        raise build_invalid_request(f"Invalid Stripe API version: {version}", None, "api_version")
    body = add_endpoint(fake, parameters["url"], parameters.get_plain("enabled_events"))
    body["api_version"] = version
    copy_fields(body, parameters, "description")
    update_metadata(body, parameters)
    return body | {"secret": fake.secrets[body["id"]]}


def update_endpoint(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    body = fake.store.find("webhook_endpoint", call.object_id)
    copy_fields(body, parameters, "url", "enabled_events", "description")
    if "disabled" in parameters:
        body["status"] = "disabled" if parameters["disabled"] else "enabled"
    update_metadata(body, parameters)
    return body


def delete_endpoint(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("webhook_endpoint", call.object_id)
    gone: dict[str, Any] = {"id": body["id"], "object": "webhook_endpoint", "deleted": True}
    fake.store.bodies[body["id"]] = gone
    return gone


def list_endpoints(fake: "FakeStripe", call: StripeCall) -> Body:
    return paginate(fake.store.list_objects("webhook_endpoint"), call.parameters, call.path)
