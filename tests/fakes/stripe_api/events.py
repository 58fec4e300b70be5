"""Events, kept for 30 days, and webhook endpoints."""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fakes.stripe_api.calls import Call
from fakes.stripe_api.catalogue import echo, update_metadata
from fakes.stripe_api.errors import invalid, missing
from fakes.stripe_api.store import Body, matching, page

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

VERSION = "2026-10-28.endive"
KEPT = 30 * 24 * 3600


def record(fake: "FakeStripe", kind: str, body: Body) -> Body:
    """Create an event with a snapshot of the object."""
    call = fake.current
    about = {"id": call.id if call else None, "idempotency_key": call.idempotency_key if call else None}
    event = fake.store.add("event", fake.store.new_id("evt", 24), created=fake.now(), type=kind)
    event |= {"api_version": VERSION, "data": {"object": deepcopy(body)}, "request": about}
    return event


def wants(endpoint: Body, kind: str) -> bool:
    return endpoint["status"] == "enabled" and bool({kind, "*"} & set(endpoint["enabled_events"]))


def retrieve(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("event", call.identity)
    if body["created"] <= fake.now() - KEPT:
        raise missing("event", call.identity)
    return body


def list_all(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    found = [body for body in fake.store.all("event") if body["created"] > fake.now() - KEPT]
    kinds = asked.plain("types")
    if kinds and asked.get("type"):
        raise invalid("You may only specify one of these parameters: type, types.", None, "types")
    if kinds and len(kinds) > 20:
        raise invalid("You may pass up to 20 types.", None, "types")
    kinds = kinds or ([asked.get("type")] if asked.get("type") else None)
    if kinds:
        found = [body for body in found if _is_of(body["type"], kinds)]
    success = asked.get("delivery_success")
    if success is not None:
        found = [body for body in found if fake.mail.has_arrived(body["id"]) == success]
    return page(matching(found, asked), asked, call.path)


def _is_of(kind: str, kinds: list[str]) -> bool:
    return any(kind == wanted or (wanted.endswith(".*") and kind.startswith(wanted[:-1])) for wanted in kinds)


def new_endpoint(fake: "FakeStripe", url: str, kinds: list[str], secret: str | None = None) -> Body:
    if not url.startswith(("http://", "https://")):
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url_invalid", "url")
    body = fake.store.add("webhook_endpoint", fake.store.new_id("we", 24), created=fake.now(), url=url)
    body |= {"status": "enabled", "enabled_events": kinds}
    fake.secrets[body["id"]] = secret or fake.store.new_id("whsec", 32)
    return body


def create_endpoint(fake: "FakeStripe", call: Call) -> Body:
    """The response of creation is the only one with the secret."""
    asked = call.parameters
    version = asked.get("api_version", VERSION)
    if version != VERSION:
        raise invalid(f"Invalid Stripe API version: {version}", None, "api_version")
    body = new_endpoint(fake, asked["url"], asked.plain("enabled_events"))
    body["api_version"] = version
    echo(body, asked, "description")
    update_metadata(body, asked)
    return body | {"secret": fake.secrets[body["id"]]}


def update_endpoint(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    body = fake.store.find("webhook_endpoint", call.identity)
    echo(body, asked, "url", "enabled_events", "description")
    if "disabled" in asked:
        body["status"] = "disabled" if asked["disabled"] else "enabled"
    update_metadata(body, asked)
    return body


def delete_endpoint(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("webhook_endpoint", call.identity)
    gone: dict[str, Any] = {"id": body["id"], "object": "webhook_endpoint", "deleted": True}
    fake.store.bodies[body["id"]] = gone
    return gone


def list_endpoints(fake: "FakeStripe", call: Call) -> Body:
    return page(fake.store.all("webhook_endpoint"), call.parameters, call.path)
