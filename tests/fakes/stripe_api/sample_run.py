"""Sample run that creates one object of each kind at the fake Stripe, to validate its responses."""

from typing import Any

from fakes.stripe_api.merchant import FakeMerchant


def create_one_of_each(merchant: FakeMerchant) -> None:
    """Create one object of each kind, and call every route."""
    fake, v1 = merchant.fake, merchant.v1
    endpoint = v1.webhook_endpoints.create({"url": "https://rabisco.test/stripe", "enabled_events": ["*"]})
    v1.webhook_endpoints.update(endpoint.id, {"description": "ours"})
    v1.products.update(merchant.product, {"description": "x"})
    price = merchant.create_price(lookup_key="a", metadata={"k": "v"})
    v1.prices.update(price, {"nickname": "n"})
    coupon = v1.coupons.create({"percent_off": 10, "duration": "once"})
    v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "DEZ"})
    customer = v1.customers.create({"email": "ana@example.org", "metadata": {"person": "1"}})
    v1.billing_portal.sessions.create({"customer": customer.id, "return_url": "https://t.me"})
    bought = merchant.create_session(price, customer=customer.id, allow_promotion_codes=True)
    fake.pay(bought, promotion_code="DEZ")
    intent = str(fake.find(bought)["payment_intent"])
    v1.refunds.create({"payment_intent": intent, "amount": 100})
    fake.fail_refund(fake.refund(intent, 50)["id"])
    fake.win_dispute(fake.open_dispute(intent)["id"])
    fake.lose_dispute(fake.open_dispute(merchant.create_paid_intent("pix"))["id"])
    for method in ("pix", "boleto"):
        waiting = merchant.create_session()
        fake.pay(waiting, method)
        fake.fail_payment(waiting)
    link = v1.payment_links.create({"line_items": [{"price": price, "quantity": 1}], "metadata": {"a": "b"}})
    fake.pay(fake.visit_payment_link(link.url, "signed")["id"])
    fake.decline_card(merchant.create_session())
    fake.expire_session(merchant.create_session())
    _create_subscriptions(merchant)
    _query_everything(merchant, link.id, endpoint.id)
    v1.webhook_endpoints.delete(endpoint.id)
    v1.customers.delete(customer.id)


def _create_subscriptions(merchant: FakeMerchant) -> None:
    fake, v1 = merchant.fake, merchant.v1
    fake.send_with(lambda *_: 200)
    active, canceled = merchant.create_subscription(), merchant.create_subscription()
    owner = str(fake.find(active)["customer"])
    item: Any = {"customer": owner, "subscription": active, "amount": 25, "currency": "brl"}
    v1.invoice_items.create(item)
    v1.invoice_items.delete(v1.invoice_items.create(item).id)
    fake.break_card(str(fake.find(canceled)["customer"]))
    _use_portal(merchant, owner)
    fake.cancel_subscription(active)
    fake.resume_subscription(active)
    fake.advance(days=32)
    v1.subscriptions.update(active, {"cancel_at_period_end": True})
    v1.subscriptions.cancel(canceled)


def _use_portal(merchant: FakeMerchant, owner: str) -> None:
    """A configuration, a change to a more expensive plan, and one to a cheaper plan."""
    fake, portal = merchant.fake, merchant.v1.billing_portal
    cheaper, dearer = (merchant.v1.products.create({"name": name}).id for name in ("Less", "More"))
    prices = [
        merchant.create_plan_price(amount, product=product) for amount, product in ((900, cheaper), (9900, dearer))
    ]
    changes: Any = {
        "enabled": True,
        "default_allowed_updates": ["price"],
        "proration_behavior": "always_invoice",
        "products": [
            {"product": name, "prices": [price]} for name, price in zip((cheaper, dearer), prices, strict=True)
        ],
        "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
    }
    made = portal.configurations.create({"features": {"subscription_update": changes}, "metadata": {"k": "v"}})
    portal.configurations.update(made.id, {"features": {"invoice_history": {"enabled": True}}})
    portal.configurations.retrieve(made.id)
    portal.configurations.list({"active": True})
    session = portal.sessions.create({"customer": owner, "configuration": made.id})
    fake.change_plan(session.url, prices[1])
    fake.change_plan(session.id, prices[0])


def _query_everything(merchant: FakeMerchant, link: str, endpoint: str) -> None:
    v1 = merchant.v1
    v1.checkout.sessions.list({"expand": ["data.line_items", "data.payment_intent.latest_charge.refunds"]})
    v1.checkout.sessions.line_items.list(merchant.create_session())
    v1.invoices.list({"expand": ["data.payments", "data.customer.subscriptions"]})
    v1.invoices.line_items.list(v1.invoices.list().data[0].id)
    v1.payment_links.line_items.list(link)
    v1.payment_links.update(link, {"active": False})
    v1.webhook_endpoints.retrieve(endpoint)
    for service in (
        v1.products,
        v1.prices,
        v1.promotion_codes,
        v1.customers,
        v1.payment_intents,
        v1.charges,
        v1.refunds,
    ):
        service.list()  # type: ignore[attr-defined]
    for service in (v1.disputes, v1.subscriptions, v1.invoice_payments, v1.invoice_items, v1.events, v1.payment_links):
        service.list()  # type: ignore[attr-defined]
    v1.events.retrieve(v1.events.list().data[0].id)
