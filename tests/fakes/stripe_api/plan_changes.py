"""Plan changes: at once, with an invoice for the rest of the period, or with the next period."""

from typing import TYPE_CHECKING

from fakes.stripe_api import invoices
from fakes.stripe_api.errors import DECLINED, build_unsupported
from fakes.stripe_api.objects import create_object
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

CHEAPER_CONDITION = {"type": "decreasing_item_amount"}


def switch_price(fake: "FakeStripe", subscription: Body, price: Body, changes: Body) -> None:
    """Change the price as the portal's `changes` say. Raises StripeApiError, unchanged, when it cannot be paid."""
    (item,) = subscription["items"]["data"]
    old_price = item["price"]
    is_cheaper = price["unit_amount"] < old_price["unit_amount"]
    if is_cheaper and CHEAPER_CONDITION in (changes["schedule_at_period_end"].get("conditions") or []):
        fake.private_details.setdefault(subscription["id"], {})["next_price"] = price
        subscription["schedule"] = fake.store.generate_id("sub_sched", 24)
        fake.emit_event("customer.subscription.updated", subscription)
        return
    if changes["proration_behavior"] != "always_invoice" or is_cheaper:
        raise build_unsupported("changes plans with an invoice for a dearer one alone")
    if subscription["customer"] in fake.failing_customers:
        raise DECLINED
    item |= {"price": price, "plan": plan_of(price)}
    fake.emit_event("customer.subscription.updated", subscription)
    invoice = _draft_proration(fake, subscription, old_price, price)
    invoices.finalize(fake, invoice)
    invoices.pay(fake, invoice)


def _draft_proration(fake: "FakeStripe", subscription: Body, old_price: Body, new_price: Body) -> Body:
    """The old price is credited for the rest of the period, and the new one is charged for it."""
    (item,) = subscription["items"]["data"]
    start, end, now = item["current_period_start"], item["current_period_end"], fake.get_now()
    body = invoices.create_empty_invoice(fake, subscription, "subscription_update", (start, now))
    lines = []
    for price, sign in ((old_price, -1), (new_price, 1)):
        amount = sign * round(price["unit_amount"] * item["quantity"] * (end - now) / (end - start))
        line = invoices.build_price_line(fake, body, subscription, price, amount, proration=True)
        lines.append(line | {"period": {"start": now, "end": end}})
    return invoices.fill_lines(fake, body, subscription, lines)


def apply_planned_switch(fake: "FakeStripe", subscription: Body) -> None:
    """Apply a change that was scheduled for the next period."""
    planned = fake.private_details.get(subscription["id"], {}).pop("next_price", None)
    if planned is not None:
        subscription["schedule"] = None
        (item,) = subscription["items"]["data"]
        item |= {"price": planned, "plan": plan_of(planned)}


def plan_of(price: Body) -> Body:
    """A recurring price as a `plan`, the older object."""
    fields = {name: price[name] for name in ("id", "active", "created", "currency", "nickname", "product")}
    recurring = price["recurring"]
    plan = create_object("plan", amount=price["unit_amount"], amount_decimal=price["unit_amount_decimal"], **fields)
    return plan | {"interval": recurring["interval"], "interval_count": recurring["interval_count"]}
