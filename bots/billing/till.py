"""Billing service of one tenant: facade over links, payments, subscriptions, overages and refunds."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bots.billing import notices
from bots.billing.checkup import check_up
from bots.billing.counter import Counter, Foreign, NotYet
from bots.billing.extras import Extras
from bots.billing.links import Links
from bots.billing.payments import Payments, is_paid
from bots.billing.port import ProviderAway, ProviderRefused
from bots.billing.renewals import Renewals
from bots.billing.repayments import Repayments
from bots.core.till import PortalWish, PriceWish
from models.deliveries import Delivery, Message
from models.payments import Purchase
from models.people import Address, Person
from storage import customers, outbox, people, purchases
from storage.outbox import Owed

log = structlog.get_logger(__name__)

YOUNG = timedelta(minutes=10)  # the user may be paying right now: polled more often
PAUSE, REST = timedelta(seconds=4), timedelta(minutes=2)  # between polls of a purchase: recent, older
FORGOTTEN = timedelta(seconds=15)  # a link not created by then was requested in a process that died


@dataclass(slots=True)
class Till:
    """Implements `PaymentLinks` for the conversation, and the sweeps the billing workers run."""

    counter: Counter
    links: Links = field(init=False)
    payments: Payments = field(init=False)
    renewals: Renewals = field(init=False)
    extras: Extras = field(init=False)
    repayments: Repayments = field(init=False)

    def __post_init__(self) -> None:
        self.links = Links(self.counter)
        self.payments = Payments(self.counter)
        self.renewals = Renewals(self.counter)
        self.extras = Extras(self.counter)
        self.repayments = Repayments(self.counter, self.payments)

    def open(self, purchase_id: uuid.UUID) -> None:
        """Create the link of a purchase; on a database error `sweep` does it later."""
        try:
            self.links.open(purchase_id)
        except SQLAlchemyError as error:
            log.warning("link-later", purchase=str(purchase_id), error=type(error).__name__)

    def portal(self, wish: PortalWish) -> None:
        """Edit the message into a link to the customer portal."""
        try:
            self._portal(wish)
        except SQLAlchemyError as error:
            log.warning("portal-not-told", error=type(error).__name__)

    def compare(self, wish: PriceWish) -> None:
        """Edit the message into the differences between the price file and the provider."""
        try:
            message = notices.compared(check_up(self.counter.provider, self.counter.access.catalogue), wish.delivery_id)
        except (ProviderAway, ProviderRefused) as error:
            log.warning("prices-not-compared", error=str(error))
            message = notices.no_portal("portal-away", wish.delivery_id)
        with self.counter.db.transaction() as session:
            self._tell(session, wish, message)

    def repay(self, repayment_id: uuid.UUID) -> None:
        """Refund a payment made by a link; on a database error `sweep` does it later."""
        try:
            self.repayments.repay(repayment_id)
        except SQLAlchemyError as error:
            log.warning("repayment-later", repayment=str(repayment_id), error=type(error).__name__)

    def settle(self, session_id: str, *, has_failed: bool = False) -> None:
        """Sync a purchase, and the subscription it created, with the provider.

        Raises PurchaseNotFound and UnrelatedObject. The subscription is synced first: once the purchase is paid it
        is not polled any more.
        """
        checkout = self.counter.provider.checkout(session_id)
        if is_paid(checkout) and checkout.subscription is not None:
            self.renewals.follow(checkout.subscription)
        self.payments.settle(checkout, has_failed=has_failed)

    def sweep(self) -> None:
        """Create pending links, end grace periods, bill overages, process refunds, and, without a webhook, poll open
        purchases.
        """
        counter, now = self.counter, self.counter.db.clock()
        with counter.db.reading() as session:
            unlinked = purchases.unlinked(session, counter.tenant_id, now - FORGOTTEN)
        for purchase in unlinked:
            self.open(purchase.id)
        self.renewals.end_grace()
        self.extras.bill()
        self.repayments.sweep()
        if not counter.listens:
            self.ask(PAUSE)

    def ask(self, pause: timedelta = REST) -> None:
        """Sync open purchases that may have been paid or have expired."""
        counter, now = self.counter, self.counter.db.clock()
        with counter.db.reading() as session:
            due = purchases.due(now, YOUNG, pause, REST)
            found = purchases.unsettled(session, counter.tenant_id, due)
        for purchase in found:
            self._ask(purchase)

    def _ask(self, purchase: Purchase) -> None:
        assert purchase.external_id is not None  # noqa: S101 - only purchases with a link are polled
        try:
            self.settle(purchase.external_id)
        except (NotYet, Foreign, ProviderRefused) as error:
            log.warning("purchase-not-settled", purchase=str(purchase.id), error=str(error))
            with self.counter.db.transaction() as session:
                purchases.checked(session, purchase, self.counter.db.clock())

    def _portal(self, wish: PortalWish) -> None:
        with self.counter.db.reading() as session:
            person = people.merged(session, session.get_one(Person, wish.person_id))
            customer = customers.customer_of(session, person)
        message = self._portal_message(customer, wish.delivery_id)
        with self.counter.db.transaction() as session:
            self._tell(session, wish, message)

    def _portal_message(self, customer: str | None, delivery: int) -> Message:
        if customer is None:
            return notices.no_portal("billing-nothing", delivery)
        try:
            return notices.portal(self.counter.provider.portal(customer, self.counter.return_url), delivery)
        except (ProviderAway, ProviderRefused) as error:
            log.warning("no-portal", error=str(error))
            return notices.no_portal("portal-away", delivery)

    def _tell(self, session: Session, wish: PortalWish | PriceWish, message: Message) -> None:
        asked = session.get_one(Delivery, wish.delivery_id)
        address = session.get_one(Address, asked.address_id)
        owed = Owed(message, f"portal:{wish.delivery_id}")
        outbox.owe(session, address, wish.person_id, owed, self.counter.db.clock())
