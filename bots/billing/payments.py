"""Sync of purchases with the provider: checkout results, granted credits, credits revoked by refunds and disputes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session

from bots.billing import notices
from bots.billing.context import BillingContext, PurchaseNotFound
from bots.billing.provider import CheckoutSession, ProviderDispute, ProviderRefund
from bots.billing.session_owner import resolve_purchase
from models.billing.catalogue import CatalogueItem
from models.billing.payments import Purchase, PurchaseStatus
from models.identity.people import Person
from pipeline import grant_invitation_for_purchase
from storage.billing import clawback, customers, ledger, provider_events, purchases
from storage.billing.clawback import CreditMovement, PaymentClaim
from storage.identity import people

log = structlog.get_logger(__name__)

PAID_STATUSES = frozenset({"paid", "no_payment_required"})
REFUNDED_STATUSES = frozenset({"pending", "requires_action", "succeeded"})  # a refund that may still fail counts
FAILED_REFUND_STATUSES = frozenset({"failed", "canceled"})
WITHHELD_STATUSES = frozenset({"needs_response", "under_review", "lost"})
MAX_PENDING = timedelta(days=8)  # longer than any Pix or boleto


@dataclass(frozen=True, slots=True)
class PaymentSync:
    """Syncs one session or payment at a time with the provider's current state. Idempotent; may run concurrently."""

    context: BillingContext

    def settle_checkout(self, checkout: CheckoutSession, *, has_failed: bool = False) -> None:
        """Advance a purchase to the state of its session.

        `has_failed`: an event reported that the delayed payment of the session failed. Raises PurchaseNotFound when its
        purchase is missing, UnrelatedObject when it never had one.
        """
        items = self._resolve_items(checkout) if checkout.status == "complete" else []
        with self.context.db.transaction() as session:
            purchase = resolve_purchase(session, self.context, checkout, [item for item, _ in items])
            self._advance(session, purchase, checkout, items, has_failed=has_failed)

    def sync_claims(self, payment: str) -> int:
        """Apply the refunds and disputes of a payment to the ledger and return how many changed it.

        Raises PurchaseNotFound when no purchase was paid with it.
        """
        provider = self.context.provider
        claims = [
            *map(_claim_from_refund, provider.list_refunds(payment)),
            *map(_claim_from_dispute, provider.list_disputes(payment)),
        ]
        with self.context.db.transaction() as session:
            paid_purchases = purchases.list_by_payment(session, self.context.tenant_id, payment)
            if not paid_purchases:
                raise PurchaseNotFound(payment)
            return sum(
                self._apply_claims(session, purchase, [claim for claim in claims if claim])
                for purchase in paid_purchases
            )

    def _resolve_items(self, checkout: CheckoutSession) -> list[tuple[CatalogueItem | None, int]]:
        return [(self.context.prices.item_of(price), count) for price, count in checkout.items]

    def _advance(
        self,
        session: Session,
        purchase: Purchase,
        checkout: CheckoutSession,
        items: Sequence[tuple[CatalogueItem | None, int]],
        *,
        has_failed: bool,
    ) -> None:
        now = self.context.db.clock()
        if is_paid(checkout):
            self._grant_credits(session, purchase, checkout, items, now)
        elif checkout.status == "expired":
            if purchases.advance(session, purchase, PurchaseStatus.EXPIRED, now):
                message = notices.build_link_replaced(purchase, "link-expired")
                notices.notify_buyer(session, purchase, "expired", message, now)
        elif checkout.status == "complete":
            self._advance_unpaid(session, purchase, checkout, now, has_failed=has_failed)
        else:
            purchases.mark_checked(session, purchase, now)

    def _advance_unpaid(
        self, session: Session, purchase: Purchase, checkout: CheckoutSession, now: datetime, *, has_failed: bool
    ) -> None:
        """The user has completed the checkout; the Pix or boleto payment is pending, or has failed."""
        if has_failed or checkout.created_at < now - MAX_PENDING:
            if purchases.advance(session, purchase, PurchaseStatus.FAILED, now):
                notices.notify_buyer(session, purchase, "failed", notices.build_payment_failed(purchase), now)
        elif purchases.advance(session, purchase, PurchaseStatus.PENDING, now, external_id=checkout.id):
            notices.notify_buyer(session, purchase, "pending", notices.build_payment_pending(purchase), now)
        else:
            purchases.mark_checked(session, purchase, now)

    def _grant_credits(
        self,
        session: Session,
        purchase: Purchase,
        checkout: CheckoutSession,
        items: Sequence[tuple[CatalogueItem | None, int]],
        now: datetime,
    ) -> None:
        """Grant the credits of the items bought, once per session; those of a plan are granted by its invoices."""
        values: dict[str, Any] = {"external_id": checkout.id, "payment_id": checkout.payment, "url": None}
        values |= {"amount": checkout.amount, "currency": checkout.currency}
        if purchases.advance(session, purchase, PurchaseStatus.PAID, now, **values):
            provider_events.retry_failed_now(
                session, self.context.tenant_id, now
            )  # its refund's event may have come first
        person = people.resolve_merged(session, session.get_one(Person, purchase.person_id))
        if checkout.customer:
            customers.link(session, person, checkout.customer)
        amount, expires_at = self._compute_credits(purchase, items, now)
        key = f"grant:{checkout.id}"
        if checkout.amount:
            grant_invitation_for_purchase(session, person, now)
        if amount and ledger.grant(
            session, person, amount, key=key, now=now, expires_at=expires_at, reason=purchase.item
        ):
            log.info("payment-credited", purchase=str(purchase.id), session=checkout.id, credits=amount)
            self._notify_credits(session, purchase, person, checkout.id, amount, now)

    def _compute_credits(
        self, purchase: Purchase, items: Sequence[tuple[CatalogueItem | None, int]], now: datetime
    ) -> tuple[int, datetime | None]:
        """Credits and their expiry. A price that is no longer listed counts as the purchase's own item."""
        purchased_item = self.context.access.catalogue.find_item(purchase.item)
        known_items = [(item or purchased_item, count) for item, count in items]
        bought = [(item, count) for item, count in known_items if item is not None and item.plan is None]
        days = [item.days for item, _ in bought if item.days is not None]
        amount = sum(item.credits * count for item, count in bought)
        return amount, now + timedelta(days=min(days)) if len(days) == len(bought) and days else None

    def _notify_credits(
        self, session: Session, purchase: Purchase, person: Person, part: str, amount: int, now: datetime
    ) -> None:
        credits_ = self.context.access.account_status_of(session, person, now).credits
        message = notices.build_credits_arrived(amount, credits_.available, credits_.debt)
        notices.notify_buyer(session, purchase, f"paid:{part}", message, now)

    def _apply_claims(self, session: Session, purchase: Purchase, claims: Sequence[PaymentClaim]) -> int:
        now = self.context.db.clock()
        person = people.resolve_merged(session, session.get_one(Person, purchase.person_id))
        movements = clawback.apply_claims(session, person, grant_key_of(purchase), purchase.amount, claims, now)
        for movement in movements:
            log.info("clawback-applied", purchase=str(purchase.id), key=movement.key, credits=movement.credits)
            if movement.credits:
                self._notify_movement(session, purchase, person, movement, now)
        return len(movements)

    def _notify_movement(
        self, session: Session, purchase: Purchase, person: Person, movement: CreditMovement, now: datetime
    ) -> None:
        credits_ = self.context.access.account_status_of(session, person, now).credits
        build = notices.build_payment_refunded if movement.key.startswith("refund:") else notices.build_payment_disputed
        build = build if movement.credits > 0 else notices.build_payment_restored
        message = build(purchase, abs(movement.credits), credits_.available, credits_.debt)
        notices.notify_buyer(session, purchase, movement.key, message, now)


def grant_key_of(purchase: Purchase) -> str:
    """The ledger key of the credits a purchase granted."""
    kind = "invoice" if str(purchase.external_id).startswith("in_") else "grant"
    return f"{kind}:{purchase.external_id}"


def is_paid(checkout: CheckoutSession) -> bool:
    return checkout.status == "complete" and checkout.payment_status in PAID_STATUSES


def _claim_from_refund(refund: ProviderRefund) -> PaymentClaim | None:
    key = f"refund:{refund.id}"
    if refund.status in REFUNDED_STATUSES | FAILED_REFUND_STATUSES:
        return PaymentClaim(key, refund.amount, f"{key}:failed", is_reversed=refund.status in FAILED_REFUND_STATUSES)
    return None


def _claim_from_dispute(dispute: ProviderDispute) -> PaymentClaim | None:
    """An inquiry (`warning_..`) withholds nothing yet."""
    key = f"dispute:{dispute.id}"
    if dispute.status in WITHHELD_STATUSES | {"won"}:
        return PaymentClaim(key, dispute.amount, f"{key}:won", is_reversed=dispute.status == "won")
    return None
