"""Invoices of subscriptions: drafted, finalized, paid or failed; invoice items wait for the next one."""

from typing import TYPE_CHECKING

from fakes.stripe_api import payments
from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.catalogue import update_metadata
from fakes.stripe_api.errors import DECLINED, build_invalid_request, build_missing_object
from fakes.stripe_api.objects import build_list, create_object
from fakes.stripe_api.store import Body, filter_objects, paginate

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe


def create_draft(
    fake: "FakeStripe", subscription: Body, reason: str, period: tuple[int, int], discount: int = 0
) -> Body:
    """The invoice of a period that starts; `period` is the previous one, as in Stripe's invoices."""
    body = create_empty_invoice(fake, subscription, reason, period)
    lines = [_build_subscription_line(fake, body, subscription), *_take_pending_lines(fake, body, subscription)]
    return fill_lines(fake, body, subscription, lines, discount)


def create_empty_invoice(fake: "FakeStripe", subscription: Body, reason: str, period: tuple[int, int]) -> Body:
    """An invoice without lines."""
    body = fake.store.add(
        "invoice", fake.store.generate_id("in", 24), created=fake.get_now(), customer=subscription["customer"]
    )
    customer = fake.store.find("customer", subscription["customer"])
    body |= {
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "currency": subscription["currency"],
    }
    body |= {"period_start": period[0], "period_end": period[1], "billing_reason": reason, "status": "draft"}
    body |= {"auto_advance": True, "customer_tax_exempt": "none", "customer_tax_ids": [], "account_country": "BR"}
    details = {"subscription": subscription["id"], "metadata": dict(subscription["metadata"])}
    body["parent"] = {"type": "subscription_details", "subscription_details": details, "quote_details": None}
    return body


def fill_lines(fake: "FakeStripe", body: Body, subscription: Body, lines: list[Body], discount: int = 0) -> Body:
    """Set the lines and totals, and emit the event."""
    body["lines"] = build_list(lines, f"/v1/invoices/{body['id']}/lines")
    total = sum(line["amount"] for line in lines)
    body |= {"subtotal": total, "subtotal_excluding_tax": total, "total_discount_amounts": []}
    amount_due = total - discount
    body |= {
        "total": amount_due,
        "total_excluding_tax": amount_due,
        "amount_due": amount_due,
        "amount_remaining": amount_due,
    }
    subscription["latest_invoice"] = body["id"]
    fake.emit_event("invoice.created", body)
    return body


def _build_subscription_line(fake: "FakeStripe", body: Body, subscription: Body) -> Body:
    (item,) = subscription["items"]["data"]
    price, quantity = item["price"], item["quantity"]
    line = build_price_line(fake, body, subscription, price, price["unit_amount"] * quantity)
    line["period"] = {"start": item["current_period_start"], "end": item["current_period_end"]}
    return line | {"quantity": quantity}


