"""Creation of payment links: requested in a conversation, created here, shown by editing the message about them.

Each purchase gets its own Checkout Session, unless the price file has a static Payment Link for the item.
"""

import uuid
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlmodel import Session

from bots.billing import notices, references
from bots.billing.counter import LINK_LASTS, LINK_LEAST, Counter
from bots.billing.port import Checkout, Order, ProviderAway, ProviderRefused
from models.payments import Purchase, PurchaseStatus
from models.people import Person
from storage import customers, purchases

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Links:
    """Creates the link of one purchase at a time; idempotent, may be called concurrently."""

    counter: Counter

    def open(self, purchase_id: uuid.UUID) -> None:
        """Create a purchase's link. While the provider is unavailable the purchase stays pending."""
        found = self._promise(purchase_id)
        if found is None:
            return
        purchase, order = found
        if link := self._static_link(purchase):
            self._show_static(purchase, link)
            return
        try:
            checkout = self._made(purchase, order)
        except ProviderAway as error:
            log.warning("link-later", purchase=str(purchase.id), error=type(error).__name__)
        except ProviderRefused as error:
            log.error("link-refused", purchase=str(purchase.id), error=str(error))  # noqa: TRY400 - no traceback needed: the error is logged
            self._give_up(purchase)
        else:
            made = {"external_id": checkout.id, "url": checkout.url, "expires_at": checkout.expires_at}
            self._show(purchase, f"link:{checkout.id}", made)

    def _static_link(self, purchase: Purchase) -> str | None:
        item = self.counter.access.catalogue.item(purchase.item)
        return item.links.get(purchase.currency) if item and self.counter.secret else None

    def _show_static(self, purchase: Purchase, link: str) -> None:
        """The link is shared by all users; a signed reference in its URL names the user to credit."""
        now = self.counter.db.clock()
        reference = references.sign(self.counter.secret, purchase.person_id, now)
        made = {"url": references.addressed(link, reference), "expires_at": now + references.LASTS}
        self._show(purchase, "link:static", made)

    def _promise(self, purchase_id: uuid.UUID) -> tuple[Purchase, Order] | None:
        counter = self.counter
        with counter.db.transaction() as session:
            if not purchases.promise(session, purchase_id, counter.db.clock(), LINK_LASTS, LINK_LEAST):
                return None
            purchase = session.get_one(Purchase, purchase_id, populate_existing=True)
            if purchase.tenant_id != counter.tenant_id:
                return None
            return purchase, self._order(session, purchase)

    def _order(self, session: Session, purchase: Purchase) -> Order:
        """Build the request, all but the price, from the database alone, so that a repeat sends the same parameters."""
        assert purchase.expires_at is not None  # noqa: S101 - set by `prepare_link`
        person = session.get_one(Person, purchase.person_id)
        return Order(
            price="",
            recurring=purchase.item.startswith("plan:"),
            reference=str(purchase.id),
            metadata={"purchase_id": str(purchase.id), "tenant_id": str(purchase.tenant_id)},
            expires_at=purchase.expires_at,
            customer=customers.customer_of(session, person),
            return_url=self.counter.return_url,
            language=person.language,
        )

    def _made(self, purchase: Purchase, order: Order) -> Checkout:
        """Raises ProviderRejected too when the provider's price of the item is not the one the user was shown."""
        price = self.counter.prices.price_of(purchase.item, purchase.currency)
        if price is None or price.amount != purchase.amount:
            raise ProviderRefused(f"no price of {purchase.amount} {purchase.currency} for {purchase.item}")
        priced = replace(order, price=price.id)
        return self.counter.provider.open_checkout(priced, key=f"cs:{purchase.id}:{purchase.attempt}")

    def _show(self, purchase: Purchase, part: str, made: dict[str, Any]) -> None:
        with self.counter.db.transaction() as session:
            now = self.counter.db.clock()
            purchase = session.get_one(Purchase, purchase.id)
            if purchases.advance(session, purchase, PurchaseStatus.OPEN, now, **made):
                notices.tell_buyer(session, purchase, part, notices.linked(purchase), now)

    def _give_up(self, purchase: Purchase) -> None:
        with self.counter.db.transaction() as session:
            now = self.counter.db.clock()
            purchase = session.get_one(Purchase, purchase.id)
            if purchases.advance(session, purchase, PurchaseStatus.FAILED, now):
                notices.tell_buyer(session, purchase, "no-link", notices.renewable(purchase, "link-failed"), now)
