"""What is done once an answer is committed: links made, money given back, letters sent, customers searched for."""

from bots.core.proofs import Proofs
from bots.core.till import Till
from bots.core.visit import Outcome
from storage.db import Database


def settle(till: Till, outcome: Outcome) -> None:
    """Have the links made that were promised; those that are not made now are swept up by the till. Blocking."""
    for purchase_id in outcome.purchases:
        till.open(purchase_id)
    for wish in outcome.portals:
        till.portal(wish)
    for repayment_id in outcome.refunds:
        till.repay(repayment_id)
    for check in outcome.checks:
        till.compare(check)


def prove(proofs: Proofs, db: Database, outcome: Outcome) -> None:
    """Send the letters that were promised, and look for the customers of who has proved an address. Blocking."""
    for letter in outcome.letters:
        proofs.post(db, letter)
    for link_id in outcome.searches:
        if proofs.search is not None:
            proofs.search(link_id)
