"""Payment provider implemented with Stripe's SDK."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from stripe import ListObject, StripeClient, StripeObject

from bots.billing import stripe_objects as read
from bots.billing.port import (
    KINDS,
    Checkout,
    Dispute,
    Invoice,
    News,
    Order,
    Price,
    ProviderRefused,
    Refund,
    Subscribed,
)
from bots.billing.stripe_client import Body, connect, everything, in_our_words, is_live, plain
from bots.billing.stripe_portal import portal_for, portals

if TYPE_CHECKING:
    from stripe.params import RefundCreateParams
    from stripe.params.billing_portal import SessionCreateParams as PortalSessionCreateParams
    from stripe.params.checkout import SessionCreateParams

PAGE = 100  # the most objects in one response
KEYS_AT_ONCE = 10  # the most lookup keys in one request
NOWHERE = "https://t.me"  # where users go after checkout when no return URL is set
PAID = {"paid", "no_payment_required"}
LOCALES = {"pt-BR", "en", "es"}

Found = TypeVar("Found", bound=StripeObject)
Read = TypeVar("Read")


class StripeProvider:
    """`bots.billing.provider.PaymentProvider` with a tenant's own key. Thread-safe."""

    def __init__(self, client: StripeClient, *, livemode: bool) -> None:
        self._stripe = client.v1
        self.livemode = livemode

    @classmethod
    def of(cls, key: str, url: str = "") -> "StripeProvider":
        """Create with a secret or restricted key; `url` replaces the official base URL of the API."""
        return cls(connect(key, url), livemode=is_live(key))

    def prices(self, lookup_keys: Sequence[str]) -> list[Price]:
        found: list[Price] = []
        for start in range(0, len(lookup_keys), KEYS_AT_ONCE):
            keys = list(lookup_keys[start : start + KEYS_AT_ONCE])
            with in_our_words():
                answer = self._stripe.prices.list({"lookup_keys": keys, "active": True, "limit": PAGE})
                found += _all(answer, read.price)
        return found

    def price(self, price: str) -> Price:
        with in_our_words():
            return read.price(plain(self._stripe.prices.retrieve(price)))

    def open_checkout(self, order: Order, *, key: str) -> Checkout:
        with in_our_words():
            made = self._stripe.checkout.sessions.create(_asked(order), {"idempotency_key": key})
            return read.checkout(plain(made))

    def checkout(self, session: str) -> Checkout:
        with in_our_words():
            return read.checkout(plain(self._stripe.checkout.sessions.retrieve(session, {"expand": ["line_items"]})))

    def expire_checkout(self, session: str) -> None:
        """Expire an open session; one that is not open any more stays as it is."""
        try:
            with in_our_words():
                self._stripe.checkout.sessions.expire(session, options={"idempotency_key": f"expire:{session}"})
        except ProviderRefused:
            if self.checkout(session).status == "open":
                raise

    def paid_checkouts(self, since: datetime) -> list[Checkout]:
        with in_our_words():
            answer = self._stripe.checkout.sessions.list(
                {
                    "created": {"gte": _seconds(since)},
                    "status": "complete",
                    "limit": PAGE,
                    "expand": ["data.line_items"],
                }
            )
            return [found for found in _all(answer, read.checkout) if found.payment_status in PAID]

    def refunds_of(self, payment: str) -> list[Refund]:
        with in_our_words():
            return _all(self._stripe.refunds.list({"payment_intent": payment, "limit": PAGE}), read.refund)

    def disputes_of(self, payment: str) -> list[Dispute]:
        with in_our_words():
            return _all(self._stripe.disputes.list({"payment_intent": payment, "limit": PAGE}), read.dispute)

    def payment_of(self, event_object: str) -> str | None:
        kind = event_object.partition("_")[0]
        with in_our_words():
            if kind in {"ch", "py"}:
                found = plain(self._stripe.charges.retrieve(event_object))
            elif kind in {"re", "pyr"}:
                found = plain(self._stripe.refunds.retrieve(event_object))
            elif kind in {"du", "dp"}:
                found = plain(self._stripe.disputes.retrieve(event_object))
            else:
                return event_object if kind == "pi" else None
        return read.identity(found.get("payment_intent"))

    def refund(self, payment: str, amount: int | None, *, key: str) -> Refund:
        with in_our_words():
            asked: RefundCreateParams = {"payment_intent": payment}
            if amount is not None:
                asked["amount"] = amount
            made = self._stripe.refunds.create(asked, {"idempotency_key": key})
            return read.refund(plain(made))

    def invoice(self, invoice: str) -> Invoice:
        with in_our_words():
            return read.invoice(plain(self._stripe.invoices.retrieve(invoice, {"expand": ["payments"]})))

    def invoices_of(self, subscription: str) -> list[Invoice]:
        with in_our_words():
            answer = self._stripe.invoices.list(
                {"subscription": subscription, "limit": PAGE, "expand": ["data.payments"]}
            )
            return _all(answer, read.invoice)

    def subscription(self, subscription: str) -> Subscribed:
        with in_our_words():
            return read.subscription(plain(self._stripe.subscriptions.retrieve(subscription)))

    def add_invoice_item(self, subscription: str, amount: int, description: str, *, key: str) -> str:
        owner = self.subscription(subscription)
        with in_our_words():
            made = self._stripe.invoice_items.create(
                {
                    "customer": owner.customer,
                    "subscription": subscription,
                    "amount": amount,
                    "currency": owner.currency,
                    "description": description,
                },
                {"idempotency_key": key},
            )
            return made.id

    def portal(self, customer: str, return_url: str) -> str:
        with in_our_words():
            asked: PortalSessionCreateParams = {"customer": customer, "return_url": return_url or NOWHERE}
            if configuration := portal_for(self._stripe, customer):
                asked["configuration"] = configuration
            return self._stripe.billing_portal.sessions.create(asked).url

    def portal_currencies(self) -> frozenset[str]:
        with in_our_words():
            return frozenset(portals(self._stripe))

    def customers_by_email(self, email: str) -> list[str]:
        """Search as written and in lower case: Stripe's filter is case-sensitive."""
        found: dict[str, None] = {}
        for spelling in dict.fromkeys((email, email.lower())):
            with in_our_words():
                answer = self._stripe.customers.list({"email": spelling, "limit": PAGE})
                found |= dict.fromkeys(_all(answer, lambda body: str(body["id"])))
        return list(found)

    def subscriptions_of(self, customer: str) -> list[Subscribed]:
        with in_our_words():
            answer = self._stripe.subscriptions.list({"customer": customer, "status": "all", "limit": PAGE})
            return _all(answer, read.subscription)

    def missed_news(self, since: datetime) -> list[News]:
        with in_our_words():
            answer = self._stripe.events.list(
                {
                    "types": list(KINDS),
                    "delivery_success": False,
                    "created": {"gte": _seconds(since)},
                    "limit": PAGE,
                }
            )
            return _all(answer, read.news)[::-1]


def _asked(order: Order) -> "SessionCreateParams":
    """Parameters of a session; equal for equal requests, or Stripe would reject the reused idempotency key."""
    asked: SessionCreateParams = {
        "mode": "subscription" if order.recurring else "payment",
        "line_items": [{"price": order.price, "quantity": 1}],
        "client_reference_id": order.reference,
        "metadata": order.metadata,
        "expires_at": _seconds(order.expires_at),
        "success_url": order.return_url or NOWHERE,
        "allow_promotion_codes": True,
        "locale": order.language if order.language in LOCALES else "auto",
        "expand": ["line_items"],
    }
    if order.recurring:
        asked["subscription_data"] = {"metadata": order.metadata}
    else:
        asked["payment_intent_data"] = {"metadata": order.metadata}
    if order.customer:
        asked["customer"] = order.customer
    return asked


def _all(answer: "ListObject[Found]", reads: Callable[[Body], Read]) -> list[Read]:
    """Parse all objects of a list, with pagination."""
    return [reads(found) for found in everything(answer)]


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
