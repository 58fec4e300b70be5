"""Giving back what was paid by a link."""

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
    """One at a time, each once: the provider knows a repeat by its key."""

    counter: Counter
    payments: Payments

    def repay(self, repayment_id: uuid.UUID) -> None:
        """Give money back, and take the credits it brought. A provider that does not answer is asked again later."""
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
        """Those that were asked for and not decided."""
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
        except (ProviderAway, ProviderRefused, NotYet) as error:  # its news and the comparison of the books bring it
            log.warning("repayment-not-followed", repayment=str(row.id), error=type(error).__name__)

    def _refuse(self, row: Repayment, error: ProviderRefused) -> None:
        log.warning("repayment-refused", repayment=str(row.id), error=str(error))
        with self.counter.db.transaction() as session:
            words.refused(session, row, str(error), self.counter.db.clock())

    def _put_off(self, row: Repayment, error: ProviderAway) -> None:
        log.warning("repayment-later", repayment=str(row.id), error=str(error))
        with self.counter.db.transaction() as session:
            words.later(session, row, self.counter.db.clock())
