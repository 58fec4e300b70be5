"""Refunds of payments made by a payment link."""

import uuid
from dataclasses import dataclass

import structlog

from bots.billing.counter import Counter, NotYet
from bots.billing.payments import Payments
from bots.billing.port import ProviderAway, ProviderRefused
from bots.core import repayments as words
from models.payments import Provider, Purchase, Repayment, RepaymentStatus
from storage import repayments

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Repayments:
    """Processes one refund at a time, each once: its idempotency key makes a repeat harmless."""

    counter: Counter
    payments: Payments

    def repay(self, repayment_id: uuid.UUID) -> None:
        """Refund a payment and revoke its credits. When the provider does not answer it is retried later."""
        with self.counter.db.reading() as session:
            row = session.get_one(Repayment, repayment_id)
            payment = session.get_one(Purchase, row.purchase_id).payment_id
        if row.provider != Provider.STRIPE or row.status != RepaymentStatus.ASKED or payment is None:
            return
        try:
            self.counter.provider.refund(payment, row.amount, key=f"repayment:{row.id}")
        except ProviderAway as error:
            self._put_off(row, error)
        except ProviderRefused as error:
            self._refuse(row, error)
        else:
            self._done(row, payment)

    def sweep(self) -> None:
        """Process requested refunds that are still open."""
        with self.counter.db.reading() as session:
            due = repayments.due_at_stripe(session, self.counter.tenant_id, self.counter.db.clock())
        for row in due:
            self.repay(row.id)

    def _done(self, row: Repayment, payment: str) -> None:
        with self.counter.db.transaction() as session:
            words.done(session, row, self.counter.db.clock())
        log.info("repaid", repayment=str(row.id))
        try:
            self.payments.follow(payment)
        except (ProviderAway, ProviderRefused, NotYet) as error:  # its event or the reconciliation applies it
            log.warning("repayment-not-followed", repayment=str(row.id), error=type(error).__name__)

    def _refuse(self, row: Repayment, error: ProviderRefused) -> None:
        log.warning("repayment-refused", repayment=str(row.id), error=str(error))
        with self.counter.db.transaction() as session:
            words.refused(session, row, str(error), self.counter.db.clock())

    def _put_off(self, row: Repayment, error: ProviderAway) -> None:
        log.warning("repayment-later", repayment=str(row.id), error=str(error))
        with self.counter.db.transaction() as session:
            words.later(session, row, self.counter.db.clock())
