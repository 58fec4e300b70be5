"""Customers."""

from typing import TYPE_CHECKING

from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.catalogue import copy_fields, update_metadata
from fakes.stripe_api.store import Body, filter_objects, paginate

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

COPIED_FIELDS = ("email", "name", "phone", "description", "preferred_locales", "address")


def add_customer(fake: "FakeStripe", email: str | None, name: str | None = None) -> Body:
    body = fake.store.add("customer", fake.store.generate_id("cus", 14), created=fake.get_now(), email=email, name=name)
    body |= {"balance": 0, "delinquent": False, "tax_exempt": "none", "preferred_locales": []}
    body |= {"next_invoice_sequence": 1, "invoice_prefix": body["id"][-8:].upper()}
    return body


def create(fake: "FakeStripe", call: StripeCall) -> Body:
    body = add_customer(fake, None)
    copy_fields(body, call.parameters, *COPIED_FIELDS)
    update_metadata(body, call.parameters)
    fake.emit_event("customer.created", body)
    return body


def update(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("customer", call.object_id)
    copy_fields(body, call.parameters, *COPIED_FIELDS)
    update_metadata(body, call.parameters)
    fake.emit_event("customer.updated", body)
    return body


def retrieve(fake: "FakeStripe", call: StripeCall) -> Body:
    """A deleted customer is still returned, as deleted."""
    body = fake.store.bodies.get(call.object_id, {})
    return body if body.get("deleted") else fake.store.find("customer", call.object_id)


def delete(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("customer", call.object_id)
    fake.emit_event("customer.deleted", body)
    gone = {"id": body["id"], "object": "customer", "deleted": True}
    fake.store.bodies[body["id"]] = gone
    return gone


def list_all(fake: "FakeStripe", call: StripeCall) -> Body:
    """Email addresses are compared case-sensitively, as Stripe does."""
    return paginate(
        filter_objects(fake.store.list_objects("customer"), call.parameters, "email"), call.parameters, call.path
    )
