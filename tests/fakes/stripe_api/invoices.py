"""Invoices of subscriptions: drafted, finalized, paid or failed; invoice items wait for the next one."""

from typing import TYPE_CHECKING

from fakes.stripe_api import payments
from fakes.stripe_api.calls import Call
from fakes.stripe_api.catalogue import update_metadata
from fakes.stripe_api.errors import DECLINED, invalid, missing
from fakes.stripe_api.shapes import blank, listed
from fakes.stripe_api.store import Body, matching, page

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe


def draft(fake: "FakeStripe", sub: Body, reason: str, period: tuple[int, int], discount: int = 0) -> Body:
    """The invoice of a period that starts; `period` is the previous one, as in Stripe's invoices."""
    body = begin(fake, sub, reason, period)
    lines = [_subscription_line(fake, body, sub), *_pending_lines(fake, body, sub)]
    return fill(fake, body, sub, lines, discount)


def begin(fake: "FakeStripe", sub: Body, reason: str, period: tuple[int, int]) -> Body:
    """An invoice without lines."""
    body = fake.store.add("invoice", fake.store.new_id("in", 24), created=fake.now(), customer=sub["customer"])
    customer = fake.store.find("customer", sub["customer"])
    body |= {"customer_email": customer["email"], "customer_name": customer["name"], "currency": sub["currency"]}
    body |= {"period_start": period[0], "period_end": period[1], "billing_reason": reason, "status": "draft"}
    body |= {"auto_advance": True, "customer_tax_exempt": "none", "customer_tax_ids": [], "account_country": "BR"}
    about = {"subscription": sub["id"], "metadata": dict(sub["metadata"])}
    body["parent"] = {"type": "subscription_details", "subscription_details": about, "quote_details": None}
    return body


def fill(fake: "FakeStripe", body: Body, sub: Body, lines: list[Body], discount: int = 0) -> Body:
    """Set the lines and totals, and emit the event."""
    body["lines"] = listed(lines, f"/v1/invoices/{body['id']}/lines")
    total = sum(line["amount"] for line in lines)
    body |= {"subtotal": total, "subtotal_excluding_tax": total, "total_discount_amounts": []}
    due = total - discount
    body |= {"total": due, "total_excluding_tax": due, "amount_due": due, "amount_remaining": due}
    sub["latest_invoice"] = body["id"]
    fake.emit("invoice.created", body)
    return body


def _subscription_line(fake: "FakeStripe", body: Body, sub: Body) -> Body:
    (item,) = sub["items"]["data"]
    price, quantity = item["price"], item["quantity"]
    line = price_line(fake, body, sub, price, price["unit_amount"] * quantity)
    line["period"] = {"start": item["current_period_start"], "end": item["current_period_end"]}
    return line | {"quantity": quantity}


def price_line(fake: "FakeStripe", body: Body, sub: Body, price: Body, amount: int, *, proration: bool = False) -> Body:
    """A line for a price of the subscription's item, without its period."""
    (item,) = sub["items"]["data"]
    line = _line(fake, body, amount, 1)
    line["pricing"] = {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
    about = {"subscription": sub["id"], "subscription_item": item["id"], "proration": proration, "invoice_item": None}
    line["parent"] = {"type": "subscription_item_details", "subscription_item_details": about}
    name = fake.store.find("product", price["product"])["name"]
    return line | {"subscription": sub["id"], "description": name}


def _line(fake: "FakeStripe", body: Body, amount: int, quantity: int) -> Body:
    line = blank("line_item", id=fake.store.new_id("il", 24), invoice=body["id"], amount=amount, quantity=quantity)
    return line | {"currency": body["currency"], "subtotal": amount, "discountable": True, "discount_amounts": []}


def _pending_lines(fake: "FakeStripe", body: Body, sub: Body) -> list[Body]:
    lines = []
    for item in fake.store.all("invoiceitem"):
        belongs = (item["parent"] or {}).get("subscription_details", {}).get("subscription") in {None, sub["id"]}
        if item["customer"] == sub["customer"] and item["invoice"] is None and belongs:
            item["invoice"] = body["id"]
            line = _line(fake, body, item["amount"], item["quantity"])
            line |= {"description": item["description"], "period": dict(item["period"])}
            about = {"invoice_item": item["id"], "proration": False, "subscription": sub["id"]}
            line["parent"] = {"type": "invoice_item_details", "invoice_item_details": about}
            lines.append(line | {"metadata": dict(item["metadata"])})
    return lines


def finalize(fake: "FakeStripe", body: Body) -> None:
    customer = fake.store.find("customer", body["customer"])
    number = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] = number + 1
    body |= {"status": "open", "number": f"{customer['invoice_prefix']}-{number:04d}", "effective_at": fake.now()}
    body["status_transitions"]["finalized_at"] = fake.now()
    body["hosted_invoice_url"] = f"https://invoice.stripe.com/i/test/{body['id']}"
    fake.emit("invoice.finalized", body)


def pay(fake: "FakeStripe", body: Body) -> None:
    """Pay with the customer's card."""
    if body["amount_due"]:
        intent = _intent(fake, body)
        payments.succeed(fake, intent, "card")
        _record_payment(fake, body, intent, "paid")
    body |= {"status": "paid", "amount_paid": body["amount_due"], "amount_remaining": 0, "attempted": True}
    body |= {"attempt_count": body["attempt_count"] + 1, "next_payment_attempt": None}
    body["status_transitions"]["paid_at"] = fake.now()
    fake.emit("invoice.paid", body)
    fake.emit("invoice.payment_succeeded", body)


