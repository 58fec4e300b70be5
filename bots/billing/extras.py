"""Billing of credits beyond a plan's allowance: one item on the next invoice for each job."""

from dataclasses import dataclass

import structlog

from bots.billing.counter import Counter
from bots.billing.port import ProviderAway, ProviderRefused
from bots.locales import say
from models.payments import Overage
from storage import overages

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Extras:
    """Several processes may run it at once: each takes rows no other has claimed."""

    counter: Counter

    def bill(self) -> None:
        """Put due overages on invoices. One interrupted by a crash, or by a provider that does not answer, is tried
        again in a minute, with the same idempotency key.
        """
        counter = self.counter
        with counter.db.transaction() as session:
            due = overages.take(session, counter.tenant_id, counter.db.clock())
        for row, subscription, language in due:
            self._bill(row, subscription, language)

    def _bill(self, row: Overage, subscription: str, language: str) -> None:
        job = row.job_id.hex[:8]
        text = say(language, "invoice-extra", {"credits": row.credits, "job": job})
        try:
            item: str | None = self.counter.provider.add_invoice_item(
                subscription, row.amount, text, key=f"overage:{row.job_id}"
            )
        except ProviderAway as error:
            log.warning("extra-later", job=job, error=str(error))
            return
        except ProviderRefused as error:
            log.error("extra-refused", job=job, subscription=subscription, error=str(error))  # noqa: TRY400 - no traceback needed: the error is logged
            item = None
        with self.counter.db.transaction() as session:
            overages.billed(session, row.job_id, item)
