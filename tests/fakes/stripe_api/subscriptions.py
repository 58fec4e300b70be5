"""Subscriptions: created at the pay page, renewed by the clock, ended by customer, operator or failed payments."""

from typing import TYPE_CHECKING

from fakes.stripe_api import invoices
from fakes.stripe_api.calls import Call
from fakes.stripe_api.catalogue import update_metadata
from fakes.stripe_api.errors import missing, unsupported
from fakes.stripe_api.periods import DAY, after
from fakes.stripe_api.shapes import blank, listed
from fakes.stripe_api.store import Body, matching, page
from fakes.stripe_api.switching import plan_of, switch_if_planned

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)  # after each failed attempt; then the subscription ends
FINALIZED_AFTER = 3600
NOT_LISTED = {"canceled", "incomplete_expired"}


def begin(fake: "FakeStripe", session: Body) -> Body:
    """The subscription bought in a session, with its first invoice paid."""
    (line, *more) = fake.details[session["id"]]["lines"]
    if more:
        raise unsupported("subscriptions have one item")
    customer = fake.store.find("customer", session["customer"])
    customer["currency"] = customer["currency"] or session["currency"]
    now = fake.now()
    body = fake.store.add("subscription", fake.store.new_id("sub", 24), created=now, customer=session["customer"])
    body |= {"billing_cycle_anchor": now, "start_date": now, "currency": session["currency"], "status": "active"}
    body |= {"metadata": dict(fake.details[session["id"]].get("metadata", {})), "default_payment_method": "pm_fake"}
    body["cancellation_details"] = dict.fromkeys(("comment", "feedback", "reason"))
    url = f"/v1/subscription_items?subscription={body['id']}"
    body["items"] = listed([_item(fake, body, line, now)], url)
    fake.emit("customer.subscription.created", body)
    invoice = invoices.draft(fake, body, "subscription_create", (now, now), session["total_details"]["amount_discount"])
    invoices.finalize(fake, invoice)
    invoices.pay(fake, invoice)
    session |= {"subscription": body["id"], "invoice": invoice["id"]}
    fake.at(item_of(body)["current_period_end"], lambda: _period_over(fake, body))
    return body


def item_of(body: Body) -> Body:
    """The only item of a subscription, which has the period."""
    (item,) = body["items"]["data"]
    found: Body = item
    return found


def _item(fake: "FakeStripe", body: Body, line: Body, now: int) -> Body:
    price = line["price"]
    item = blank("subscription_item", id=fake.store.new_id("si", 14), price=price, quantity=line["quantity"])
    item |= {"subscription": body["id"], "created": now, "current_period_start": now, "plan": plan_of(price)}
    item["current_period_end"] = after(now, now, price["recurring"])
    return item


def _period_over(fake: "FakeStripe", body: Body) -> None:
    if body["status"] == "canceled":
        return
    if body["cancel_at_period_end"]:
        end(fake, body, "cancellation_requested")
        return
    item = item_of(body)
    old = (item["current_period_start"], item["current_period_end"])
    switch_if_planned(fake, body)
    new_end = after(body["billing_cycle_anchor"], old[1], item["price"]["recurring"])
    item |= {"current_period_start": old[1], "current_period_end": new_end}
    fake.emit("customer.subscription.updated", body)
    invoice = invoices.draft(fake, body, "subscription_cycle", old)
    fake.at(fake.now() + FINALIZED_AFTER, lambda: _renewal_due(fake, body, invoice))
    fake.at(new_end, lambda: _period_over(fake, body))


def _renewal_due(fake: "FakeStripe", body: Body, invoice: Body) -> None:
    if invoice["status"] == "draft":
        invoices.finalize(fake, invoice)
        attempt(fake, body, invoice)


def attempt(fake: "FakeStripe", body: Body, invoice: Body) -> None:
    """Charge the card for an invoice: paid, or past due and retried later, or the subscription ends."""
    if invoice["status"] != "open" or body["status"] == "canceled":
        return
    if body["customer"] not in fake.broken_cards:
        invoices.pay(fake, invoice)
        recover(fake, body)
        return
    tries = invoice["attempt_count"]
    again = fake.now() + RETRIES[tries] if tries < len(RETRIES) else None
    invoices.refuse(fake, invoice, again)
    if again is None:
        end(fake, body, "payment_failed")
        return
    fake.at(again, lambda: attempt(fake, body, invoice))
    if body["status"] != "past_due":
        body["status"] = "past_due"
        fake.emit("customer.subscription.updated", body)


def recover(fake: "FakeStripe", body: Body) -> None:
    """Reactivate a past-due subscription when all its invoices are paid."""
    owed = [invoice for invoice in invoices.of(fake, body) if invoice["status"] == "open"]
    if body["status"] == "past_due" and not owed:
        body["status"] = "active"
        fake.emit("customer.subscription.updated", body)


def end(fake: "FakeStripe", body: Body, reason: str) -> None:
    now = fake.now()
    body |= {"status": "canceled", "ended_at": now, "canceled_at": body["canceled_at"] or now}
    body["cancellation_details"]["reason"] = reason
    for invoice in invoices.of(fake, body):
        invoices.stop(invoice)
    fake.emit("customer.subscription.deleted", body)


def cancel_later(fake: "FakeStripe", body: Body, wanted: bool) -> None:
    """Cancel at the end of the period, or undo that."""
    if body["status"] == "canceled":
        raise missing("subscription", body["id"])
    body["cancel_at_period_end"] = wanted
    body["cancel_at"] = item_of(body)["current_period_end"] if wanted else None
    body["canceled_at"] = fake.now() if wanted else None
    body["cancellation_details"]["reason"] = "cancellation_requested" if wanted else None


def update(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("subscription", call.identity)
    wanted = call.parameters.get("cancel_at_period_end")
    if wanted is not None:
        cancel_later(fake, body, wanted)
    update_metadata(body, call.parameters)
    fake.emit("customer.subscription.updated", body)
    return body


def cancel(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("subscription", call.identity)
    if body["status"] == "canceled":
        raise missing("subscription", call.identity)
    end(fake, body, "cancellation_requested")
    return body


def list_all(fake: "FakeStripe", call: Call) -> Body:
    """Without a status, those that are not canceled."""
    asked = call.parameters
    found = matching(fake.store.all("subscription"), asked, "customer", "collection_method")
    status, price = asked.get("status"), asked.get("price")
    if status not in {None, "all", "ended"}:
        found = [body for body in found if body["status"] == status]
    if status in {None, "ended"}:
        found = [body for body in found if (body["status"] in NOT_LISTED) == (status == "ended")]
    if price:
        found = [body for body in found if item_of(body)["price"]["id"] == price]
    return page(found, asked, call.path)


def pay_invoice(fake: "FakeStripe", call: Call) -> Body:
    """Pay an open invoice with the current card; the subscription may become active again."""
    body = invoices.pay_now(fake, call)
    recover(fake, fake.store.find("subscription", body["parent"]["subscription_details"]["subscription"]))
    return body
