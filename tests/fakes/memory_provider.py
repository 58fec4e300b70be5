"""Payment provider in memory: the calls of its protocol, and actions of customers and banks. Thread-safe."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from fakes.clock import SettableClock

from bots.billing.provider import (
    CheckoutRequest,
    CheckoutSession,
    CustomerMissing,
    ProviderDispute,
    ProviderInvoice,
    ProviderPrice,
    ProviderRefund,
    ProviderRejected,
    ProviderSubscription,
    ProviderUnavailable,
    WebhookEvent,
)
from models.billing.catalogue import Catalogue
from models.billing.item_names import build_lookup_key, parse_lookup_key


@dataclass
class MemoryProvider:
    """`bots.billing.provider.PaymentProvider`. `is_away` makes every call fail; with `loses_answers` calls are
    executed, but their responses are lost; `calls` counts calls by name.

    Everything that happens is recorded in `events`, oldest first; none is delivered to a webhook.
    """

    catalogue: Catalogue
    clock: SettableClock
    livemode: bool = False
    is_away: bool = False
    loses_answers: bool = False
    calls: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, CheckoutSession] = field(default_factory=dict)
    requests: dict[str, CheckoutRequest] = field(default_factory=dict)
    refunds: dict[str, ProviderRefund] = field(default_factory=dict)
    disputes: dict[str, ProviderDispute] = field(default_factory=dict)
    subscriptions: dict[str, ProviderSubscription] = field(default_factory=dict)
    invoices: dict[str, ProviderInvoice] = field(default_factory=dict)
    events: list[WebhookEvent] = field(default_factory=list)
    emails: dict[str, list[str]] = field(default_factory=dict)
    invoice_items: dict[str, tuple[str, int, str]] = field(default_factory=dict)  # on the next invoice, by key
    rejects_items: bool = False
    missing_customers: set[str] = field(default_factory=set)
    _by_key: dict[str, str] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # the protocol

    def list_prices(self, lookup_keys: Sequence[str]) -> list[ProviderPrice]:
        self._count_call("prices")
        return [self._build_price(key) for key in lookup_keys]

    def retrieve_price(self, price: str) -> ProviderPrice:
        self._count_call("price")
        return self._build_price(price.removeprefix("price_"))

    def create_checkout_session(self, request: CheckoutRequest, *, key: str) -> CheckoutSession:
        self._count_call("open_checkout")
        self._check_customer(request.customer)
        with self._lock:
            name = self._by_key.setdefault(key, f"cs_{len(self._by_key) + 1}")
            if self.requests.setdefault(name, request) != request:
                raise ProviderRejected("the same key for another order", "idempotency_error")
            session = self.sessions.setdefault(name, self._create_session(name, request))
        if self.loses_answers:
            raise ProviderUnavailable("the answer is lost")
        return session

    def retrieve_checkout_session(self, session: str) -> CheckoutSession:
        self._count_call("checkout")
        return self._find(self.sessions, session)

    def list_paid_checkout_sessions(self, since: datetime) -> list[CheckoutSession]:
        self._count_call("paid_checkouts")
        return [
            session
            for session in self.sessions.values()
            if session.payment_status == "paid" and session.created_at >= since
        ]

    def list_refunds(self, payment: str) -> list[ProviderRefund]:
        self._count_call("refunds_of")
        return [one for one in self.refunds.values() if one.payment == payment]

    def list_disputes(self, payment: str) -> list[ProviderDispute]:
        self._count_call("disputes_of")
        return [one for one in self.disputes.values() if one.payment == payment]

    def find_payment_intent(self, event_object: str) -> str | None:
        self._count_call("payment_of")
        found = self.refunds.get(event_object) or self.disputes.get(event_object)
        return found.payment if found else event_object.replace("ch_", "pi_")

    def create_refund(self, payment: str, amount: int | None, *, key: str) -> ProviderRefund:
        """Refund a payment, at most its unrefunded amount."""
        self._count_call("refund")
        with self._lock:
            if key not in self._by_key:
                paid = next(one.amount for one in self.sessions.values() if one.payment == payment)
                gone = sum(one.amount for one in self.list_refunds(payment) if one.status != "failed")
                if (amount or paid) > paid - gone:
                    raise ProviderRejected("the charge has been refunded already", "charge_already_refunded")
                self._by_key[key] = self.refund_payment(payment, amount or paid)
        if self.loses_answers:
            raise ProviderUnavailable("the answer is lost")
        return self.refunds[self._by_key[key]]

    def retrieve_invoice(self, invoice: str) -> ProviderInvoice:
        self._count_call("invoice")
        return self._find(self.invoices, invoice)

    def list_invoices(self, subscription: str) -> list[ProviderInvoice]:
        self._count_call("invoices_of")
        return [one for one in self.invoices.values() if one.subscription == subscription]

    def retrieve_subscription(self, subscription: str) -> ProviderSubscription:
        self._count_call("subscription")
        return self._find(self.subscriptions, subscription)

    def add_invoice_item(self, subscription: str, amount: int, description: str, *, key: str) -> str:
        self._count_call("add_invoice_item")
        with self._lock:
            if self.rejects_items:
                raise ProviderRejected("the subscription is over", "resource_missing")
            item = (subscription, amount, description)
            if self.invoice_items.setdefault(key, item) != item:
                raise ProviderRejected("the same key for another item", "idempotency_error")
        if self.loses_answers:
            raise ProviderUnavailable("the answer is lost")
        return f"ii_{key}"

    def create_portal_url(self, customer: str, return_url: str) -> str:
        self._count_call("portal")
        self._check_customer(customer)
        return f"https://portal.test/{customer}"

    def _check_customer(self, customer: str | None) -> None:
        if customer in self.missing_customers:
            raise CustomerMissing(f"No such customer: '{customer}'", "resource_missing")

    def list_portal_currencies(self) -> frozenset[str]:
        return frozenset(currency for item in self.catalogue.list_items() for currency in item.prices)

    def list_customers_by_email(self, email: str) -> list[str]:
        self._count_call("customers_by_email")
        return list(self.emails.get(email, []))

    def list_subscriptions(self, customer: str) -> list[ProviderSubscription]:
        return [one for one in self.subscriptions.values() if one.customer == customer]

    def list_undelivered_events(self, since: datetime) -> list[WebhookEvent]:
        self._count_call("missed_news")
        return [one for one in self.events if one.created_at >= since]

    # actions of customers and banks, and the passing of time

    def pay_session(self, session: str, *, amount: int | None = None) -> CheckoutSession:
        """Pay by card, at once. A plan starts with its first invoice."""
        request = self.requests[session]
        paid = {"status": "complete", "payment_status": "paid", "customer": f"cus_{request.reference[:8]}"}
        if amount is not None:
            paid["amount"] = amount  # type: ignore[assignment]
        self._update_session(session, **paid)
        self._emit_event("checkout.session.completed", session)
        if request.is_recurring:
            self._update_session(session, subscription=self._create_subscription(session, request))
        else:
            self._update_session(session, payment=payment_of(session))
        return self.sessions[session]

    def complete_unpaid(self, session: str) -> None:
        """Complete a session by Pix: unpaid until `settle_session`."""
        self._update_session(session, status="complete", payment=payment_of(session))
        self._emit_event("checkout.session.completed", session)

    def settle_session(self, session: str) -> None:
        self._update_session(session, payment_status="paid")
        self._emit_event("checkout.session.async_payment_succeeded", session)

    def fail_session(self, session: str) -> None:
        self._emit_event("checkout.session.async_payment_failed", session)

    def expire_session(self, session: str) -> None:
        self._update_session(session, status="expired", url=None)
        self._emit_event("checkout.session.expired", session)

    def refund_session(self, session: str, amount: int | None = None, status: str = "succeeded") -> str:
        paid = self.sessions[session]
        return self.refund_payment(str(paid.payment), paid.amount if amount is None else amount, status)

    def refund_payment(self, payment: str, amount: int, status: str = "succeeded") -> str:
        name = f"re_{len(self.refunds) + 1}"
        self.refunds[name] = ProviderRefund(name, status, amount, payment)
        self._emit_event("charge.refunded", payment.replace("pi_", "ch_"))
        return name

    def fail_refund(self, refund: str) -> None:
        self.refunds[refund] = replace(self.refunds[refund], status="failed")
        self._emit_event("refund.failed", refund)

    def open_dispute(self, session: str, status: str = "needs_response") -> str:
        name, paid = f"dp_{len(self.disputes) + 1}", self.sessions[session]
        self.disputes[name] = ProviderDispute(name, status, paid.amount, paid.payment)
        self._emit_event("charge.dispute.created", name)
        return name

    def close_dispute(self, dispute: str, status: str) -> None:
        self.disputes[dispute] = replace(self.disputes[dispute], status=status)
        self._emit_event("charge.dispute.closed", dispute)

    def renew_subscription(self, subscription: str, *, paid: bool = True) -> str:
        """Start the next month, with an invoice that is paid or not."""
        row = self.subscriptions[subscription]
        ends = row.period_end + timedelta(days=30)
        status = "active" if paid else "past_due"
        self.subscriptions[subscription] = replace(row, period_start=row.period_end, period_end=ends, status=status)
        self._emit_event("customer.subscription.updated", subscription)
        return self._create_invoice(subscription, "subscription_cycle", paid=paid)

    def pay_invoice(self, invoice: str) -> None:
        found = self.invoices[invoice]
        self.invoices[invoice] = replace(found, status="paid", payments=(f"pi_{invoice}",), amount_paid=100)
        subscription = str(found.subscription)
        self.subscriptions[subscription] = replace(self.subscriptions[subscription], status="active")
        self._emit_event("invoice.paid", invoice)

    def create_external_subscription(self, email: str, item: str = "plan:pro", currency: str = "usd") -> str:
        """A plan bought outside the app, by a customer with that email; returns the subscription."""
        customer, name = f"cus_far{len(self.subscriptions)}", f"sub_far{len(self.subscriptions)}"
        self.emails.setdefault(email, []).append(customer)
        now = self.clock()
        self.subscriptions[name] = ProviderSubscription(
            id=name,
            status="active",
            customer=customer,
            price=f"price_{build_lookup_key(item, currency)}",
            currency=currency,
            metadata={},
            period_start=now,
            period_end=now + timedelta(days=30),
            cancels_at_period_end=False,
        )
        self._create_invoice(name, "subscription_create", paid=True)
        return name

    def change_subscription(self, subscription: str, **values: object) -> None:
        self.subscriptions[subscription] = replace(self.subscriptions[subscription], **values)  # type: ignore[arg-type]
        self._emit_event("customer.subscription.updated", subscription)

    def change_invoice(self, invoice: str, **values: object) -> None:
        self.invoices[invoice] = replace(self.invoices[invoice], **values)  # type: ignore[arg-type]

    def create_invoice(self, subscription: str, reason: str = "subscription_update") -> str:
        return self._create_invoice(subscription, reason, paid=True)

    def _create_subscription(self, session: str, request: CheckoutRequest) -> str:
        name, now = session.replace("cs_", "sub_"), self.clock()
        self.subscriptions[name] = ProviderSubscription(
            id=name,
            status="active",
            customer=str(self.sessions[session].customer),
            price=request.price,
            currency=self.sessions[session].currency,
            metadata=request.metadata,
            period_start=now,
            period_end=now + timedelta(days=30),
            cancels_at_period_end=False,
        )
        self._emit_event("customer.subscription.created", name)
        self._create_invoice(name, "subscription_create", paid=True)
        return name

    def _create_invoice(self, subscription: str, reason: str, *, paid: bool) -> str:
        name, row = f"in_{len(self.invoices) + 1}", self.subscriptions[subscription]
        self.invoices[name] = ProviderInvoice(
            id=name,
            status="paid" if paid else "open",
            subscription=subscription,
            customer=row.customer,
            reason=reason,
            amount_paid=100 if paid else 0,
            payments=(f"pi_{name}",) if paid else (),
            prices=(row.price,),
            period_start=row.period_start,
            period_end=row.period_end,
        )
        self._emit_event("invoice.paid" if paid else "invoice.payment_failed", name)
        return name

    def _create_session(self, name: str, request: CheckoutRequest) -> CheckoutSession:
        price = self._build_price(request.price.removeprefix("price_"))
        return CheckoutSession(
            id=name,
            status="open",
            payment_status="unpaid",
            url=f"https://pay.test/{name}",
            reference=request.reference,
            metadata=request.metadata,
            currency=price.currency,
            amount=price.amount,
            items=((request.price, 1),),
            customer=request.customer,
            payment=None,
            subscription=None,
            created_at=self.clock(),
            expires_at=request.expires_at,
        )

    def _build_price(self, key: str) -> ProviderPrice:
        currency = key.rpartition("_")[2]
        item = self.catalogue.find_item(parse_lookup_key(key) or "")
        assert item is not None, key
        assert build_lookup_key(item.name, currency) == key
        return ProviderPrice(f"price_{key}", key, currency, item.prices[currency])

    def _update_session(self, session: str, **values: object) -> None:
        with self._lock:
            self.sessions[session] = replace(self.sessions[session], **values)  # type: ignore[arg-type]

    def _emit_event(self, kind: str, name: str) -> None:
        with self._lock:
            self.events.append(WebhookEvent(f"evt_{len(self.events) + 1}", kind, name, self.livemode, self.clock()))

    def _count_call(self, name: str) -> None:
        with self._lock:
            self.calls[name] = self.calls.get(name, 0) + 1
            if self.is_away:
                raise ProviderUnavailable("nobody answers")

    def _find(self, rows: dict, name: str):  # type: ignore[type-arg, no-untyped-def]
        try:
            return rows[name]
        except KeyError:
            raise ProviderRejected(f"no such {name}", "resource_missing") from None


def payment_of(session: str) -> str:
    return session.replace("cs_", "pi_")
