"""What is asked of an emulator and of our double alike, and what must come out the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import stripe

from tools.judges.sides import Doubled, Emulated

Either = Emulated | Doubled
Body = dict[str, Any]


@dataclass
class Said:
    """`facts` must be equal on both sides; of `bodies` the fields both have must be of one type."""

    facts: dict[str, Any]
    bodies: Sequence[Body] = field(default_factory=list)


@dataclass(frozen=True)
class Trial:
    """`known` says why the facts differ where we know that they do: then they must."""

    name: str
    ask: Callable[[Either], Said]
    known: str = ""


def customer(side: Either) -> Said:
    made = side.v1.customers.create({"email": "bia@example.org", "name": "Bia", "metadata": {"person": "1"}})
    found = side.provider.list_customers_by_email("bia@example.org")
    return Said(
        {"found": found == [made.id], "unknown": side.provider.list_customers_by_email("x@y.z")}, [made.to_dict()]
    )


def product(side: Either) -> Said:
    made = side.v1.products.create({"name": "100 credits", "type": "service"})
    return Said({"name": made.name, "active": made.active, "live": made.livemode}, [made.to_dict()])


def price(side: Either) -> Said:
    shop = side.v1.products.create({"name": "100 credits"}).id
    made = side.v1.prices.create({"product": shop, "currency": "brl", "unit_amount": 2000, "lookup_key": "pack"})
    read = [(one.id == made.id, one.currency, one.amount) for one in side.provider.list_prices(["pack"])]
    return Said({"read": read, "type": made.type}, [made.to_dict()])


def payment(side: Either) -> Said:
    intent = side.v1.payment_intents.retrieve(side.payment(1000))
    charge = side.v1.charges.list({"limit": 1}).data[0]
    facts = {
        "status": intent.status,
        "amount": charge.amount,
        "paid": charge.paid,
        "of": charge.payment_intent == intent.id,
    }
    return Said(facts, [intent.to_dict(), charge.to_dict()])


def refund(side: Either) -> Said:
    intent = side.payment(1000)
    made = side.provider.create_refund(intent, 300, key=f"refund:{intent}")
    listed = side.provider.list_refunds(intent) == [made]
    facts = {"status": made.status, "amount": made.amount, "listed": listed, "of": made.payment == intent}
    facts["traced"] = side.provider.find_payment_intent(made.id) == intent
    return Said(facts, [side.v1.refunds.retrieve(made.id).to_dict()])


def excess(side: Either) -> Said:
    intent = side.payment(1000)
    side.v1.refunds.create({"payment_intent": intent, "amount": 300})
    return Said({"refused": _refused(lambda: side.v1.refunds.create({"payment_intent": intent, "amount": 900}))})


def repeat(side: Either) -> Said:
    made = [side.v1.customers.create({"name": "x"}, {"idempotency_key": "k"}).id for _ in range(2)]
    return Said({"one object": made[0] == made[1]})


def news(side: Either) -> Said:
    side.payment(1000)
    event: Any = side.event("payment_intent.succeeded")
    kinds = {one.type for one in side.v1.events.list({"limit": 100}).data}
    facts = {"amount": event.data.object.amount, "live": event.livemode, "listed": "payment_intent.succeeded" in kinds}
    return Said(facts, [event.to_dict(), event.data.object.to_dict()])


def subscription(side: Either) -> Said:
    bought = side.subscription(4900)
    begun = side.v1.subscriptions.retrieve(bought)
    (invoice,) = side.v1.invoices.list({"subscription": bought}).data
    ended = side.v1.subscriptions.cancel(bought)
    facts = {"begun": begun.status, "ended": ended.status, "invoice": invoice.status, "paid": invoice.amount_paid}
    return Said(facts, [begun.to_dict(), ended.to_dict(), invoice.to_dict()])


def _session(side: Either, mode: str = "payment") -> str:
    shop = side.v1.products.create({"name": "Credits"}).id
    asked: Any = {"product": shop, "currency": "brl", "unit_amount": 2000}
    more = {"recurring": {"interval": "month"}} if mode == "subscription" else {}
    line = {"price": side.v1.prices.create(asked | more).id, "quantity": 1}
    order: Any = {"mode": mode, "line_items": [line], "success_url": "https://t.me", "metadata": {"purchase": "7"}}
    return side.v1.checkout.sessions.create(order | {"client_reference_id": "7"}).id


def _standing(side: Either, session: str) -> tuple[Body, Body]:
    found = side.v1.checkout.sessions.retrieve(session).to_dict()
    about = {name: found[name] for name in ("mode", "status", "payment_status", "metadata", "livemode")}
    return about | {"a page": found["url"] is not None}, found


def opened(side: Either) -> Said:
    facts, body = _standing(side, _session(side))
    return Said(facts, [body])


def monthly(side: Either) -> Said:
    facts, body = _standing(side, _session(side, "subscription"))
    return Said(facts, [body])


def paid(side: Either) -> Said:
    session = _session(side)
    side.pay(session)
    side.pay(session)  # twice does nothing
    event: Any = side.event("checkout.session.completed")
    facts, body = _standing(side, session)
    told = event.data.object
    facts |= {"told": told.id == session, "told paid": told.payment_status, "again": _refused_to_expire(side, session)}
    return Said(facts, [body, told.to_dict()])


def expired(side: Either) -> Said:
    session = _session(side)
    side.v1.checkout.sessions.expire(session)
    side.pay(session)  # too late
    told: Any = side.event("checkout.session.expired")
    facts, body = _standing(side, session)
    facts |= {"told": told.data.object.id == session, "again": _refused_to_expire(side, session)}
    return Said(facts, [body])


def reference(side: Either) -> Said:
    found = side.v1.checkout.sessions.retrieve(_session(side)).to_dict()
    return Said({name: found.get(name) for name in ("client_reference_id", "amount_total")})


def _refused_to_expire(side: Either, session: str) -> bool:
    return _refused(lambda: side.v1.checkout.sessions.expire(session))


def _refused(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except stripe.InvalidRequestError:
        return True
    return False


LOCALSTRIPE = [
    Trial("a customer, found by e-mail", customer),
    Trial("a product", product),
    Trial("a card payment and its charge", payment),
    Trial("a partial refund through the adapter", refund),
    Trial("a refund of more than is left", excess, "the emulator pays it"),
    Trial("the same idempotency key twice", repeat, "the emulator makes two"),
    Trial("a signed webhook, and the list of events", news),
    Trial("a subscription, its invoice, its end", subscription),
]
EMULATE = [
    Trial("a customer, found by e-mail", customer),
    Trial("a price, read by the adapter", price),
    Trial("a Checkout Session", opened),
    Trial("a Checkout Session for a plan", monthly),
    Trial("paid at the page, told by a signed webhook", paid),
    Trial("expired, told by a signed webhook", expired),
    Trial("reference and total of a session", reference, "the emulator drops both"),
    Trial("the same idempotency key twice", repeat, "the emulator makes two"),
]
