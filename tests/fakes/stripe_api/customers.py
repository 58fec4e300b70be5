"""Customers."""

from typing import TYPE_CHECKING

from fakes.stripe_api.calls import Call
from fakes.stripe_api.catalogue import echo, update_metadata
from fakes.stripe_api.store import Body, matching, page

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

ECHOED = ("email", "name", "phone", "description", "preferred_locales", "address")


def new_customer(fake: "FakeStripe", email: str | None, name: str | None = None) -> Body:
    body = fake.store.add("customer", fake.store.new_id("cus", 14), created=fake.now(), email=email, name=name)
    body |= {"balance": 0, "delinquent": False, "tax_exempt": "none", "preferred_locales": []}
    body |= {"next_invoice_sequence": 1, "invoice_prefix": body["id"][-8:].upper()}
    return body


def create(fake: "FakeStripe", call: Call) -> Body:
    body = new_customer(fake, None)
    echo(body, call.parameters, *ECHOED)
    update_metadata(body, call.parameters)
    fake.emit("customer.created", body)
    return body


def update(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("customer", call.identity)
    echo(body, call.parameters, *ECHOED)
    update_metadata(body, call.parameters)
    fake.emit("customer.updated", body)
    return body


def retrieve(fake: "FakeStripe", call: Call) -> Body:
    """A deleted customer is still returned, as deleted."""
    body = fake.store.bodies.get(call.identity, {})
    return body if body.get("deleted") else fake.store.find("customer", call.identity)


def delete(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("customer", call.identity)
    fake.emit("customer.deleted", body)
    gone = {"id": body["id"], "object": "customer", "deleted": True}
    fake.store.bodies[body["id"]] = gone
    return gone


def list_all(fake: "FakeStripe", call: Call) -> Body:
    """Email addresses are compared case-sensitively, as Stripe does."""
    return page(matching(fake.store.all("customer"), call.parameters, "email"), call.parameters, call.path)
