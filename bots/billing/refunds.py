"""Refunds of payments made by a payment link."""

import uuid
from dataclasses import dataclass

import structlog

from bots.billing.context import BillingContext, PurchaseNotFound
from bots.billing.payments import PaymentSync
from bots.billing.provider import ProviderRejected, ProviderUnavailable
from bots.core.admin import refunds as words
from models.billing.payments import Provider, Purchase, Repayment, RepaymentStatus
from storage.billing import refunds

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RefundProcessor:
    """Processes one refund at a time, each once: its idempotency key makes a repeat harmless."""

    context: BillingContext
    payment_sync: PaymentSync

    def process(self, repayment_id: uuid.UUID) -> None:
        """Refund a payment and revoke its credits. When the provider does not answer it is retried later."""
        with self.context.db.read_transaction() as session:
            row = session.get_one(Repayment, repayment_id)
            payment = session.get_one(Purchase, row.purchase_id).payment_id
        if row.provider != Provider.STRIPE or row.status != RepaymentStatus.REQUESTED or payment is None:
            return
        try:
            self.context.provider.create_refund(payment, row.amount, key=f"repayment:{row.id}")
        except ProviderUnavailable as error:
            self._postpone(row, error)
        except ProviderRejected as error:
            self._reject(row, error)
        else:
            self._complete(row, payment)

    def sweep(self) -> None:
        """Process requested refunds that are still open."""
        with self.context.db.read_transaction() as session:
            due = refunds.list_due_on_stripe(session, self.context.tenant_id, self.context.db.clock())
        for row in due:
            self.process(row.id)

    def _complete(self, row: Repayment, payment: str) -> None:
        with self.context.db.transaction() as session:
            words.mark_done(session, row, self.context.db.clock())
        log.info("refund-completed", repayment=str(row.id))
        try:
            self.payment_sync.sync_claims(payment)
        except (
            ProviderUnavailable,
            ProviderRejected,
            PurchaseNotFound,
        ) as error:  # its event or the reconciliation applies it
            log.warning("refund-not-synced", repayment=str(row.id), error=type(error).__name__)

    def _reject(self, row: Repayment, error: ProviderRejected) -> None:
        log.warning("refund-rejected", repayment=str(row.id), error=str(error))
        with self.context.db.transaction() as session:
            words.mark_refused(session, row, str(error), self.context.db.clock())

    def _postpone(self, row: Repayment, error: ProviderUnavailable) -> None:
        log.warning("refund-postponed", repayment=str(row.id), error=str(error))
        with self.context.db.transaction() as session:
            words.postpone(session, row, self.context.db.clock())
