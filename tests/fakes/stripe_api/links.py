"""Payment Links: static URLs; each visit creates a Checkout Session."""

from typing import TYPE_CHECKING

from fakes.stripe_api.calls import Call
from fakes.stripe_api.catalogue import echo, update_metadata
from fakes.stripe_api.checkout import LONGEST, check_mode, line_of, new_session
from fakes.stripe_api.forms import Parameters
from fakes.stripe_api.store import Body, matching, page

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe


def create(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    lines = [line_of(fake, line, place) for place, line in enumerate(asked["line_items"])]
    mode = "subscription" if lines[0]["price"]["type"] == "recurring" else "payment"
    check_mode(mode, lines)
    identity = fake.store.new_id("plink", 24)
    body = fake.store.add("payment_link", identity, active=True, currency=lines[0]["currency"])
    body["url"] = f"https://buy.stripe.com/test_{identity.removeprefix('plink_')[:18]}"
    body["customer_creation"] = "always" if mode == "subscription" else "if_required"
    fake.details[identity] = {"lines": lines, "mode": mode}
    return _filled(fake, body, asked, "payment_link.created")


def update(fake: "FakeStripe", call: Call) -> Body:
    return _filled(fake, fake.store.find("payment_link", call.identity), call.parameters, "payment_link.updated")


def _filled(fake: "FakeStripe", body: Body, asked: Parameters, kind: str) -> Body:
    echo(body, asked, "active", "allow_promotion_codes", "after_completion", "customer_creation", "submit_type")
    update_metadata(body, asked)
    fake.emit(kind, body)
    return body


def list_all(fake: "FakeStripe", call: Call) -> Body:
    return page(matching(fake.store.all("payment_link"), call.parameters, "active"), call.parameters, call.path)


def line_items(fake: "FakeStripe", call: Call) -> Body:
    fake.store.find("payment_link", call.identity)
    return page(fake.details[call.identity]["lines"][::-1], call.parameters, call.path)


def visit(fake: "FakeStripe", link: Body, reference: str | None) -> Body:
    """Open a link; anybody may, with any reference in the URL."""
    if not link["active"]:
        raise AssertionError("the page says that this link is no longer active")
    about = fake.details[link["id"]]
    lines = [line | {"id": fake.store.new_id("li", 24)} for line in about["lines"]]
    body = new_session(fake, about["mode"], lines, fake.now() + LONGEST)
    body |= {"payment_link": link["id"], "client_reference_id": reference, "metadata": dict(link["metadata"])}
    body |= {"customer_creation": link["customer_creation"], "ui_mode": "hosted_page"}
    body["allow_promotion_codes"] = link["allow_promotion_codes"]
    return body
