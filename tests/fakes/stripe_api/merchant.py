"""Merchant at the fake Stripe, through the real SDK."""

from typing import Any

import stripe
from fakes.stripe_api.fake import FakeStripe


class FakeMerchant:
    """`client` is the SDK's, without retries, so that a failure is seen at once."""

    def __init__(self, fake: FakeStripe, url: str) -> None:
        self.fake = fake
        self.client = stripe.StripeClient(fake.key, base_addresses={"api": url}, max_network_retries=0)
        self.v1 = self.client.v1
        self._product = ""

    @property
    def product(self) -> str:
        self._product = self._product or self.v1.products.create({"name": "Credits"}).id
        return self._product

    def create_price(self, amount: int = 2000, currency: str = "brl", **more: Any) -> str:
        return self.v1.prices.create({"product": self.product, "currency": currency, "unit_amount": amount, **more}).id

    def create_plan_price(self, amount: int = 4900, currency: str = "brl", **more: Any) -> str:
        return self.create_price(amount, currency, recurring={"interval": "month"}, **more)

    def create_session(self, price: str = "", mode: str = "payment", key: str = "", **more: Any) -> str:
        """A Checkout Session's id; `price` defaults to a new one of that mode."""
        price = price or (self.create_price() if mode == "payment" else self.create_plan_price())
        parameters: Any = {
            "mode": mode,
            "line_items": [{"price": price, "quantity": 1}],
            "success_url": "https://t.me",
        } | more
        return self.v1.checkout.sessions.create(parameters, {"idempotency_key": key} if key else {}).id

    def create_paid_intent(self, method: str = "card", amount: int = 2000) -> str:
        """The PaymentIntent of a purchase that is paid."""
        session = self.create_session(self.create_price(amount))
        self.fake.pay(session, method)
        if method != "card":
            self.fake.settle_payment(session)
        return str(self.fake.find(session)["payment_intent"])

    def create_subscription(self, amount: int = 4900, **more: Any) -> str:
        """A subscription whose first month is paid."""
        session = self.create_session(self.create_plan_price(amount), "subscription", **more)
        return str(self.fake.pay(session)["subscription"])