def refuse(fake: "FakeStripe", body: Body, again: int | None) -> None:
    """The card was declined; `next_attempt_at` is the time of the next attempt."""
    intent = _intent(fake, body)
    payments.refuse(fake, intent, "card")
    _record_payment(fake, body, intent, "open")
    body |= {"attempted": True, "attempt_count": body["attempt_count"] + 1, "next_payment_attempt": again}
    fake.emit("invoice.payment_failed", body)


def stop(body: Body) -> None:
    """Stop collecting an invoice of an ended subscription."""
    body |= {"auto_advance": False, "next_payment_attempt": None}


def _intent(fake: "FakeStripe", body: Body) -> Body:
    known = fake.details.setdefault(body["id"], {})
    if "intent" not in known:
        known["intent"] = payments.new_intent(fake, body["amount_due"], body["currency"], "card", body["customer"])
    intent: Body = known["intent"]
    return intent


def _record_payment(fake: "FakeStripe", body: Body, intent: Body, status: str) -> None:
    found = [entry for entry in fake.store.all("invoice_payment") if entry["invoice"] == body["id"]]
    entry = found[0] if found else fake.store.add("invoice_payment", fake.store.new_id("inpay", 24), created=fake.now())
    entry |= {"invoice": body["id"], "amount_requested": body["amount_due"], "currency": body["currency"]}
    entry |= {
        "status": status,
        "is_default": True,
        "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
    }
    if status == "paid":
        entry["amount_paid"] = body["amount_due"]
        entry["status_transitions"]["paid_at"] = fake.now()
        fake.emit("invoice_payment.paid", entry)


def of(fake: "FakeStripe", sub: Body) -> list[Body]:
    return [body for body in fake.store.all("invoice") if _subscription(body) == sub["id"]]


def _subscription(body: Body) -> str:
    return str(body["parent"]["subscription_details"]["subscription"])


def pay_now(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("invoice", call.identity)
    if body["status"] != "open":
        raise invalid(f"Invoice is already {body['status']}" if body["status"] == "paid" else "Invoice is not open")
    if body["customer"] in fake.broken_cards:
        refuse(fake, body, body["next_payment_attempt"])
        raise DECLINED
    pay(fake, body)
    return body


def list_all(fake: "FakeStripe", call: Call) -> Body:
    found = matching(fake.store.all("invoice"), call.parameters, "customer", "status", "collection_method")
    if wanted := call.parameters.get("subscription"):
        found = [body for body in found if _subscription(body) == wanted]
    return page(found, call.parameters, call.path)


def list_lines(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("invoice", call.identity)
    return page(body["lines"]["data"][::-1], call.parameters, call.path)


def list_payments(fake: "FakeStripe", call: Call) -> Body:
    found = matching(fake.store.all("invoice_payment"), call.parameters, "invoice", "status")
    if payment := call.parameters.get("payment"):
        wanted = payment.get("payment_intent")
        payment.get("type")
        found = [body for body in found if body["payment"].get("payment_intent") == wanted]
    return page(found, call.parameters, call.path)


def create_item(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    sub = fake.store.find("subscription", asked["subscription"], "subscription") if asked.get("subscription") else None
    if sub and sub["status"] == "canceled":
        raise invalid("This subscription is canceled; an invoice item cannot be added to it.", None, "subscription")
    customer = asked.get("customer") or (sub and sub["customer"])
    if not customer or (sub and sub["customer"] != customer):
        raise invalid("Missing required param: customer.", "parameter_missing", "customer")
    fake.store.find("customer", customer, "customer")
    amount, currency = asked.get("amount"), asked.get("currency")
    if amount is None or not currency:
        raise invalid("Missing required param: amount or currency.", "parameter_missing", "amount")
    if sub and sub["currency"] != currency:
        raise invalid("The currency must match that of the subscription.", None, "currency")
    body = _new_item(fake, customer, amount, currency)
    if sub:
        about = {"subscription": sub["id"], "subscription_item": None}
        body["parent"] = {"type": "subscription_details", "subscription_details": about}
    if period := asked.plain("period"):
        body["period"] = period
    body["description"] = asked.get("description")
    update_metadata(body, asked)
    fake.emit("invoiceitem.created", body)
    return body


def _new_item(fake: "FakeStripe", customer: str, amount: int, currency: str) -> Body:
    now = fake.now()
    body = fake.store.add("invoiceitem", fake.store.new_id("ii", 24), customer=customer, amount=amount, date=now)
    body |= {"currency": currency, "quantity": 1, "quantity_decimal": "1", "discountable": amount > 0, "discounts": []}
    body |= {"period": {"start": now, "end": now}, "tax_rates": [], "net_amount": amount}
    return body


def list_items(fake: "FakeStripe", call: Call) -> Body:
    asked = call.parameters
    found = [body | {"created": body["date"]} for body in fake.store.all("invoiceitem")]
    wanted = {body["id"] for body in matching(found, asked, "customer", "invoice")}
    pending = asked.get("pending")
    kept = [body for body in fake.store.all("invoiceitem") if body["id"] in wanted]
    return page([body for body in kept if pending in {None, body["invoice"] is None}], asked, call.path)


def delete_item(fake: "FakeStripe", call: Call) -> Body:
    body = fake.store.find("invoiceitem", call.identity)
    if body["invoice"]:
        raise missing("invoiceitem", call.identity)
    gone = {"id": body["id"], "object": "invoiceitem", "deleted": True}
    fake.store.bodies[body["id"]] = gone
    return gone
