"""Subscriptions: created at the pay page, renewed by the clock, ended by customer, operator or failed payments."""

from typing import TYPE_CHECKING

from fakes.stripe_api import invoices
from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.catalogue import update_metadata
from fakes.stripe_api.errors import build_missing_object, build_unsupported
from fakes.stripe_api.objects import build_list, create_object
from fakes.stripe_api.periods import DAY, compute_period_end
from fakes.stripe_api.plan_changes import apply_planned_switch, plan_of
from fakes.stripe_api.store import Body, filter_objects, paginate

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

RETRY_DELAYS = (3 * DAY, 5 * DAY, 7 * DAY)  # after each failed attempt; then the subscription ends
FINALIZED_AFTER = 3600
ENDED_STATUSES = {"canceled", "incomplete_expired"}


def create_from_session(fake: "FakeStripe", session: Body) -> Body:
    """The subscription bought in a session, with its first invoice paid."""
    (line, *other_lines) = fake.private_details[session["id"]]["lines"]
    if other_lines:
        raise build_unsupported("subscriptions have one item")
    customer = fake.store.find("customer", session["customer"])
    customer["currency"] = customer["currency"] or session["currency"]
    now = fake.get_now()
    body = fake.store.add("subscription", fake.store.generate_id("sub", 24), created=now, customer=session["customer"])
    body |= {"billing_cycle_anchor": now, "start_date": now, "currency": session["currency"], "status": "active"}
    body |= {
        "metadata": dict(fake.private_details[session["id"]].get("metadata", {})),
        "default_payment_method": "pm_fake",
    }
    body["cancellation_details"] = dict.fromkeys(("comment", "feedback", "reason"))
    url = f"/v1/subscription_items?subscription={body['id']}"
    body["items"] = build_list([_build_item(fake, body, line, now)], url)
    fake.emit_event("customer.subscription.created", body)
    invoice = invoices.create_draft(
        fake, body, "subscription_create", (now, now), session["total_details"]["amount_discount"]
    )
    invoices.finalize(fake, invoice)
    invoices.pay(fake, invoice)
    session |= {"subscription": body["id"], "invoice": invoice["id"]}
    fake.schedule(item_of(body)["current_period_end"], lambda: _end_period(fake, body))
    return body


def item_of(body: Body) -> Body:
    """The only item of a subscription, which has the period."""
    (item,) = body["items"]["data"]
    found: Body = item
    return found


def _build_item(fake: "FakeStripe", body: Body, line: Body, now: int) -> Body:
    price = line["price"]
    item = create_object(
        "subscription_item", id=fake.store.generate_id("si", 14), price=price, quantity=line["quantity"]
    )
    item |= {"subscription": body["id"], "created": now, "current_period_start": now, "plan": plan_of(price)}
    item["current_period_end"] = compute_period_end(now, now, price["recurring"])
    return item


def _end_period(fake: "FakeStripe", body: Body) -> None:
    if body["status"] == "canceled":
        return
    if body["cancel_at_period_end"]:
        end_subscription(fake, body, "cancellation_requested")
        return
    item = item_of(body)
    old = (item["current_period_start"], item["current_period_end"])
    apply_planned_switch(fake, body)
    new_end = compute_period_end(body["billing_cycle_anchor"], old[1], item["price"]["recurring"])
    item |= {"current_period_start": old[1], "current_period_end": new_end}
    fake.emit_event("customer.subscription.updated", body)
    invoice = invoices.create_draft(fake, body, "subscription_cycle", old)
    fake.schedule(fake.get_now() + FINALIZED_AFTER, lambda: _finalize_renewal(fake, body, invoice))
    fake.schedule(new_end, lambda: _end_period(fake, body))


def _finalize_renewal(fake: "FakeStripe", body: Body, invoice: Body) -> None:
    if invoice["status"] == "draft":
        invoices.finalize(fake, invoice)
        attempt_payment(fake, body, invoice)


def attempt_payment(fake: "FakeStripe", body: Body, invoice: Body) -> None:
    """Charge the card for an invoice: paid, or past due and retried later, or the subscription ends."""
    if invoice["status"] != "open" or body["status"] == "canceled":
        return
    if body["customer"] not in fake.failing_customers:
        invoices.pay(fake, invoice)
        reactivate_if_paid(fake, body)
        return
    attempts = invoice["attempt_count"]
    retry_at = fake.get_now() + RETRY_DELAYS[attempts] if attempts < len(RETRY_DELAYS) else None
    invoices.fail_payment(fake, invoice, retry_at)
    if retry_at is None:
        end_subscription(fake, body, "payment_failed")
        return
    fake.schedule(retry_at, lambda: attempt_payment(fake, body, invoice))
    if body["status"] != "past_due":
        body["status"] = "past_due"
        fake.emit_event("customer.subscription.updated", body)


def reactivate_if_paid(fake: "FakeStripe", body: Body) -> None:
    """Reactivate a past-due subscription when all its invoices are paid."""
    open_invoices = [invoice for invoice in invoices.list_for_subscription(fake, body) if invoice["status"] == "open"]
    if body["status"] == "past_due" and not open_invoices:
        body["status"] = "active"
        fake.emit_event("customer.subscription.updated", body)


def end_subscription(fake: "FakeStripe", body: Body, reason: str) -> None:
    now = fake.get_now()
    body |= {"status": "canceled", "ended_at": now, "canceled_at": body["canceled_at"] or now}
    body["cancellation_details"]["reason"] = reason
    for invoice in invoices.list_for_subscription(fake, body):
        invoices.stop_collection(invoice)
    fake.emit_event("customer.subscription.deleted", body)


def set_cancel_at_period_end(fake: "FakeStripe", body: Body, is_canceling: bool) -> None:
    """Cancel at the end of the period, or undo that."""
    if body["status"] == "canceled":
        raise build_missing_object("subscription", body["id"])
    body["cancel_at_period_end"] = is_canceling
    body["cancel_at"] = item_of(body)["current_period_end"] if is_canceling else None
    body["canceled_at"] = fake.get_now() if is_canceling else None
    body["cancellation_details"]["reason"] = "cancellation_requested" if is_canceling else None


def update(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("subscription", call.object_id)
    wanted = call.parameters.get("cancel_at_period_end")
    if wanted is not None:
        set_cancel_at_period_end(fake, body, wanted)
    update_metadata(body, call.parameters)
    fake.emit_event("customer.subscription.updated", body)
    return body


def cancel(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("subscription", call.object_id)
    if body["status"] == "canceled":
        raise build_missing_object("subscription", call.object_id)
    end_subscription(fake, body, "cancellation_requested")
    return body


def list_all(fake: "FakeStripe", call: StripeCall) -> Body:
    """Without a status, those that are not canceled."""
    parameters = call.parameters
    found = filter_objects(fake.store.list_objects("subscription"), parameters, "customer", "collection_method")
    status, price = parameters.get("status"), parameters.get("price")
    if status not in {None, "all", "ended"}:
        found = [body for body in found if body["status"] == status]
    if status in {None, "ended"}:
        found = [body for body in found if (body["status"] in ENDED_STATUSES) == (status == "ended")]
    if price:
        found = [body for body in found if item_of(body)["price"]["id"] == price]
    return paginate(found, parameters, call.path)


def pay_invoice(fake: "FakeStripe", call: StripeCall) -> Body:
    """Pay an open invoice with the current card; the subscription may become active again."""
    body = invoices.pay_open_invoice(fake, call)
    reactivate_if_paid(fake, fake.store.find("subscription", body["parent"]["subscription_details"]["subscription"]))
    return body
