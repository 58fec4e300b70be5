"""Reconciliation with the provider: catches up on missed events, and alerts when payments and the ledger disagree."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bots.billing import notices
from bots.billing.counter import Foreign, NotYet
from bots.billing.inbox import DRIFT, Inbox
from bots.billing.port import Checkout, News, ProviderRefused
from bots.billing.till import Till
from storage import alerts, ledger, purchases, subscriptions

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=10)
NEWS_SINCE = timedelta(days=3)
DAILY = timedelta(days=1)
COMPARED = timedelta(hours=48)
SETTLING = timedelta(minutes=15)  # a fresh payment may still be in processing
INCIDENT = "billing-drift"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """May run in several processes at once: every effect is idempotent."""

    till: Till
    inbox: Inbox

    def heal(self) -> None:
        """Process what no event reported: undelivered events, open purchases, subscriptions due for renewal."""
        counter, now = self.till.counter, self.till.counter.db.clock()
        for news in counter.provider.missed_news(now - NEWS_SINCE):
            self.inbox.keep(news)
        self.till.ask()
        with counter.db.reading() as session:
            restless = subscriptions.to_ask_about(session, counter.tenant_id, now)
        for subscription in restless:
            self._follow(subscription)

    def compare(self) -> int:
        """Compare two days of paid sessions with the ledger, both ways, and return the number of mismatches.

        Administrators are alerted; each mismatch is queued as a `DRIFT_EVENT`, which repairs what can be repaired.
        """
        counter, now = self.till.counter, self.till.counter.db.clock()
        paid = counter.provider.paid_checkouts(now - COMPARED)
        settled = [one for one in paid if one.created_at <= now - SETTLING and "purchase_id" in one.metadata]
        with counter.db.reading() as session:
            drifted = [*_missing(session, settled), *_unpaid(session, counter.tenant_id, paid, now)]
        drifted += [one.id for one in settled if self._went_back(one)]
        for name in dict.fromkeys(drifted):
            log.error("billing-drift", session=name)
            self.inbox.keep(News(f"drift:{name}", DRIFT, name, livemode=False, created_at=now))
        self._tell(len(set(drifted)), now)
        return len(set(drifted))

    def _went_back(self, checkout: Checkout) -> bool:
        """Apply refunds and disputes that were missing in the ledger; True when there were any."""
        try:
            return bool(checkout.payment and self.till.payments.follow(checkout.payment))
        except NotYet:
            return False  # the whole purchase is missing: reported as such

    def _follow(self, subscription: str) -> None:
        try:
            self.till.renewals.follow(subscription)
        except (NotYet, Foreign, ProviderRefused) as error:
            log.warning("subscription-not-followed", subscription=subscription, error=str(error))

    def _tell(self, drifted: int, now: datetime) -> None:
        with self.till.counter.db.transaction() as session:
            if drifted:
                alerts.begin(session, INCIDENT, notices.drifted(drifted), now)
            else:
                alerts.end(session, INCIDENT, notices.in_line(), now)


def _missing(session: Session, paid: Sequence[Checkout]) -> list[str]:
    """Paid sessions without a grant of credits, or, for a plan, without a known subscription."""
    keys = [f"grant:{checkout.id}" for checkout in paid if checkout.subscription is None]
    known = ledger.recorded(session, keys)
    lost = [key.removeprefix("grant:") for key in keys if key not in known]
    plans = [checkout for checkout in paid if checkout.subscription is not None]
    return lost + [one.id for one in plans if not subscriptions.is_known(session, str(one.subscription))]


def _unpaid(session: Session, tenant_id: uuid.UUID, paid: Sequence[Checkout], now: datetime) -> list[str]:
    """Purchases marked as paid that have no paid session at the provider."""
    known = {checkout.id for checkout in paid}
    ours = purchases.paid_since(session, tenant_id, now - COMPARED + SETTLING)
    return [str(one.external_id) for one in ours if one.external_id not in known]
