"""Payments in the messenger's own currency: pre-checkout validation, completed payments and refunds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlmodel import Session

from bots.core.channel import Payment
from bots.core.context import Context, HandlerResult, reply_for
from models.billing.catalogue import CatalogueItem
from models.billing.payments import Purchase, PurchaseStatus
from models.billing.prices import STARS_CURRENCY
from models.columns import generate_id
from models.identity.people import Person
from pipeline import Pipeline, grant_invitation_for_purchase
from storage.billing import clawback, ledger, open_purchases, purchase_totals
from storage.billing.clawback import PaymentClaim
from storage.db import Database
from storage.identity import people

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PaymentQuery:
    """The messenger's pre-checkout query, which it sends before it charges the user."""

    payload: str
    payer: str
    currency: str
    amount: int


def build_payment_check(db: Database, tenant_id: UUID, channel: str) -> Callable[[PaymentQuery], str | None]:
    """Build a check that finds, with one quick read, why a query is refused: a text key, or None if payable."""

    def find_refusal(query: PaymentQuery) -> str | None:
        with db.read_transaction() as session:
            purchase = open_purchases.find_by_invoice_payload(session, tenant_id, query.payload)
            payer = people.find_by_identity(session, tenant_id, f"{channel}:{query.payer}")
            if purchase is None or payer is None or purchase.person_id != payer.id:
                return "stars-gone"
            return None if _is_payable(purchase, query) and _is_unexpired(purchase, db) else "stars-gone"

    return find_refusal


def _is_payable(purchase: Purchase, query: PaymentQuery) -> bool:
    is_matching = (purchase.currency, purchase.amount) == (query.currency, query.amount)
    return is_matching and purchase.status == PurchaseStatus.OPEN


def _is_unexpired(purchase: Purchase, db: Database) -> bool:
    return purchase.expires_at is None or purchase.expires_at > db.clock()


def handle_payment(pipeline: Pipeline, context: Context, result: HandlerResult, payment: Payment) -> None:
    """Grant the purchased credits, once per charge."""
    purchase = open_purchases.find_by_invoice_payload(
        context.session, context.account.tenant_id, payment.payload, for_update=True
    )
    item = pipeline.entitlements.catalogue.find_item(purchase.item) if purchase else None
    if purchase is None or item is None or payment.currency != STARS_CURRENCY:
        log.error("payment-without-purchase", charge=payment.charge_id, purchase=payment.payload)
        result.replies.append(reply_for("stars-unknown", code=payment.charge_id))
        return
    person = people.resolve_merged(context.session, context.session.get_one(Person, purchase.person_id))
    grant_invitation_for_purchase(context.session, person, context.now)
    if not _grant(context, person, item, payment):
        return
    _mark_paid(context, purchase, payment)
    available = pipeline.account_status_of(context.session, person).credits.available
    is_group = context.inbound.is_group
    confirmation = reply_for("stars-paid", credits=item.credits, total=available)
    result.replies.append(reply_for("money-in-private") if is_group else confirmation)


def _grant(context: Context, person: Person, item: CatalogueItem, payment: Payment) -> bool:
    """Grant the credits; False when this charge was handled before."""
    expires_at = context.now + timedelta(days=item.days) if item.days else None
    key = f"grant:stars:{payment.charge_id}"
    return ledger.grant(
        context.session, person, item.credits, key=key, now=context.now, expires_at=expires_at, reason=item.name
    )


def _mark_paid(context: Context, purchase: Purchase, payment: Payment) -> None:
    """Mark the purchase as paid; one already paid, on another device at the same time, is stored a second time."""
    if purchase.status == PurchaseStatus.PAID:
        purchase = Purchase(**purchase.model_dump() | {"id": generate_id(), "external_id": None})
        context.session.add(purchase)
    purchase_totals.remove_late(context.session, purchase.id)
    purchase.status, purchase.decided_at = PurchaseStatus.PAID, context.now
    purchase.external_id = purchase.payment_id = payment.charge_id
    context.session.flush()


def handle_refund(_pipeline: Pipeline, context: Context, result: HandlerResult, payment: Payment) -> None:
    """Revoke the credits of a refunded payment."""
    purchase = open_purchases.find_by_charge(context.session, context.account.tenant_id, payment.charge_id)
    if purchase is None:
        log.error("refund-without-purchase", charge=payment.charge_id)
    elif revoke_credits(context.session, purchase, context.now) and not context.inbound.is_group:
        result.replies.append(reply_for("stars-returned"))


def revoke_credits(session: Session, purchase: Purchase, now: datetime) -> bool:
    """Revoke the credits of a charge; those already spent become debt. False when that was done before."""
    charge, person = purchase.external_id, people.resolve_merged(session, session.get_one(Person, purchase.person_id))
    claim = PaymentClaim(f"refund:stars:{charge}", purchase.amount, f"refund-undone:stars:{charge}")
    return bool(clawback.apply_claims(session, person, f"grant:stars:{charge}", purchase.amount, [claim], now))
