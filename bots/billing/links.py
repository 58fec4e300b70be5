"""Creation of payment links: requested in a conversation, created here, shown by editing the message about them.

Each purchase gets its own Checkout Session, unless the price file has a static Payment Link for the item.
"""

import uuid
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlmodel import Session

from bots.billing import notices, signed_refs
from bots.billing.context import LINK_LIFETIME, MIN_LINK_LIFETIME, BillingContext
from bots.billing.provider import (
    CheckoutRequest,
    CheckoutSession,
    CustomerMissing,
    ProviderRejected,
    ProviderUnavailable,
)
from models.billing.payments import Purchase, PurchaseStatus
from models.identity.people import Person
from storage.billing import customers, purchases

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CheckoutLinks:
    """Creates the link of one purchase at a time; idempotent, may be called concurrently."""

    context: BillingContext

    def create_link(self, purchase_id: uuid.UUID) -> None:
        """Create a purchase's link. While the provider is unavailable the purchase stays pending."""
        found = self._prepare(purchase_id)
        if found is None:
            return
        purchase, request = found
        if link := self._find_static_link(purchase):
            self._show_static_link(purchase, link)
            return
        try:
            checkout = self._create_session_for_known(purchase, request)
        except ProviderUnavailable as error:
            log.warning("checkout-link-postponed", purchase=str(purchase.id), error=type(error).__name__)
        except ProviderRejected as error:
            log.error("checkout-link-rejected", purchase=str(purchase.id), error=str(error))  # noqa: TRY400 - no traceback needed: the error is logged
            self._mark_failed(purchase)
        else:
            values = {"external_id": checkout.id, "url": checkout.url, "expires_at": checkout.expires_at}
            self._show_link(purchase, f"link:{checkout.id}", values)

    def _find_static_link(self, purchase: Purchase) -> str | None:
        item = self.context.access.catalogue.find_item(purchase.item)
        return item.links.get(purchase.currency) if item and self.context.secret else None

    def _show_static_link(self, purchase: Purchase, link: str) -> None:
        """The link is shared by all users; a signed reference in its URL names the user to credit."""
        now = self.context.db.clock()
        reference = signed_refs.sign_reference(self.context.secret, purchase.person_id, now)
        values = {"url": signed_refs.add_reference(link, reference), "expires_at": now + signed_refs.LIFETIME}
        self._show_link(purchase, "link:static", values)

    def _prepare(self, purchase_id: uuid.UUID) -> tuple[Purchase, CheckoutRequest] | None:
        context = self.context
        with context.db.transaction() as session:
            if not purchases.prepare_link(session, purchase_id, context.db.clock(), LINK_LIFETIME, MIN_LINK_LIFETIME):
                return None
            purchase = session.get_one(Purchase, purchase_id, populate_existing=True)
            if purchase.tenant_id != context.tenant_id:
                return None
            return purchase, self._build_request(session, purchase)

    def _build_request(self, session: Session, purchase: Purchase) -> CheckoutRequest:
        """Build the request, all but the price, from the database alone, so that a repeat sends the same parameters."""
        assert purchase.expires_at is not None  # noqa: S101 - set by `prepare_link`
        person = session.get_one(Person, purchase.person_id)
        return CheckoutRequest(
            price="",
            is_recurring=purchase.item.startswith("plan:"),
            reference=str(purchase.id),
            metadata={"purchase_id": str(purchase.id), "tenant_id": str(purchase.tenant_id)},
            expires_at=purchase.expires_at,
            customer=customers.customer_of(session, person),
            return_url=self.context.return_url,
            language=person.language,
        )

    def _create_session_for_known(self, purchase: Purchase, request: CheckoutRequest) -> CheckoutSession:
        """Create the session; a customer that is gone is forgotten, and the next one, or none, takes its place."""
        while True:
            try:
                return self._create_session(purchase, request)
            except CustomerMissing:
                if request.customer is None:
                    raise
                self.context.forget_customer(request.customer)
                with self.context.db.read_transaction() as session:
                    request = self._build_request(session, purchase)

    def _create_session(self, purchase: Purchase, request: CheckoutRequest) -> CheckoutSession:
        """Raises ProviderRejected too when the provider's price of the item is not the one the user was shown."""
        price = self.context.prices.price_of(purchase.item, purchase.currency)
        if price is None or price.amount != purchase.amount:
            raise ProviderRejected(f"no price of {purchase.amount} {purchase.currency} for {purchase.item}")
        priced = replace(request, price=price.id)
        key = f"cs:{purchase.id}:{purchase.attempt}:{request.customer or ''}"  # another customer is another request
        return self.context.provider.create_checkout_session(priced, key=key)

    def _show_link(self, purchase: Purchase, part: str, values: dict[str, Any]) -> None:
        with self.context.db.transaction() as session:
            now = self.context.db.clock()
            purchase = session.get_one(Purchase, purchase.id)
            if purchases.advance(session, purchase, PurchaseStatus.OPEN, now, **values):
                notices.notify_buyer(session, purchase, part, notices.build_link_ready(purchase), now)

    def _mark_failed(self, purchase: Purchase) -> None:
        with self.context.db.transaction() as session:
            now = self.context.db.clock()
            purchase = session.get_one(Purchase, purchase.id)
            if purchases.advance(session, purchase, PurchaseStatus.FAILED, now):
                notices.notify_buyer(
                    session, purchase, "no-link", notices.build_link_replaced(purchase, "link-failed"), now
                )
