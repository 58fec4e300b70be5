"""Payments in the messenger's own currency: pre-checkout validation, completed payments and refunds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlmodel import Session

from bots.core.channel import Payment
from bots.core.visit import Outcome, Visit, say
from models.catalogue import Item
from models.columns import new_id
from models.payments import Purchase, PurchaseStatus
from models.people import Person
from models.prices import STARS
from pipeline.service import Pipeline
from storage import basket, clawback, ledger, people
from storage.clawback import Claim
from storage.db import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """The messenger's pre-checkout query, which it sends before it charges the user."""

    payload: str
    payer: str
    currency: str
    amount: int


def refusal(db: Database, tenant_id: UUID, channel: str) -> Callable[[Asked], str | None]:
    """Build a check that finds, with one quick read, why a query is refused: a text key, or None if payable."""

    def look(asked: Asked) -> str | None:
        with db.reading() as session:
            purchase = basket.invoiced(session, tenant_id, asked.payload)
            payer = people.identified(session, tenant_id, f"{channel}:{asked.payer}")
            if purchase is None or payer is None or purchase.person_id != payer.id:
                return "stars-gone"
            return None if _is_payable(purchase, asked) and _lasts(purchase, db) else "stars-gone"

    return look


def _is_payable(purchase: Purchase, asked: Asked) -> bool:
    agrees = (purchase.currency, purchase.amount) == (asked.currency, asked.amount)
    return agrees and purchase.status == PurchaseStatus.OPEN


def _lasts(purchase: Purchase, db: Database) -> bool:
    return purchase.expires_at is None or purchase.expires_at > db.clock()


def paid(pipeline: Pipeline, visit: Visit, outcome: Outcome, payment: Payment) -> None:
    """Grant the purchased credits, once per charge."""
    purchase = basket.invoiced(visit.session, visit.account.tenant_id, payment.payload, hold=True)
    item = pipeline.access.catalogue.item(purchase.item) if purchase else None
    if purchase is None or item is None or payment.currency != STARS:
        log.error("payment-without-purchase", charge=payment.charge, purchase=payment.payload)
        outcome.replies.append(say("stars-unknown", code=payment.charge))
        return
    person = people.merged(visit.session, visit.session.get_one(Person, purchase.person_id))
    if not _grant(visit, person, item, payment):
        return
    _decide(visit, purchase, payment)
    available = pipeline.standing(visit.session, person).credits.available
    is_read_along = visit.inbound.in_group
    told = say("stars-paid", credits=item.credits, total=available)
    outcome.replies.append(say("money-in-private") if is_read_along else told)


def _grant(visit: Visit, person: Person, item: Item, payment: Payment) -> bool:
    """Grant the credits; False when this charge was handled before."""
    ends = visit.now + timedelta(days=item.days) if item.days else None
    key = f"grant:stars:{payment.charge}"
    return ledger.grant(visit.session, person, item.credits, key=key, now=visit.now, expires_at=ends, reason=item.name)


def _decide(visit: Visit, purchase: Purchase, payment: Payment) -> None:
    """Mark the purchase as paid; one already paid, on another device at the same time, is stored a second time."""
    if purchase.status == PurchaseStatus.PAID:
        purchase = Purchase(**purchase.model_dump() | {"id": new_id(), "external_id": None})
        visit.session.add(purchase)
    purchase.status, purchase.decided_at = PurchaseStatus.PAID, visit.now
    purchase.external_id = purchase.payment_id = payment.charge
    visit.session.flush()


def returned(_pipeline: Pipeline, visit: Visit, outcome: Outcome, payment: Payment) -> None:
    """Revoke the credits of a refunded payment."""
    purchase = basket.paid_with(visit.session, visit.account.tenant_id, payment.charge)
    if purchase is None:
        log.error("refund-without-purchase", charge=payment.charge)
    elif take_back(visit.session, purchase, visit.now) and not visit.inbound.in_group:
        outcome.replies.append(say("stars-returned"))


def take_back(session: Session, purchase: Purchase, now: datetime) -> bool:
    """Revoke the credits of a charge; those already spent become debt. False when that was done before."""
    charge, person = purchase.external_id, people.merged(session, session.get_one(Person, purchase.person_id))
    claim = Claim(f"refund:stars:{charge}", purchase.amount, f"refund-undone:stars:{charge}")
    return bool(clawback.follow(session, person, f"grant:stars:{charge}", purchase.amount, [claim], now))
