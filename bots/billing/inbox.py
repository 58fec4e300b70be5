"""Processing of the provider's webhook events: saved first, then handled with retries.

An event only names an object: its state is always fetched from the provider, never taken from the event.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.billing.counter import Foreign, NotYet
from bots.billing.port import News, ProviderAway, ProviderRefused
from bots.billing.till import Till
from models.payments import ProviderEvent
from pipeline import trail
from storage import provider_events

log = structlog.get_logger(__name__)

AT_ONCE = 20
LEASE = timedelta(minutes=2)  # of an event that is being handled
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 3600.0  # seconds between two attempts
GIVEN_UP_AFTER = timedelta(days=3)
DRIFT = "rabisco.drift"  # an event of our own: a paid session that is not in the ledger

Handler = Callable[[Till, str], None]


def _settle(till: Till, session: str) -> None:
    till.settle(session)


def _fail(till: Till, session: str) -> None:
    till.settle(session, has_failed=True)


def _claims(till: Till, name: str) -> None:
    payment = till.counter.provider.payment_of(name)
    if payment is not None:
        till.payments.follow(payment)


def _subscription(till: Till, name: str) -> None:
    till.renewals.follow(name)


def _invoice(till: Till, name: str) -> None:
    till.renewals.follow_invoice(name)


HANDLERS: dict[str, Handler] = {
    "checkout.session.completed": _settle,
    "checkout.session.expired": _settle,
    "checkout.session.async_payment_succeeded": _settle,
    "checkout.session.async_payment_failed": _fail,
    DRIFT: _settle,
    "charge.refunded": _claims,
    "charge.refund.updated": _claims,
    "refund.created": _claims,
    "refund.updated": _claims,
    "refund.failed": _claims,
    "charge.dispute.created": _claims,
    "charge.dispute.updated": _claims,
    "charge.dispute.closed": _claims,
    "charge.dispute.funds_withdrawn": _claims,
    "charge.dispute.funds_reinstated": _claims,
    "customer.subscription.created": _subscription,
    "customer.subscription.updated": _subscription,
    "customer.subscription.deleted": _subscription,
    "customer.subscription.paused": _subscription,
    "customer.subscription.resumed": _subscription,
    "invoice.paid": _invoice,
    "invoice.payment_succeeded": _invoice,
    "invoice.payment_failed": _invoice,
}
"""What to sync on each event type."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """Processor of one tenant's events. Several processes may run it: each claims events no other has claimed."""

    till: Till

    def keep(self, news: News) -> bool:
        """Save an event before it is acknowledged to the provider; False when it is known already or has no handler."""
        if news.kind not in HANDLERS:
            return False
        counter = self.till.counter
        with counter.db.transaction() as session:
            return provider_events.keep(session, self._event(news))

    def handle(self) -> int:
        """Process the events that are due and return their number."""
        counter = self.till.counter
        with counter.db.transaction() as session:
            due = provider_events.claim(session, counter.tenant_id, counter.db.clock(), LEASE, AT_ONCE)
        for event in due:
            with trail.begun(event.external_id):
                self._try(event)
        return len(due)

    def _event(self, news: News) -> ProviderEvent:
        now = self.till.counter.db.clock()
        return ProviderEvent(
            tenant_id=self.till.counter.tenant_id,
            external_id=news.id,
            kind=news.kind,
            object_id=news.object_id,
            run_after=now,
            received_at=now,
        )

    def _try(self, event: ProviderEvent) -> None:
        handle = HANDLERS.get(event.kind)
        try:
            if handle is not None:
                handle(self.till, event.object_id)
        except Foreign:
            self._note(partial(provider_events.handled, event=event, now=self.till.counter.db.clock(), error="foreign"))
        except (NotYet, ProviderAway, ProviderRefused, SQLAlchemyError) as error:
            log.info("news-later", news=event.external_id, kind=event.kind, error=type(error).__name__)
            self._later(event, f"{type(error).__name__}: {error}" if not isinstance(error, SQLAlchemyError) else "db")
        except Exception as error:  # one event must not block the others
            log.exception("news-surprised", news=event.external_id, kind=event.kind)
            self._later(event, type(error).__name__)
        else:
            self._note(partial(provider_events.handled, event=event, now=self.till.counter.db.clock()))

    def _later(self, event: ProviderEvent, error: str) -> None:
        now = self.till.counter.db.clock()
        if event.received_at < now - GIVEN_UP_AFTER:
            log.warning("news-given-up", news=event.external_id, kind=event.kind)
            self._note(partial(provider_events.handled, event=event, now=now, error=error[:500]))
            return
        pause = min(FIRST_PAUSE * 2.0 ** min(event.attempts - 1, 20), LONGEST_PAUSE)
        run_after = now + timedelta(seconds=pause)
        self._note(partial(provider_events.later, event=event, run_after=run_after, error=error))

    def _note(self, note: Callable[..., None]) -> None:
        """While the database is unavailable the event stays leased, and is tried again when the lease expires."""
        try:
            with self.till.counter.db.transaction() as session:
                note(session)
        except SQLAlchemyError as error:
            log.warning("news-not-noted", error=type(error).__name__)
