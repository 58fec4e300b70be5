"""Credits beyond a plan's, put on the next invoice: one item for each job."""

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
    """May be asked by several processes at once: each takes what no other has in hand."""

    counter: Counter

    def bill(self) -> None:
        """Put on invoices what is due. What a crash interrupted, or an absent provider, is tried again in a minute,
        under the same key.
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
            log.error("extra-refused", job=job, subscription=subscription, error=str(error))  # noqa: TRY400 - it is told
            item = None
        with self.counter.db.transaction() as session:
            overages.billed(session, row.job_id, item)
