"""Sync of purchases with the provider: checkout results, granted credits, credits revoked by refunds and disputes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session

from bots.billing import notices
from bots.billing.counter import Counter, NotYet
from bots.billing.owners import purchase_of
from bots.billing.port import Checkout, Dispute, Refund
from models.catalogue import Item
from models.payments import Purchase, PurchaseStatus
from models.people import Person
from storage import clawback, customers, ledger, people, provider_events, purchases
from storage.clawback import Claim, Movement

log = structlog.get_logger(__name__)

PAID = frozenset({"paid", "no_payment_required"})
GIVEN_BACK = frozenset({"pending", "requires_action", "succeeded"})  # a refund that may still fail counts
NOT_GIVEN_BACK = frozenset({"failed", "canceled"})
WITHHELD = frozenset({"needs_response", "under_review", "lost"})
PENDING_LASTS = timedelta(days=8)  # longer than any Pix or boleto


@dataclass(frozen=True, slots=True)
class Payments:
    """Syncs one session or payment at a time with the provider's current state. Idempotent; may run concurrently."""

    counter: Counter

    def settle(self, checkout: Checkout, *, has_failed: bool = False) -> None:
        """Advance a purchase to the state of its session.

        `has_failed`: an event reported that the delayed payment of the session failed. Raises PurchaseNotFound when its
        purchase is missing, UnrelatedObject when it never had one.
        """
        items = self._items(checkout) if checkout.status == "complete" else []
        with self.counter.db.transaction() as session:
            purchase = purchase_of(session, self.counter, checkout, [item for item, _ in items])
            self._advance(session, purchase, checkout, items, has_failed=has_failed)

    def follow(self, payment: str) -> int:
        """Apply the refunds and disputes of a payment to the ledger and return how many changed it.

        Raises PurchaseNotFound when no purchase was paid with it.
        """
        provider = self.counter.provider
        claims = [*map(_refunded, provider.refunds_of(payment)), *map(_disputed, provider.disputes_of(payment))]
        with self.counter.db.transaction() as session:
            paid = purchases.paid_with(session, self.counter.tenant_id, payment)
            if not paid:
                raise NotYet(payment)
            return sum(self._claim(session, purchase, [claim for claim in claims if claim]) for purchase in paid)

    def _items(self, checkout: Checkout) -> list[tuple[Item | None, int]]:
        return [(self.counter.prices.item_of(price), count) for price, count in checkout.items]

    def _advance(
        self,
        session: Session,
        purchase: Purchase,
        checkout: Checkout,
        items: Sequence[tuple[Item | None, int]],
        *,
        has_failed: bool,
    ) -> None:
        now = self.counter.db.clock()
        if is_paid(checkout):
            self._grant(session, purchase, checkout, items, now)
        elif checkout.status == "expired":
            if purchases.advance(session, purchase, PurchaseStatus.EXPIRED, now):
                told = notices.renewable(purchase, "link-expired")
                notices.tell_buyer(session, purchase, "expired", told, now)
        elif checkout.status == "complete":
            self._wait(session, purchase, checkout, now, has_failed=has_failed)
        else:
            purchases.checked(session, purchase, now)

    def _wait(
        self, session: Session, purchase: Purchase, checkout: Checkout, now: datetime, *, has_failed: bool
    ) -> None:
        """The user has completed the checkout; the Pix or boleto payment is pending, or has failed."""
        if has_failed or checkout.created_at < now - PENDING_LASTS:
            if purchases.advance(session, purchase, PurchaseStatus.FAILED, now):
                notices.tell_buyer(session, purchase, "failed", notices.failed(purchase), now)
        elif purchases.advance(session, purchase, PurchaseStatus.PENDING, now, external_id=checkout.id):
            notices.tell_buyer(session, purchase, "pending", notices.pending(purchase), now)
        else:
            purchases.checked(session, purchase, now)

    def _grant(
        self,
        session: Session,
        purchase: Purchase,
        checkout: Checkout,
        items: Sequence[tuple[Item | None, int]],
        now: datetime,
    ) -> None:
        """Grant the credits of the items bought, once per session; those of a plan are granted by its invoices."""
        paid: dict[str, Any] = {"external_id": checkout.id, "payment_id": checkout.payment, "url": None}
        paid |= {"amount": checkout.amount, "currency": checkout.currency}
        if purchases.advance(session, purchase, PurchaseStatus.PAID, now, **paid):
            provider_events.hurry(session, self.counter.tenant_id, now)  # its refund's event may have come first
        person = people.merged(session, session.get_one(Person, purchase.person_id))
        if checkout.customer:
            customers.know(session, person, checkout.customer)
        amount, ends = self._worth(purchase, items, now)
        key = f"grant:{checkout.id}"
        if amount and ledger.grant(session, person, amount, key=key, now=now, expires_at=ends, reason=purchase.item):
            log.info("payment", purchase=str(purchase.id), session=checkout.id, credits=amount)
            self._tell(session, purchase, person, checkout.id, amount, now)

    def _worth(
        self, purchase: Purchase, items: Sequence[tuple[Item | None, int]], now: datetime
    ) -> tuple[int, datetime | None]:
        """Credits and their expiry. A price that is no longer listed counts as the purchase's own item."""
        own = self.counter.access.catalogue.item(purchase.item)
        packs = [(item or own, count) for item, count in items]
        bought = [(item, count) for item, count in packs if item is not None and item.plan is None]
        days = [item.days for item, _ in bought if item.days is not None]
        amount = sum(item.credits * count for item, count in bought)
        return amount, now + timedelta(days=min(days)) if len(days) == len(bought) and days else None

    def _tell(
        self, session: Session, purchase: Purchase, person: Person, part: str, amount: int, now: datetime
    ) -> None:
        credits_ = self.counter.access.standing(session, person, now).credits
        told = notices.arrived(amount, credits_.available, credits_.debt)
        notices.tell_buyer(session, purchase, f"paid:{part}", told, now)

    def _claim(self, session: Session, purchase: Purchase, claims: Sequence[Claim]) -> int:
        now = self.counter.db.clock()
        person = people.merged(session, session.get_one(Person, purchase.person_id))
        movements = clawback.follow(session, person, grant_key(purchase), purchase.amount, claims, now)
        for movement in movements:
            log.info("payment-claimed", purchase=str(purchase.id), key=movement.key, credits=movement.credits)
            if movement.credits:
                self._tell_movement(session, purchase, person, movement, now)
        return len(movements)

    def _tell_movement(
        self, session: Session, purchase: Purchase, person: Person, movement: Movement, now: datetime
    ) -> None:
        credits_ = self.counter.access.standing(session, person, now).credits
        say = notices.refunded if movement.key.startswith("refund:") else notices.disputed
        say = say if movement.credits > 0 else notices.restored
        told = say(purchase, abs(movement.credits), credits_.available, credits_.debt)
        notices.tell_buyer(session, purchase, movement.key, told, now)


def grant_key(purchase: Purchase) -> str:
    """The ledger key of the credits a purchase granted."""
    kind = "invoice" if str(purchase.external_id).startswith("in_") else "grant"
    return f"{kind}:{purchase.external_id}"


def is_paid(checkout: Checkout) -> bool:
    return checkout.status == "complete" and checkout.payment_status in PAID


def _refunded(refund: Refund) -> Claim | None:
    key = f"refund:{refund.id}"
    if refund.status in GIVEN_BACK | NOT_GIVEN_BACK:
        return Claim(key, refund.amount, f"{key}:failed", is_reversed=refund.status in NOT_GIVEN_BACK)
    return None


def _disputed(dispute: Dispute) -> Claim | None:
    """An inquiry (`warning_..`) withholds nothing yet."""
    key = f"dispute:{dispute.id}"
    if dispute.status in WITHHELD | {"won"}:
        return Claim(key, dispute.amount, f"{key}:won", is_reversed=dispute.status == "won")
    return None
