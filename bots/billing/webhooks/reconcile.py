"""Reconciliation with the provider: catches up on missed events, and alerts when payments and the ledger disagree."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bots.billing import notices
from bots.billing.context import PurchaseNotFound, UnrelatedObject
from bots.billing.provider import CheckoutSession, ProviderRejected, WebhookEvent
from bots.billing.service import BillingService
from bots.billing.webhooks.events import DRIFT_EVENT, EventProcessor
from storage.billing import ledger, purchases, subscriptions
from storage.operations import alerts

log = structlog.get_logger(__name__)

CATCH_UP_INTERVAL = timedelta(minutes=10)
MISSED_EVENTS_WINDOW = timedelta(days=3)
COMPARE_INTERVAL = timedelta(days=1)
COMPARE_WINDOW = timedelta(hours=48)
SETTLE_TIME = timedelta(minutes=15)  # a fresh payment may still be in processing
DRIFT_INCIDENT = "billing-drift"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """May run in several processes at once: every effect is idempotent."""

    billing: BillingService
    event_processor: EventProcessor

    def catch_up(self) -> None:
        """Process what no event reported: undelivered events, open purchases, subscriptions due for renewal."""
        context, now = self.billing.context, self.billing.context.db.clock()
        for event in context.provider.list_undelivered_events(now - MISSED_EVENTS_WINDOW):
            self.event_processor.save(event)
        self.billing.poll_purchases()
        with context.db.read_transaction() as session:
            stale = subscriptions.list_due_for_sync(session, context.tenant_id, now)
        for subscription in stale:
            self._sync_subscription(subscription)

    def compare(self) -> int:
        """Compare two days of paid sessions with the ledger, both ways, and return the number of mismatches.

        Administrators are alerted; each mismatch is queued as a `DRIFT_EVENT`, which repairs what can be repaired.
        """
        context, now = self.billing.context, self.billing.context.db.clock()
        paid = context.provider.list_paid_checkout_sessions(now - COMPARE_WINDOW)
        settled = [one for one in paid if one.created_at <= now - SETTLE_TIME and "purchase_id" in one.metadata]
        with context.db.read_transaction() as session:
            mismatches = [
                *_find_missing_grants(session, settled),
                *_find_unpaid_purchases(session, context.tenant_id, paid, now),
            ]
        mismatches += [one.id for one in settled if self._apply_missed_claims(one)]
        for session_id in dict.fromkeys(mismatches):
            log.error("billing-drift", session=session_id)
            self.event_processor.save(
                WebhookEvent(f"drift:{session_id}", DRIFT_EVENT, session_id, livemode=False, created_at=now)
            )
        self._update_alert(len(set(mismatches)), now)
        return len(set(mismatches))

    def _apply_missed_claims(self, checkout: CheckoutSession) -> bool:
        """Apply refunds and disputes that were missing in the ledger; True when there were any."""
        try:
            return bool(checkout.payment and self.billing.payment_sync.sync_claims(checkout.payment))
        except PurchaseNotFound:
            return False  # the whole purchase is missing: reported as such

    def _sync_subscription(self, subscription: str) -> None:
        try:
            self.billing.subscription_sync.sync(subscription)
        except (PurchaseNotFound, UnrelatedObject, ProviderRejected) as error:
            log.warning("subscription-not-synced", subscription=subscription, error=str(error))

    def _update_alert(self, mismatches: int, now: datetime) -> None:
        with self.billing.context.db.transaction() as session:
            if mismatches:
                alerts.notify_begin(session, DRIFT_INCIDENT, notices.build_drift_alert(mismatches), now)
            else:
                alerts.notify_end(session, DRIFT_INCIDENT, notices.build_drift_resolved(), now)


def _find_missing_grants(session: Session, paid: Sequence[CheckoutSession]) -> list[str]:
    """Paid sessions without a grant of credits, or, for a plan, without a known subscription."""
    keys = [f"grant:{checkout.id}" for checkout in paid if checkout.subscription is None]
    known = ledger.list_recorded_keys(session, keys)
    lost = [key.removeprefix("grant:") for key in keys if key not in known]
    plans = [checkout for checkout in paid if checkout.subscription is not None]
    return lost + [one.id for one in plans if not subscriptions.is_known(session, str(one.subscription))]


def _find_unpaid_purchases(
    session: Session, tenant_id: uuid.UUID, paid: Sequence[CheckoutSession], now: datetime
) -> list[str]:
    """Purchases marked as paid that have no paid session at the provider."""
    known = {checkout.id for checkout in paid}
    paid_purchases = purchases.list_paid_since(session, tenant_id, now - COMPARE_WINDOW + SETTLE_TIME)
    return [str(one.external_id) for one in paid_purchases if one.external_id not in known]