def build_price_line(
    fake: "FakeStripe", body: Body, subscription: Body, price: Body, amount: int, *, proration: bool = False
) -> Body:
    """A line for a price of the subscription's item, without its period."""
    (item,) = subscription["items"]["data"]
    line = _build_line(fake, body, amount, 1)
    line["pricing"] = {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
    details = {
        "subscription": subscription["id"],
        "subscription_item": item["id"],
        "proration": proration,
        "invoice_item": None,
    }
    line["parent"] = {"type": "subscription_item_details", "subscription_item_details": details}
    name = fake.store.find("product", price["product"])["name"]
    return line | {"subscription": subscription["id"], "description": name}


def _build_line(fake: "FakeStripe", body: Body, amount: int, quantity: int) -> Body:
    line = create_object(
        "line_item", id=fake.store.generate_id("il", 24), invoice=body["id"], amount=amount, quantity=quantity
    )
    return line | {"currency": body["currency"], "subtotal": amount, "discountable": True, "discount_amounts": []}


def _take_pending_lines(fake: "FakeStripe", body: Body, subscription: Body) -> list[Body]:
    lines = []
    for item in fake.store.list_objects("invoiceitem"):
        is_for_subscription = (item["parent"] or {}).get("subscription_details", {}).get("subscription") in {
            None,
            subscription["id"],
        }
        if item["customer"] == subscription["customer"] and item["invoice"] is None and is_for_subscription:
            item["invoice"] = body["id"]
            line = _build_line(fake, body, item["amount"], item["quantity"])
            line |= {"description": item["description"], "period": dict(item["period"])}
            details = {"invoice_item": item["id"], "proration": False, "subscription": subscription["id"]}
            line["parent"] = {"type": "invoice_item_details", "invoice_item_details": details}
            lines.append(line | {"metadata": dict(item["metadata"])})
    return lines


def finalize(fake: "FakeStripe", body: Body) -> None:
    customer = fake.store.find("customer", body["customer"])
    number = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] = number + 1
    body |= {"status": "open", "number": f"{customer['invoice_prefix']}-{number:04d}", "effective_at": fake.get_now()}
    body["status_transitions"]["finalized_at"] = fake.get_now()
    body["hosted_invoice_url"] = f"https://invoice.stripe.com/i/test/{body['id']}"
    fake.emit_event("invoice.finalized", body)


def pay(fake: "FakeStripe", body: Body) -> None:
    """Pay with the customer's card."""
    if body["amount_due"]:
        intent = _get_intent(fake, body)
        payments.mark_succeeded(fake, intent, "card")
        _record_payment(fake, body, intent, "paid")
    body |= {"status": "paid", "amount_paid": body["amount_due"], "amount_remaining": 0, "attempted": True}
    body |= {"attempt_count": body["attempt_count"] + 1, "next_payment_attempt": None}
    body["status_transitions"]["paid_at"] = fake.get_now()
    fake.emit_event("invoice.paid", body)
    fake.emit_event("invoice.payment_succeeded", body)


def fail_payment(fake: "FakeStripe", body: Body, next_attempt_at: int | None) -> None:
    """The card was declined; `next_attempt_at` is the time of the next attempt."""
    intent = _get_intent(fake, body)
    payments.mark_failed(fake, intent, "card")
    _record_payment(fake, body, intent, "open")
    body |= {"attempted": True, "attempt_count": body["attempt_count"] + 1, "next_payment_attempt": next_attempt_at}
    fake.emit_event("invoice.payment_failed", body)


def stop_collection(body: Body) -> None:
    """Stop collecting an invoice of an ended subscription."""
    body |= {"auto_advance": False, "next_payment_attempt": None}


def _get_intent(fake: "FakeStripe", body: Body) -> Body:
    known = fake.private_details.setdefault(body["id"], {})
    if "intent" not in known:
        known["intent"] = payments.add_intent(fake, body["amount_due"], body["currency"], "card", body["customer"])
    intent: Body = known["intent"]
    return intent


def _record_payment(fake: "FakeStripe", body: Body, intent: Body, status: str) -> None:
    found = [entry for entry in fake.store.list_objects("invoice_payment") if entry["invoice"] == body["id"]]
    entry = (
        found[0]
        if found
        else fake.store.add("invoice_payment", fake.store.generate_id("inpay", 24), created=fake.get_now())
    )
    entry |= {"invoice": body["id"], "amount_requested": body["amount_due"], "currency": body["currency"]}
    entry |= {
        "status": status,
        "is_default": True,
        "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
    }
    if status == "paid":
        entry["amount_paid"] = body["amount_due"]
        entry["status_transitions"]["paid_at"] = fake.get_now()
        fake.emit_event("invoice_payment.paid", entry)


def list_for_subscription(fake: "FakeStripe", subscription: Body) -> list[Body]:
    return [body for body in fake.store.list_objects("invoice") if _subscription_id_of(body) == subscription["id"]]


def _subscription_id_of(body: Body) -> str:
    return str(body["parent"]["subscription_details"]["subscription"])


