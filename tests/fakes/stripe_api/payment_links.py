"""Payment Links: static URLs; each visit creates a Checkout Session."""

from typing import TYPE_CHECKING

from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.catalogue import copy_fields, update_metadata
from fakes.stripe_api.checkout import MAX_SESSION_SECONDS, add_session, check_mode, line_item_from
from fakes.stripe_api.forms import RequestParameters
from fakes.stripe_api.store import Body, filter_objects, paginate

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe


def create(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    lines = [line_item_from(fake, line, index) for index, line in enumerate(parameters["line_items"])]
    mode = "subscription" if lines[0]["price"]["type"] == "recurring" else "payment"
    check_mode(mode, lines)
    link_id = fake.store.generate_id("plink", 24)
    body = fake.store.add("payment_link", link_id, active=True, currency=lines[0]["currency"])
    body["url"] = f"https://buy.stripe.com/test_{link_id.removeprefix('plink_')[:18]}"
    body["customer_creation"] = "always" if mode == "subscription" else "if_required"
    fake.private_details[link_id] = {"lines": lines, "mode": mode}
    return _finish_link(fake, body, parameters, "payment_link.created")


def update(fake: "FakeStripe", call: StripeCall) -> Body:
    return _finish_link(fake, fake.store.find("payment_link", call.object_id), call.parameters, "payment_link.updated")


def _finish_link(fake: "FakeStripe", body: Body, parameters: RequestParameters, kind: str) -> Body:
    copy_fields(
        body, parameters, "active", "allow_promotion_codes", "after_completion", "customer_creation", "submit_type"
    )
    update_metadata(body, parameters)
    fake.emit_event(kind, body)
    return body


def list_all(fake: "FakeStripe", call: StripeCall) -> Body:
    return paginate(
        filter_objects(fake.store.list_objects("payment_link"), call.parameters, "active"), call.parameters, call.path
    )


def list_line_items(fake: "FakeStripe", call: StripeCall) -> Body:
    fake.store.find("payment_link", call.object_id)
    return paginate(fake.private_details[call.object_id]["lines"][::-1], call.parameters, call.path)


def visit_link(fake: "FakeStripe", link: Body, reference: str | None) -> Body:
    """Open a link; anybody may, with any reference in the URL."""
    if not link["active"]:
        raise AssertionError("the page says that this link is no longer active")
    details = fake.private_details[link["id"]]
    lines = [line | {"id": fake.store.generate_id("li", 24)} for line in details["lines"]]
    body = add_session(fake, details["mode"], lines, fake.get_now() + MAX_SESSION_SECONDS)
    body |= {"payment_link": link["id"], "client_reference_id": reference, "metadata": dict(link["metadata"])}
    body |= {"customer_creation": link["customer_creation"], "ui_mode": "hosted_page"}
    body["allow_promotion_codes"] = link["allow_promotion_codes"]
    return body
