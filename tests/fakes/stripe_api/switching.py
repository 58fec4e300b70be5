"""Plan changes: at once, with an invoice for the rest of the period, or with the next period."""

from typing import TYPE_CHECKING

from fakes.stripe_api import invoices
from fakes.stripe_api.errors import DECLINED, unsupported
from fakes.stripe_api.shapes import blank
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

CHEAPER = {"type": "decreasing_item_amount"}


def switch(fake: "FakeStripe", sub: Body, price: Body, changes: Body) -> None:
    """Change the price as the portal's `changes` say. Raises StripeApiError, unchanged, when it cannot be paid."""
    (item,) = sub["items"]["data"]
    before = item["price"]
    is_cheaper = price["unit_amount"] < before["unit_amount"]
    if is_cheaper and CHEAPER in (changes["schedule_at_period_end"].get("conditions") or []):
        fake.details.setdefault(sub["id"], {})["next_price"] = price
        sub["schedule"] = fake.store.new_id("sub_sched", 24)
        fake.emit("customer.subscription.updated", sub)
        return
    if changes["proration_behavior"] != "always_invoice" or is_cheaper:
        raise unsupported("changes plans with an invoice for a dearer one alone")
    if sub["customer"] in fake.broken_cards:
        raise DECLINED
    item |= {"price": price, "plan": plan_of(price)}
    fake.emit("customer.subscription.updated", sub)
    invoice = _draft(fake, sub, before, price)
    invoices.finalize(fake, invoice)
    invoices.pay(fake, invoice)


def _draft(fake: "FakeStripe", sub: Body, before: Body, after: Body) -> Body:
    """The old price is credited for the rest of the period, and the new one is charged for it."""
    (item,) = sub["items"]["data"]
    start, end, now = item["current_period_start"], item["current_period_end"], fake.now()
    body = invoices.begin(fake, sub, "subscription_update", (start, now))
    lines = []
    for price, sign in ((before, -1), (after, 1)):
        amount = sign * round(price["unit_amount"] * item["quantity"] * (end - now) / (end - start))
        line = invoices.price_line(fake, body, sub, price, amount, proration=True)
        lines.append(line | {"period": {"start": now, "end": end}})
    return invoices.fill(fake, body, sub, lines)


def switch_if_planned(fake: "FakeStripe", sub: Body) -> None:
    """Apply a change that was scheduled for the next period."""
    planned = fake.details.get(sub["id"], {}).pop("next_price", None)
    if planned is not None:
        sub["schedule"] = None
        (item,) = sub["items"]["data"]
        item |= {"price": planned, "plan": plan_of(planned)}


def plan_of(price: Body) -> Body:
    """A recurring price as a `plan`, the older object."""
    about = {name: price[name] for name in ("id", "active", "created", "currency", "nickname", "product")}
    recurring = price["recurring"]
    plan = blank("plan", amount=price["unit_amount"], amount_decimal=price["unit_amount_decimal"], **about)
    return plan | {"interval": recurring["interval"], "interval_count": recurring["interval_count"]}