def pay_open_invoice(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("invoice", call.object_id)
    if body["status"] != "open":
        raise build_invalid_request(
            f"Invoice is already {body['status']}" if body["status"] == "paid" else "Invoice is not open"
        )
    if body["customer"] in fake.failing_customers:
        fail_payment(fake, body, body["next_payment_attempt"])
        raise DECLINED
    pay(fake, body)
    return body


def list_all(fake: "FakeStripe", call: StripeCall) -> Body:
    found = filter_objects(
        fake.store.list_objects("invoice"), call.parameters, "customer", "status", "collection_method"
    )
    if wanted := call.parameters.get("subscription"):
        found = [body for body in found if _subscription_id_of(body) == wanted]
    return paginate(found, call.parameters, call.path)


def list_lines(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("invoice", call.object_id)
    return paginate(body["lines"]["data"][::-1], call.parameters, call.path)


def list_payments(fake: "FakeStripe", call: StripeCall) -> Body:
    found = filter_objects(fake.store.list_objects("invoice_payment"), call.parameters, "invoice", "status")
    if payment := call.parameters.get("payment"):
        wanted = payment.get("payment_intent")
        payment.get("type")
        found = [body for body in found if body["payment"].get("payment_intent") == wanted]
    return paginate(found, call.parameters, call.path)


def create_item(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    subscription = (
        fake.store.find("subscription", parameters["subscription"], "subscription")
        if parameters.get("subscription")
        else None
    )
    if subscription and subscription["status"] == "canceled":
        raise build_invalid_request(
            "This subscription is canceled; an invoice item cannot be added to it.", None, "subscription"
        )
    customer = parameters.get("customer") or (subscription and subscription["customer"])
    if not customer or (subscription and subscription["customer"] != customer):
        raise build_invalid_request("Missing required param: customer.", "parameter_missing", "customer")
    fake.store.find("customer", customer, "customer")
    amount, currency = parameters.get("amount"), parameters.get("currency")
    if amount is None or not currency:
        raise build_invalid_request("Missing required param: amount or currency.", "parameter_missing", "amount")
    if subscription and subscription["currency"] != currency:
        raise build_invalid_request("The currency must match that of the subscription.", None, "currency")
    body = _add_item(fake, customer, amount, currency)
    if subscription:
        details = {"subscription": subscription["id"], "subscription_item": None}
        body["parent"] = {"type": "subscription_details", "subscription_details": details}
    if period := parameters.get_plain("period"):
        body["period"] = period
    body["description"] = parameters.get("description")
    update_metadata(body, parameters)
    fake.emit_event("invoiceitem.created", body)
    return body


def _add_item(fake: "FakeStripe", customer: str, amount: int, currency: str) -> Body:
    now = fake.get_now()
    body = fake.store.add("invoiceitem", fake.store.generate_id("ii", 24), customer=customer, amount=amount, date=now)
    body |= {"currency": currency, "quantity": 1, "quantity_decimal": "1", "discountable": amount > 0, "discounts": []}
    body |= {"period": {"start": now, "end": now}, "tax_rates": [], "net_amount": amount}
    return body


def list_items(fake: "FakeStripe", call: StripeCall) -> Body:
    parameters = call.parameters
    found = [body | {"created": body["date"]} for body in fake.store.list_objects("invoiceitem")]
    wanted = {body["id"] for body in filter_objects(found, parameters, "customer", "invoice")}
    pending = parameters.get("pending")
    kept = [body for body in fake.store.list_objects("invoiceitem") if body["id"] in wanted]
    return paginate([body for body in kept if pending in {None, body["invoice"] is None}], parameters, call.path)


def delete_item(fake: "FakeStripe", call: StripeCall) -> Body:
    body = fake.store.find("invoiceitem", call.object_id)
    if body["invoice"]:
        raise build_missing_object("invoiceitem", call.object_id)
    gone = {"id": body["id"], "object": "invoiceitem", "deleted": True}
    fake.store.bodies[body["id"]] = gone
    return gone
