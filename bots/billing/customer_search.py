"""Search for the provider's customers with a verified e-mail address, and the temporary link to their plans.

A row of `email_link` is the pending work: any worker that finds it due does it, and again after a crash.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bots.billing.context import PurchaseNotFound, UnrelatedObject
from bots.billing.provider import ProviderRejected, ProviderSubscription, ProviderUnavailable
from bots.billing.subscriptions import SubscriptionSync
from bots.core.context import choice_for, text_for
from bots.core.conversation.payment_methods import format_plan_title
from models.billing.plans import FREE_PLAN
from models.identity.codes import EmailLink
from models.identity.people import Address, Person
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText
from storage.billing import customers, purchases, subscriptions
from storage.identity import email_links, people
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage
from storage.operations import audit

log = structlog.get_logger(__name__)

RETRY_AFTER = timedelta(minutes=1)
MAX_CUSTOMERS = 8  # customers offered as choices


@dataclass(frozen=True, slots=True)
class CustomerSearch:
    """Idempotent: may be called for the same row any number of times, concurrently too."""

    subscription_sync: SubscriptionSync

    def search(self, link_id: uuid.UUID) -> None:
        """Do what can be done now; `sweep` does the rest later."""
        try:
            self._search(link_id)
        except SQLAlchemyError as error:
            log.warning("customer-search-postponed", link=str(link_id), error=type(error).__name__)

    def sweep(self) -> None:
        """Continue due rows, delete addresses that were never verified, and end expired links."""
        context, now = self.subscription_sync.context, self.subscription_sync.context.db.clock()
        with context.db.transaction() as session:
            email_links.expire_stale(session, now)
            due = email_links.list_due_ids(session, context.tenant_id, now)
        for link_id in due:
            self.search(link_id)
        self._end_expired_links()

    def _search(self, link_id: uuid.UUID) -> None:
        context = self.subscription_sync.context
        with context.db.transaction() as session:
            row = email_links.claim(session, link_id, context.db.clock(), RETRY_AFTER)
        if row is None:
            return
        try:
            self._continue(row)
        except ProviderUnavailable as error:
            log.warning("customer-search-postponed", link=str(link_id), error=type(error).__name__)
            self._edit_message(row, Message(paragraphs=(text_for("email-later"),)), "later")
        except ProviderRejected as error:
            log.warning("customer-search-rejected", link=str(link_id), error=str(error))
            self._finish(row, Message(paragraphs=(text_for("email-none"),)))

    def _continue(self, row: EmailLink) -> None:
        if row.chosen is not None:
            self._link_customer(row, row.chosen)
        elif row.email is not None:
            found = self.subscription_sync.context.provider.list_customers_by_email(row.email)[:MAX_CUSTOMERS]
            if not found:
                self._finish(row, Message(paragraphs=(text_for("email-none"),)))
            elif len(found) == 1:
                self._link_customer(row, found[0])
            else:
                self._offer_choice(row, found)

    def _offer_choice(self, row: EmailLink, customer_ids: Sequence[str]) -> None:
        """Offer the user a choice between several customers."""
        provider, context = self.subscription_sync.context.provider, self.subscription_sync.context
        labels = [self._build_label(customer, provider.list_subscriptions(customer)) for customer in customer_ids]
        rows = tuple(
            (TranslatedChoice(data=f"customer:{row.id.hex}:{index}", label=label),)
            for index, label in enumerate(labels)
        )
        with context.db.transaction() as session:
            email_links.save_candidates(session, row, customer_ids)
            self._enqueue_edit(session, row, Message(paragraphs=(text_for("email-choose"),), choices=rows), "choose")

    def _build_label(self, customer: str, subscribed: Sequence[ProviderSubscription]) -> TranslatedText:
        """Name a customer by its active plan, or else by the last characters of its id."""
        for subscription in subscribed:
            item = self.subscription_sync.context.prices.item_of(subscription.price)
            if subscription.status in subscriptions.ACTIVE_STATUSES and item is not None and item.plan is not None:
                return text_for(
                    "customer-plan", plan=format_plan_title(item.plan), returns=f"{subscription.period_end:%Y-%m-%d}"
                )
        return text_for("customer-unnamed", name=customer[-4:])

    def _link_customer(self, row: EmailLink, customer: str) -> None:
        """Link the customer and sync its subscriptions before the user is notified, so that after a crash no message is
        untrue."""
        context = self.subscription_sync.context
        subscribed = context.provider.list_subscriptions(customer)
        with context.db.transaction() as session:
            customers.link_temporarily(session, _load_person(session, row), customer, context.db.clock())
        for subscription in subscribed:
            self._sync_subscription(subscription.id)
        with context.db.transaction() as session:
            now, person = context.db.clock(), _load_person(session, row)
            subscriptions.update_plan(session, person, now)
            if email_links.settle(session, row, now):
                audit.record(session, row.tenant_id, person.id, "email-link", now, customer=customer)
                self._enqueue_edit(session, row, _build_linked_message(person, now + customers.LINK_LIFETIME), "done")

    def _sync_subscription(self, subscription: str) -> None:
        try:
            self.subscription_sync.sync(subscription)
        except (PurchaseNotFound, UnrelatedObject, ProviderRejected) as error:  # not one of our sales
            log.info("subscription-unrelated", subscription=subscription, error=type(error).__name__)

    def _end_expired_links(self) -> None:
        context = self.subscription_sync.context
        with context.db.transaction() as session:
            now = context.db.clock()
            for person in customers.list_people_with_expired_link(session, context.tenant_id, now):
                address = purchases.address_of(session, person)
                if subscriptions.update_plan(session, person, now) and address is not None:
                    outbox_message = OutboxMessage(
                        Message(paragraphs=(text_for("email-over"),)), f"email-over:{person.id}:{now:%F}"
                    )
                    outbox.enqueue(session, address, person.id, outbox_message, now)

    def _finish(self, row: EmailLink, message: Message) -> None:
        with self.subscription_sync.context.db.transaction() as session:
            if email_links.settle(session, row, self.subscription_sync.context.db.clock()):
                self._enqueue_edit(session, row, message, "done")

    def _edit_message(self, row: EmailLink, message: Message, part: str) -> None:
        with self.subscription_sync.context.db.transaction() as session:
            self._enqueue_edit(session, row, message, part)

    def _enqueue_edit(self, session: Session, row: EmailLink, message: Message, part: str) -> None:
        """Enqueue an edit of the message that shows the state of the search."""
        address = session.get_one(Address, row.address_id)
        edit = message.model_copy(update={"edits_delivery": row.delivery_id})
        outbox_message = OutboxMessage(edit, f"email:{row.id}", part)
        outbox.enqueue(session, address, row.person_id, outbox_message, self.subscription_sync.context.db.clock())


def _load_person(session: Session, row: EmailLink) -> Person:
    return people.resolve_merged(session, session.get_one(Person, row.person_id))


def _build_linked_message(person: Person, until: datetime) -> Message:
    if person.plan == FREE_PLAN:
        return Message(paragraphs=(text_for("email-linked"),), choices=((choice_for("plans", "choice-plans"),),))
    return Message(
        paragraphs=(text_for("email-linked-plan", plan=format_plan_title(person.plan), returns=f"{until:%Y-%m-%d}"),)
    )
