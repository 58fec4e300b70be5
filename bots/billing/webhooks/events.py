"""Processing of the provider's webhook events: saved first, then handled with retries.

An event only names an object: its state is always fetched from the provider, never taken from the event.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.billing.context import PurchaseNotFound, UnrelatedObject
from bots.billing.provider import ProviderRejected, ProviderUnavailable, WebhookEvent
from bots.billing.service import BillingService
from models.billing.payments import ProviderEvent
from models.retries import EVENT_RETRIES
from pipeline import bind_new_request
from storage.billing import provider_events

log = structlog.get_logger(__name__)

BATCH_SIZE = 20
LEASE = timedelta(minutes=2)  # of an event that is being handled
DRIFT_EVENT = "rabisco.drift"  # an event of our own: a paid session that is not in the ledger

EventHandler = Callable[[BillingService, str], None]


def _settle_checkout(billing: BillingService, session: str) -> None:
    billing.settle_checkout(session)


def _fail_checkout(billing: BillingService, session: str) -> None:
    billing.settle_checkout(session, has_failed=True)


def _sync_claims(billing: BillingService, object_id: str) -> None:
    payment = billing.context.provider.find_payment_intent(object_id)
    if payment is not None:
        billing.payment_sync.sync_claims(payment)


def _sync_subscription(billing: BillingService, subscription_id: str) -> None:
    billing.subscription_sync.sync(subscription_id)


def _sync_invoice(billing: BillingService, invoice_id: str) -> None:
    billing.subscription_sync.sync_invoice(invoice_id)


EVENT_HANDLERS: dict[str, EventHandler] = {
    "checkout.session.completed": _settle_checkout,
    "checkout.session.expired": _settle_checkout,
    "checkout.session.async_payment_succeeded": _settle_checkout,
    "checkout.session.async_payment_failed": _fail_checkout,
    DRIFT_EVENT: _settle_checkout,
    "charge.refunded": _sync_claims,
    "charge.refund.updated": _sync_claims,
    "refund.created": _sync_claims,
    "refund.updated": _sync_claims,
    "refund.failed": _sync_claims,
    "charge.dispute.created": _sync_claims,
    "charge.dispute.updated": _sync_claims,
    "charge.dispute.closed": _sync_claims,
    "charge.dispute.funds_withdrawn": _sync_claims,
    "charge.dispute.funds_reinstated": _sync_claims,
    "customer.subscription.created": _sync_subscription,
    "customer.subscription.updated": _sync_subscription,
    "customer.subscription.deleted": _sync_subscription,
    "customer.subscription.paused": _sync_subscription,
    "customer.subscription.resumed": _sync_subscription,
    "invoice.paid": _sync_invoice,
    "invoice.payment_succeeded": _sync_invoice,
    "invoice.payment_failed": _sync_invoice,
}
"""What to sync on each event type."""


@dataclass(frozen=True, slots=True)
class EventProcessor:
    """Processor of one tenant's events. Several processes may run it: each claims events no other has claimed."""

    billing: BillingService

    def save(self, event: WebhookEvent) -> bool:
        """Save an event before it is acknowledged to the provider; False when it is known already or has no handler."""
        if event.kind not in EVENT_HANDLERS:
            return False
        context = self.billing.context
        with context.db.transaction() as session:
            return provider_events.save(session, self._build_row(event))

    def process_due(self) -> int:
        """Process the events that are due and return their number."""
        context = self.billing.context
        with context.db.transaction() as session:
            due = provider_events.claim_due(session, context.tenant_id, context.db.clock(), LEASE, BATCH_SIZE)
        for event in due:
            with bind_new_request(event.external_id):
                self._process(event)
        return len(due)

    def _build_row(self, event: WebhookEvent) -> ProviderEvent:
        now = self.billing.context.db.clock()
        return ProviderEvent(
            tenant_id=self.billing.context.tenant_id,
            external_id=event.id,
            kind=event.kind,
            object_id=event.object_id,
            run_after=now,
            received_at=now,
        )

    def _process(self, event: ProviderEvent) -> None:
        handle = EVENT_HANDLERS.get(event.kind)
        try:
            if handle is not None:
                handle(self.billing, event.object_id)
        except UnrelatedObject:
            self._record(
                partial(provider_events.mark_handled, event=event, now=self.billing.context.db.clock(), error="foreign")
            )
        except (PurchaseNotFound, ProviderUnavailable, ProviderRejected, SQLAlchemyError) as error:
            log.info(
                "provider-event-postponed",
                provider_event=event.external_id,
                kind=event.kind,
                error=type(error).__name__,
            )
            self._retry_later(
                event, f"{type(error).__name__}: {error}" if not isinstance(error, SQLAlchemyError) else "db"
            )
        except Exception as error:  # one event must not block the others
            log.exception("provider-event-failed", provider_event=event.external_id, kind=event.kind)
            self._retry_later(event, type(error).__name__)
        else:
            self._record(partial(provider_events.mark_handled, event=event, now=self.billing.context.db.clock()))

    def _retry_later(self, event: ProviderEvent, error: str) -> None:
        now = self.billing.context.db.clock()
        if event.received_at < now - EVENT_RETRIES.max_age:
            log.warning("provider-event-abandoned", provider_event=event.external_id, kind=event.kind)
            self._record(partial(provider_events.mark_handled, event=event, now=now, error=error[:500]))
            return
        run_after = now + EVENT_RETRIES.delay_for(event.attempts)
        self._record(partial(provider_events.postpone, event=event, run_after=run_after, error=error))

    def _record(self, write: Callable[..., None]) -> None:
        """While the database is unavailable the event stays leased, and is tried again when the lease expires."""
        try:
            with self.billing.context.db.transaction() as session:
                write(session)
        except SQLAlchemyError as error:
            log.warning("provider-event-not-recorded", error=type(error).__name__)
