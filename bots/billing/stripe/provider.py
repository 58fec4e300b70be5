"""Payment provider implemented with Stripe's SDK."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from stripe import ListObject, StripeClient, StripeObject

from bots.billing.provider import (
    EVENT_TYPES,
    CheckoutRequest,
    CheckoutSession,
    ProviderDispute,
    ProviderInvoice,
    ProviderPrice,
    ProviderRefund,
    ProviderSubscription,
    WebhookEvent,
)
from bots.billing.stripe import objects as read
from bots.billing.stripe.client import JsonObject, connect, is_live, iterate_all, to_json_object, translate_errors
from bots.billing.stripe.portal import find_portal_for, list_portals

if TYPE_CHECKING:
    from stripe.params import RefundCreateParams
    from stripe.params.billing_portal import SessionCreateParams as PortalSessionCreateParams
    from stripe.params.checkout import SessionCreateParams

PAGE_SIZE = 100  # the most objects in one response
MAX_LOOKUP_KEYS = 10  # the most lookup keys in one request
DEFAULT_RETURN_URL = "https://t.me"  # where users go after checkout when no return URL is set
PAID_STATUSES = {"paid", "no_payment_required"}
LOCALES = {"pt-BR", "en", "es"}

Found = TypeVar("Found", bound=StripeObject)
Read = TypeVar("Read")


class StripeProvider:
    """`bots.billing.provider.PaymentProvider` with a tenant's own key. Thread-safe."""

    def __init__(self, client: StripeClient, *, livemode: bool) -> None:
        self._stripe = client.v1
        self.livemode = livemode

    @classmethod
    def from_key(cls, key: str, url: str = "") -> "StripeProvider":
        """Create with a secret or restricted key; `url` replaces the official base URL of the API."""
        return cls(connect(key, url), livemode=is_live(key))

    def list_prices(self, lookup_keys: Sequence[str]) -> list[ProviderPrice]:
        found: list[ProviderPrice] = []
        for start in range(0, len(lookup_keys), MAX_LOOKUP_KEYS):
            keys = list(lookup_keys[start : start + MAX_LOOKUP_KEYS])
            with translate_errors():
                answer = self._stripe.prices.list({"lookup_keys": keys, "active": True, "limit": PAGE_SIZE})
                found += _parse_all(answer, read.parse_price)
        return found

    def retrieve_price(self, price: str) -> ProviderPrice:
        with translate_errors():
            return read.parse_price(to_json_object(self._stripe.prices.retrieve(price)))

    def create_checkout_session(self, request: CheckoutRequest, *, key: str) -> CheckoutSession:
        with translate_errors():
            made = self._stripe.checkout.sessions.create(_build_session_params(request), {"idempotency_key": key})
            return read.parse_checkout_session(to_json_object(made))

    def retrieve_checkout_session(self, session: str) -> CheckoutSession:
        with translate_errors():
            return read.parse_checkout_session(
                to_json_object(self._stripe.checkout.sessions.retrieve(session, {"expand": ["line_items"]}))
            )

    def list_paid_checkout_sessions(self, since: datetime) -> list[CheckoutSession]:
        with translate_errors():
            answer = self._stripe.checkout.sessions.list(
                {
                    "created": {"gte": _to_timestamp(since)},
                    "status": "complete",
                    "limit": PAGE_SIZE,
                    "expand": ["data.line_items"],
                }
            )
            return [
                found
                for found in _parse_all(answer, read.parse_checkout_session)
                if found.payment_status in PAID_STATUSES
            ]

    def list_refunds(self, payment: str) -> list[ProviderRefund]:
        with translate_errors():
            return _parse_all(
                self._stripe.refunds.list({"payment_intent": payment, "limit": PAGE_SIZE}), read.parse_refund
            )

    def list_disputes(self, payment: str) -> list[ProviderDispute]:
        with translate_errors():
            return _parse_all(
                self._stripe.disputes.list({"payment_intent": payment, "limit": PAGE_SIZE}), read.parse_dispute
            )

    def find_payment_intent(self, event_object: str) -> str | None:
        kind = event_object.partition("_")[0]
        with translate_errors():
            if kind in {"ch", "py"}:
                found = to_json_object(self._stripe.charges.retrieve(event_object))
            elif kind in {"re", "pyr"}:
                found = to_json_object(self._stripe.refunds.retrieve(event_object))
            elif kind in {"du", "dp"}:
                found = to_json_object(self._stripe.disputes.retrieve(event_object))
            else:
                return event_object if kind == "pi" else None
        return read.id_of(found.get("payment_intent"))

    def create_refund(self, payment: str, amount: int | None, *, key: str) -> ProviderRefund:
        with translate_errors():
            params: RefundCreateParams = {"payment_intent": payment}
            if amount is not None:
                params["amount"] = amount
            made = self._stripe.refunds.create(params, {"idempotency_key": key})
            return read.parse_refund(to_json_object(made))

    def retrieve_invoice(self, invoice: str) -> ProviderInvoice:
        with translate_errors():
            return read.parse_invoice(to_json_object(self._stripe.invoices.retrieve(invoice, {"expand": ["payments"]})))

    def list_invoices(self, subscription: str) -> list[ProviderInvoice]:
        with translate_errors():
            answer = self._stripe.invoices.list(
                {"subscription": subscription, "limit": PAGE_SIZE, "expand": ["data.payments"]}
            )
            return _parse_all(answer, read.parse_invoice)

    def retrieve_subscription(self, subscription: str) -> ProviderSubscription:
        with translate_errors():
            return read.parse_subscription(to_json_object(self._stripe.subscriptions.retrieve(subscription)))

    def add_invoice_item(self, subscription: str, amount: int, description: str, *, key: str) -> str:
        owner = self.retrieve_subscription(subscription)
        with translate_errors():
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

    def create_portal_url(self, customer: str, return_url: str) -> str:
        with translate_errors():
            params: PortalSessionCreateParams = {"customer": customer, "return_url": return_url or DEFAULT_RETURN_URL}
            if configuration := find_portal_for(self._stripe, customer):
                params["configuration"] = configuration
            return self._stripe.billing_portal.sessions.create(params).url

    def list_portal_currencies(self) -> frozenset[str]:
        with translate_errors():
            return frozenset(list_portals(self._stripe))

    def list_customers_by_email(self, email: str) -> list[str]:
        """Search as written and in lower case: Stripe's filter is case-sensitive."""
        found: dict[str, None] = {}
        for spelling in dict.fromkeys((email, email.lower())):
            with translate_errors():
                answer = self._stripe.customers.list({"email": spelling, "limit": PAGE_SIZE})
                found |= dict.fromkeys(_parse_all(answer, lambda body: str(body["id"])))
        return list(found)

    def list_subscriptions(self, customer: str) -> list[ProviderSubscription]:
        with translate_errors():
            answer = self._stripe.subscriptions.list({"customer": customer, "status": "all", "limit": PAGE_SIZE})
            return _parse_all(answer, read.parse_subscription)

    def list_undelivered_events(self, since: datetime) -> list[WebhookEvent]:
        with translate_errors():
            answer = self._stripe.events.list(
                {
                    "types": list(EVENT_TYPES),
                    "delivery_success": False,
                    "created": {"gte": _to_timestamp(since)},
                    "limit": PAGE_SIZE,
                }
            )
            return _parse_all(answer, read.parse_event)[::-1]


def _build_session_params(request: CheckoutRequest) -> "SessionCreateParams":
    """Parameters of a session; equal for equal requests, or Stripe would reject the reused idempotency key."""
    params: SessionCreateParams = {
        "mode": "subscription" if request.is_recurring else "payment",
        "line_items": [{"price": request.price, "quantity": 1}],
        "client_reference_id": request.reference,
        "metadata": request.metadata,
        "expires_at": _to_timestamp(request.expires_at),
        "success_url": request.return_url or DEFAULT_RETURN_URL,
        "allow_promotion_codes": True,
        "locale": request.language if request.language in LOCALES else "auto",
        "expand": ["line_items"],
    }
    if request.is_recurring:
        params["subscription_data"] = {"metadata": request.metadata}
    else:
        params["payment_intent_data"] = {"metadata": request.metadata}
    if request.customer:
        params["customer"] = request.customer
    return params


def _parse_all(answer: "ListObject[Found]", parse: Callable[[JsonObject], Read]) -> list[Read]:
    """Parse all objects of a list, with pagination."""
    return [parse(found) for found in iterate_all(answer)]


def _to_timestamp(time: datetime) -> int:
    return int(time.timestamp())
