"""Billing service of one tenant: facade over links, payments, subscriptions, overages and refunds."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bots.billing import notices
from bots.billing.catalogue_check import check_catalogue
from bots.billing.context import BillingContext, PurchaseNotFound, UnrelatedObject
from bots.billing.links import CheckoutLinks
from bots.billing.overage_billing import OverageBilling
from bots.billing.payments import PaymentSync, is_paid
from bots.billing.provider import CustomerMissing, ProviderRejected, ProviderUnavailable
from bots.billing.refunds import RefundProcessor
from bots.billing.subscriptions import SubscriptionSync
from bots.core.conversation.payment_links import PortalRequest, PriceRequest
from models.billing.payments import Purchase
from models.identity.people import Address, Person
from models.messaging.deliveries import Delivery, Message
from storage.billing import customers, purchases
from storage.identity import people
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

log = structlog.get_logger(__name__)

RECENT_AGE = timedelta(minutes=10)  # the user may be paying right now: polled more often
PAUSE, REST = timedelta(seconds=4), timedelta(minutes=2)  # between polls of a purchase: recent, older
LINK_TIMEOUT = timedelta(seconds=15)  # a link not created by then was requested in a process that died


@dataclass(slots=True)
class BillingService:
    """Implements `PaymentLinks` for the conversation, and the sweeps the billing workers run."""

    context: BillingContext
    checkout_links: CheckoutLinks = field(init=False)
    payment_sync: PaymentSync = field(init=False)
    subscription_sync: SubscriptionSync = field(init=False)
    overage_billing: OverageBilling = field(init=False)
    refunds: RefundProcessor = field(init=False)

    def __post_init__(self) -> None:
        self.checkout_links = CheckoutLinks(self.context)
        self.payment_sync = PaymentSync(self.context)
        self.subscription_sync = SubscriptionSync(self.context)
        self.overage_billing = OverageBilling(self.context)
        self.refunds = RefundProcessor(self.context, self.payment_sync)

    def create_link(self, purchase_id: uuid.UUID) -> None:
        """Create the link of a purchase; on a database error `sweep` does it later."""
        try:
            self.checkout_links.create_link(purchase_id)
        except SQLAlchemyError as error:
            log.warning("checkout-link-postponed", purchase=str(purchase_id), error=type(error).__name__)

    def create_portal_link(self, request: PortalRequest) -> None:
        """Edit the message into a link to the customer portal."""
        try:
            self._edit_into_portal(request)
        except SQLAlchemyError as error:
            log.warning("portal-link-not-delivered", error=type(error).__name__)

    def compare_prices(self, request: PriceRequest) -> None:
        """Edit the message into the differences between the price file and the provider."""
        try:
            message = notices.build_price_check(
                check_catalogue(self.context.provider, self.context.access.catalogue), request.delivery_id
            )
        except (ProviderUnavailable, ProviderRejected) as error:
            log.warning("price-check-failed", error=str(error))
            message = notices.build_portal_unavailable("portal-away", request.delivery_id)
        with self.context.db.transaction() as session:
            self._edit_message(session, request, message)

    def refund(self, repayment_id: uuid.UUID) -> None:
        """Refund a payment made by a link; on a database error `sweep` does it later."""
        try:
            self.refunds.process(repayment_id)
        except SQLAlchemyError as error:
            log.warning("refund-postponed", repayment=str(repayment_id), error=type(error).__name__)

    def settle_checkout(self, session_id: str, *, has_failed: bool = False) -> None:
        """Sync a purchase, and the subscription it created, with the provider.

        Raises PurchaseNotFound and UnrelatedObject. The subscription is synced first: once the purchase is paid it
        is not polled any more.
        """
        checkout = self.context.provider.retrieve_checkout_session(session_id)
        if is_paid(checkout) and checkout.subscription is not None:
            self.subscription_sync.sync(checkout.subscription)
        self.payment_sync.settle_checkout(checkout, has_failed=has_failed)

    def sweep(self) -> None:
        """Create pending links, end grace periods, bill overages, process refunds, and, without a webhook, poll open
        purchases.
        """
        context, now = self.context, self.context.db.clock()
        with context.db.read_transaction() as session:
            unlinked = purchases.list_without_link(session, context.tenant_id, now - LINK_TIMEOUT)
        for purchase in unlinked:
            self.create_link(purchase.id)
        self.subscription_sync.end_grace_periods()
        self.overage_billing.bill_due()
        self.refunds.sweep()
        if not context.has_webhook:
            self.poll_purchases(PAUSE)

    def poll_purchases(self, pause: timedelta = REST) -> None:
        """Sync open purchases that may have been paid or have expired."""
        context, now = self.context, self.context.db.clock()
        with context.db.read_transaction() as session:
            due = purchases.build_due_filter(now, RECENT_AGE, pause, REST)
            found = purchases.list_unsettled(session, context.tenant_id, due)
        for purchase in found:
            self._poll_purchase(purchase)

    def _poll_purchase(self, purchase: Purchase) -> None:
        assert purchase.external_id is not None  # noqa: S101 - only purchases with a link are polled
        try:
            self.settle_checkout(purchase.external_id)
        except (PurchaseNotFound, UnrelatedObject, ProviderRejected) as error:
            log.warning("purchase-not-settled", purchase=str(purchase.id), error=str(error))
            with self.context.db.transaction() as session:
                purchases.mark_checked(session, purchase, self.context.db.clock())

    def _edit_into_portal(self, request: PortalRequest) -> None:
        message = self._build_portal_message(request)
        with self.context.db.transaction() as session:
            self._edit_message(session, request, message)

    def _build_portal_message(self, request: PortalRequest) -> Message:
        """The message with the link of the person's latest customer that the provider still has."""
        delivery = request.delivery_id
        customer = self._find_customer(request)
        if customer is None:
            return notices.build_portal_unavailable("billing-nothing", delivery)
        try:
            return notices.build_portal_ready(
                self.context.provider.create_portal_url(customer, self.context.return_url), delivery
            )
        except CustomerMissing:
            self.context.forget_customer(customer)
            return self._build_portal_message(request)
        except (ProviderUnavailable, ProviderRejected) as error:
            log.warning("portal-link-failed", error=str(error))
            return notices.build_portal_unavailable("portal-away", delivery)

    def _find_customer(self, request: PortalRequest) -> str | None:
        with self.context.db.read_transaction() as session:
            person = people.resolve_merged(session, session.get_one(Person, request.person_id))
            return customers.customer_of(session, person)

    def _edit_message(self, session: Session, request: PortalRequest | PriceRequest, message: Message) -> None:
        delivery = session.get_one(Delivery, request.delivery_id)
        address = session.get_one(Address, delivery.address_id)
        outbox_message = OutboxMessage(message, f"portal:{request.delivery_id}")
        outbox.enqueue(session, address, request.person_id, outbox_message, self.context.db.clock())
