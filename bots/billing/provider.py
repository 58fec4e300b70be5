"""Interface of a payment provider and its value types. `bots.billing.stripe` implements it with Stripe.

Every method may raise `ProviderUnavailable` (try again later) and `ProviderRejected` (the request cannot succeed).
Writes take an idempotency key made from ids of our database, so that a repeat after a crash does nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.errors import ConfigError

EVENT_TYPES = (
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
"""Event types the webhook endpoint subscribes to and `list_undelivered_events` asks for; Stripe takes twenty at most in
a list. `EVENT_HANDLERS` also accepts a few more."""


class ProviderUnavailable(ConfigError):
    """The provider does not answer, limits our rate, or does not accept the key: retry later."""


class ProviderRejected(ConfigError):
    """The provider rejects the request; the message gives the reason, without any secret. `code` is the provider's
    error code, such as "resource_missing".
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


class CustomerMissing(ProviderRejected):
    """The provider has no such customer: it was deleted there, or belongs to another key or mode."""


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """Parameters of a Checkout Session. `price` is the provider's id of a price; `metadata` holds our ids."""

    price: str
    is_recurring: bool
    reference: str
    metadata: dict[str, str]
    expires_at: datetime
    customer: str | None = None
    return_url: str = ""
    language: str = "auto"


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """A Checkout Session in its current state. `items` are the price ids of its lines with their quantities."""

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
class ProviderRefund:
    id: str
    status: str  # pending, succeeded, failed, canceled
    amount: int
    payment: str | None


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    id: str
    status: str  # warning_needs_response, needs_response, under_review, won, lost, ...
    amount: int
    payment: str | None


@dataclass(frozen=True, slots=True)
class ProviderInvoice:
    id: str
    status: str  # draft, open, paid, void, uncollectible
    subscription: str | None
    customer: str | None
    reason: str  # subscription_create, subscription_cycle, ...
    amount_paid: int
    payments: tuple[str, ...]  # PaymentIntents that paid it
    prices: tuple[str, ...]  # of its lines for whole periods: neither prorations nor credits
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True)
class ProviderSubscription:
    """A subscription at the provider; the period is that of its item."""

    id: str
    status: str
    customer: str
    price: str
    currency: str
    metadata: dict[str, str]
    period_start: datetime
    period_end: datetime
    cancels_at_period_end: bool  # it ends with the period, or at a set date


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A provider's event, reduced to its type and the id of the object it is about."""

    id: str
    kind: str
    object_id: str
    livemode: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderPrice:
    """A price at the provider. `lookup_key` is its key in the catalogue (`models.catalogue.lookup_key`), also for a
    price that has been replaced since; empty for one that is not ours.
    """

    id: str
    lookup_key: str
    currency: str
    amount: int


class PaymentProvider(Protocol):
    """Blocking calls, each with its own timeout."""

    livemode: bool  # whether it moves real money; events of the other mode are rejected

    def list_prices(self, lookup_keys: Sequence[str]) -> list[ProviderPrice]:
        """Active prices with these lookup keys."""
        ...

    def retrieve_price(self, price: str) -> ProviderPrice:
        """Any price by its id, active or not: links and subscriptions keep the one they were created with."""
        ...

    def create_checkout_session(self, request: CheckoutRequest, *, key: str) -> CheckoutSession: ...

    def retrieve_checkout_session(self, session: str) -> CheckoutSession: ...

    def list_paid_checkout_sessions(self, since: datetime) -> list[CheckoutSession]:
        """Complete and paid sessions created since then."""
        ...

    def list_refunds(self, payment: str) -> list[ProviderRefund]: ...

    def list_disputes(self, payment: str) -> list[ProviderDispute]: ...

    def find_payment_intent(self, event_object: str) -> str | None:
        """The PaymentIntent behind a charge (`ch_`), refund (`re_`) or dispute (`du_`, `dp_`)."""
        ...

    def create_refund(self, payment: str, amount: int | None, *, key: str) -> ProviderRefund: ...

    def retrieve_invoice(self, invoice: str) -> ProviderInvoice: ...

    def list_invoices(self, subscription: str) -> list[ProviderInvoice]: ...

    def retrieve_subscription(self, subscription: str) -> ProviderSubscription: ...

    def add_invoice_item(self, subscription: str, amount: int, description: str, *, key: str) -> str: ...

    def create_portal_url(self, customer: str, return_url: str) -> str:
        """URL of a customer portal session, valid for minutes."""
        ...

    def list_portal_currencies(self) -> frozenset[str]:
        """Currencies that have a configuration of the customer portal."""
        ...

    def list_customers_by_email(self, email: str) -> list[str]: ...

    def list_subscriptions(self, customer: str) -> list[ProviderSubscription]: ...

    def list_undelivered_events(self, since: datetime) -> list[WebhookEvent]:
        """Events that could not be delivered to a webhook since then, oldest first; 30 days at most are kept."""
        ...
