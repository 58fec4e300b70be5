"""Actions run after the transaction of an update is committed: payment links, refunds, emails, customer searches."""

from bots.core.proofs import Proofs
from bots.core.till import Till
from bots.core.visit import Outcome
from storage.db import Database


def settle(till: Till, outcome: Outcome) -> None:
    """Create links, portal links, refunds and price comparisons; `PaymentLinks` retries those that fail. Blocking."""
    for purchase_id in outcome.purchases:
        till.open(purchase_id)
    for wish in outcome.portals:
        till.portal(wish)
    for repayment_id in outcome.refunds:
        till.repay(repayment_id)
    for check in outcome.checks:
        till.compare(check)


def prove(proofs: Proofs, db: Database, outcome: Outcome) -> None:
    """Send the requested emails, and search the customers of verified addresses. Blocking."""
    for letter in outcome.letters:
        proofs.post(db, letter)
    for link_id in outcome.searches:
        if proofs.search is not None:
            proofs.search(link_id)
