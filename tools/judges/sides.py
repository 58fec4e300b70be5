"""One side of a comparison: an emulator or our double, asked by Stripe's SDK and by the product's adapter."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import stripe
from fakes.stripe_api import FakeMerchant, FakeStripe
from fakes.stripe_api.errors import StripeApiError

from bots.billing.stripe.provider import StripeProvider

KEY = "sk_test_fakeKeyOfTheFakeStripe"
PATIENCE = 10.0  # for a webhook


class Mailbox:
    """Webhooks as they came: the body and its signature."""

    def __init__(self) -> None:
        self.got: queue.Queue[tuple[bytes, str]] = queue.Queue()

    def event(self, kind: str, secret: str) -> stripe.Event:
        """The next of that kind, its signature checked by the SDK. Raises queue.Empty."""
        while True:
            body, signature = self.got.get(timeout=PATIENCE)
            event = stripe.Webhook.construct_event(body, signature, secret)
            if event.type == kind:
                return event


@contextmanager
def mailbox() -> Iterator[tuple[str, Mailbox]]:
    """A server for webhooks on a free port, and what it got."""
    box = Mailbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            box.got.put((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", box
    finally:
        server.shutdown()
        server.server_close()


class Side:
    """`v1` is the SDK, `provider` the product's adapter; `box` has the webhooks, signed with `secret`."""

    def __init__(self, url: str, box: Mailbox, secret: str) -> None:
        self.url, self.box, self.secret = url, box, secret
        self.v1 = stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0).v1
        self.provider = StripeProvider.from_key(KEY, url)

    def event(self, kind: str) -> stripe.Event:
        return self.box.event(kind, self.secret)


class Emulated(Side):
    """Somebody else's Stripe."""

    def payment(self, amount: int) -> str:
        """A PaymentIntent that is paid by card."""
        customer = self.v1.customers.create({"email": "ana@example.org"}).id
        asked: Any = {"amount": amount, "currency": "brl", "customer": customer, "payment_method": self._card(customer)}
        return self.v1.payment_intents.create(asked | {"confirm": True}).id

    def _card(self, customer: str) -> str:
        number: Any = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
        card = self.v1.payment_methods.create({"type": "card", "card": number}).id
        self.v1.payment_methods.attach(card, {"customer": customer})
        return card

    def subscription(self, amount: int) -> str:
        """A subscription whose first month is paid; by a plan, as this API had it."""
        customer = self.v1.customers.create({"email": "ana@example.org"}).id
        default: Any = {"invoice_settings": {"default_payment_method": self._card(customer)}}
        self.v1.customers.update(customer, default)
        about: Any = {"amount": amount, "currency": "brl", "interval": "month", "product": {"name": "Starter"}}
        items: Any = [{"plan": self.v1.plans.create(about).id}]
        return self.v1.subscriptions.create({"customer": customer, "items": items}).id

    def pay(self, session: str) -> None:
        httpx.post(f"{self.url}/checkout/{session}/complete", timeout=10, trust_env=False)


class Doubled(Side):
    """Our own."""

    def __init__(self, fake: FakeStripe, url: str, box: Mailbox, secret: str) -> None:
        super().__init__(url, box, secret)
        self.fake = fake
        self.merchant = FakeMerchant(fake, url)

    def payment(self, amount: int) -> str:
        return self.merchant.create_paid_intent(amount=amount)

    def subscription(self, amount: int) -> str:
        return self.merchant.create_subscription(amount)

    def pay(self, session: str) -> None:
        with suppress(StripeApiError):  # what the page says is not for the shop
            self.fake.pay(session)
