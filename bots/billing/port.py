"""What the shop needs of a payment provider, in our own words. `bots.billing.stripe` speaks them to Stripe.

Every method may raise `ProviderAway` (try again later) and `ProviderRefused` (it will not work as asked). Writes take
an idempotency key made from ids of our database, so that a repeat after a crash does nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.errors import Explained

KINDS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "invoice.paid",
    "invoice.payment_failed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
)
"""The news that are acted upon. A provider is asked for these alone; twenty is the most Stripe lists at once."""


class ProviderAway(Explained):
    """The provider does not answer, or asks for patience."""


class ProviderRefused(Explained):
    """The provider will not do it; the message names the reason, without any secret. `code` is the provider's word for
    it, such as "resource_missing".
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Order:
    """A Checkout Session to be made. `price` is the provider's id of a price; `metadata` holds ids of ours."""

    price: str
    recurring: bool
    reference: str
    metadata: dict[str, str]
    expires_at: datetime
    customer: str | None = None
    return_url: str = ""
    language: str = "auto"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A Checkout Session as the provider tells it now. `items` are the price ids of its lines with their quantities."""

    id: str
    status: str  # open, complete, expired
    payment_status: str  # unpaid, paid, no_payment_required
    url: str | None
    reference: str | None
    metadata: dict[str, str]
    currency: str
    amount: int
    items: tuple[tuple[str, int], ...]
    customer: str | None
    payment: str | None  # the PaymentIntent
    subscription: str | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    status: str  # pending, succeeded, failed, canceled
    amount: int
    payment: str | None


@dataclass(frozen=True, slots=True)
class Dispute:
    id: str
    status: str  # warning_needs_response, needs_response, under_review, won, lost, ...
    amount: int
    payment: str | None


@dataclass(frozen=True, slots=True)
class Invoice:
    id: str
    status: str  # draft, open, paid, void, uncollectible
    subscription: str | None
    customer: str | None
    reason: str  # subscription_create, subscription_cycle, ...
    amount_paid: int
    payments: tuple[str, ...]  # PaymentIntents that paid it
    prices: tuple[str, ...]  # of its lines for whole periods: neither prorations nor amounts given back
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription; the period is that of its item."""

    id: str
    status: str
    customer: str
    price: str
    currency: str
    metadata: dict[str, str]
    period_start: datetime
    period_end: datetime
    cancels: bool  # it ends with the period, or at a date that is set


@dataclass(frozen=True, slots=True)
class News:
    """An event, reduced to what it is about."""

    id: str
    kind: str
    object_id: str
    livemode: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Price:
    """A price at the provider. `lookup_key` is what the catalogue calls it (`models.catalogue.lookup_key`), also for a
    price that has been replaced since; empty for one that is not ours.
    """

    id: str
    lookup_key: str
    currency: str
    amount: int


class PaymentProvider(Protocol):
    """Blocking calls, each with a time limit of its own."""

    livemode: bool  # whether it moves real money; news of the other kind are not ours

    def prices(self, lookup_keys: Sequence[str]) -> list[Price]:
        """The prices that are current."""
        ...

    def price(self, price: str) -> Price:
        """Any price by its id: links and subscriptions keep the one they began with."""
        ...

    def open_checkout(self, order: Order, *, key: str) -> Checkout: ...

    def checkout(self, session: str) -> Checkout: ...

    def expire_checkout(self, session: str) -> None: ...

    def paid_checkouts(self, since: datetime) -> list[Checkout]:
        """Sessions that are complete and paid, made since then."""
        ...

    def refunds_of(self, payment: str) -> list[Refund]: ...

    def disputes_of(self, payment: str) -> list[Dispute]: ...

    def payment_of(self, event_object: str) -> str | None:
        """The PaymentIntent behind a charge (`ch_`), refund (`re_`) or dispute (`du_`, `dp_`)."""
        ...

    def refund(self, payment: str, amount: int | None, *, key: str) -> Refund: ...

    def invoice(self, invoice: str) -> Invoice: ...

    def invoices_of(self, subscription: str) -> list[Invoice]: ...

    def subscription(self, subscription: str) -> Subscribed: ...

    def add_invoice_item(self, subscription: str, amount: int, description: str, *, key: str) -> str: ...

    def portal(self, customer: str, return_url: str) -> str:
        """A link to the customer portal, good for minutes."""
        ...

    def portal_currencies(self) -> frozenset[str]:
        """The currencies in which plans can be changed in the customer portal."""
        ...

    def customers_by_email(self, email: str) -> list[str]: ...

    def subscriptions_of(self, customer: str) -> list[Subscribed]: ...

    def missed_news(self, since: datetime) -> list[News]:
        """Events that could not be delivered to a webhook since then, oldest first; 30 days at most are kept."""
        ...
