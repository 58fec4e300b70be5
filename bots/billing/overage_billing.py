"""Billing of credits beyond a plan's allowance: one item on the next invoice for each job."""

from dataclasses import dataclass

import structlog

from bots.billing.context import BillingContext
from bots.billing.provider import ProviderRejected, ProviderUnavailable
from bots.locales import translate
from models.billing.payments import Overage
from storage.billing import overages

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OverageBilling:
    """Several processes may run it at once: each takes rows no other has claimed."""

    context: BillingContext

    def bill_due(self) -> None:
        """Put due overages on invoices. One interrupted by a crash, or by a provider that does not answer, is tried
        again in a minute, with the same idempotency key.
        """
        context = self.context
        with context.db.transaction() as session:
            due = overages.claim_billable(session, context.tenant_id, context.db.clock())
        for row, subscription, language in due:
            self._bill_job(row, subscription, language)

    def _bill_job(self, row: Overage, subscription: str, language: str) -> None:
        job = row.job_id.hex[:8]
        description = translate(language, "invoice-extra", {"credits": row.credits, "job": job})
        try:
            item: str | None = self.context.provider.add_invoice_item(
                subscription, row.amount, description, key=f"overage:{row.job_id}"
            )
        except ProviderUnavailable as error:
            log.warning("overage-charge-postponed", job=job, error=str(error))
            return
        except ProviderRejected as error:
            log.error("overage-charge-rejected", job=job, subscription=subscription, error=str(error))  # noqa: TRY400 - no traceback needed: the error is logged
            item = None
        with self.context.db.transaction() as session:
            overages.mark_billed(session, row.job_id, item)
