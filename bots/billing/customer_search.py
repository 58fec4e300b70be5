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

from bots.billing.counter import Foreign, NotYet
from bots.billing.port import ProviderAway, ProviderRefused, Subscribed
from bots.billing.renewals import Renewals
from bots.core.visit import choice, word
from bots.core.ways import title
from models.catalogue import FREE
from models.codes import EmailLink
from models.deliveries import ChoiceWording, Message, Wording
from models.people import Address, Person
from storage import audit, customers, email_links, outbox, people, purchases, subscriptions
from storage.outbox import Owed

log = structlog.get_logger(__name__)

AGAIN = timedelta(minutes=1)
MOST = 8  # customers offered as choices


@dataclass(frozen=True, slots=True)
class CustomerSearch:
    """Idempotent: may be called for the same row any number of times, concurrently too."""

    renewals: Renewals

    def search(self, link_id: uuid.UUID) -> None:
        """Do what can be done now; `sweep` does the rest later."""
        try:
            self._search(link_id)
        except SQLAlchemyError as error:
            log.warning("search-later", link=str(link_id), error=type(error).__name__)

    def sweep(self) -> None:
        """Continue due rows, delete addresses that were never verified, and end expired links."""
        counter, now = self.renewals.counter, self.renewals.counter.db.clock()
        with counter.db.transaction() as session:
            email_links.forget(session, now)
            due = email_links.due(session, counter.tenant_id, now)
        for link_id in due:
            self.search(link_id)
        self._end()

    def _search(self, link_id: uuid.UUID) -> None:
        counter = self.renewals.counter
        with counter.db.transaction() as session:
            row = email_links.take(session, link_id, counter.db.clock(), AGAIN)
        if row is None:
            return
        try:
            self._go_on(row)
        except ProviderAway as error:
            log.warning("search-later", link=str(link_id), error=type(error).__name__)
            self._tell(row, Message(paragraphs=(word("email-later"),)), "later")
        except ProviderRefused as error:
            log.warning("search-refused", link=str(link_id), error=str(error))
            self._end_with(row, Message(paragraphs=(word("email-none"),)))

    def _go_on(self, row: EmailLink) -> None:
        if row.chosen is not None:
            self._lend(row, row.chosen)
        elif row.email is not None:
            found = self.renewals.counter.provider.customers_by_email(row.email)[:MOST]
            if not found:
                self._end_with(row, Message(paragraphs=(word("email-none"),)))
            elif len(found) == 1:
                self._lend(row, found[0])
            else:
                self._offer(row, found)

    def _offer(self, row: EmailLink, found: Sequence[str]) -> None:
        """Offer the user a choice between several customers."""
        provider, counter = self.renewals.counter.provider, self.renewals.counter
        labels = [self._label(customer, provider.subscriptions_of(customer)) for customer in found]
        rows = tuple(
            (ChoiceWording(data=f"customer:{row.id.hex}:{place}", label=label),) for place, label in enumerate(labels)
        )
        with counter.db.transaction() as session:
            email_links.found(session, row, found)
            self._owe(session, row, Message(paragraphs=(word("email-choose"),), choices=rows), "choose")

    def _label(self, customer: str, told: Sequence[Subscribed]) -> Wording:
        """Name a customer by its active plan, or else by the last characters of its id."""
        for one in told:
            item = self.renewals.counter.prices.item_of(one.price)
            if one.status in subscriptions.GOING_ON and item is not None and item.plan is not None:
                return word("customer-plan", plan=title(item.plan), returns=f"{one.period_end:%Y-%m-%d}")
        return word("customer-unnamed", name=customer[-4:])

    def _lend(self, row: EmailLink, customer: str) -> None:
        """Link the customer and sync its subscriptions before the user is notified, so that after a crash no message is
        untrue."""
        counter = self.renewals.counter
        told = counter.provider.subscriptions_of(customer)
        with counter.db.transaction() as session:
            customers.lend(session, _person(session, row), customer, counter.db.clock())
        for one in told:
            self._follow(one.id)
        with counter.db.transaction() as session:
            now, person = counter.db.clock(), _person(session, row)
            subscriptions.follow_plan(session, person, now)
            if email_links.settle(session, row, now):
                audit.note(session, row.tenant_id, person.id, "email-link", now, customer=customer)
                self._owe(session, row, _linked(person, now + customers.LENT), "done")

    def _follow(self, subscription: str) -> None:
        try:
            self.renewals.follow(subscription)
        except (NotYet, Foreign, ProviderRefused) as error:  # not one of our sales
            log.info("subscription-not-ours", subscription=subscription, error=type(error).__name__)

    def _end(self) -> None:
        counter = self.renewals.counter
        with counter.db.transaction() as session:
            now = counter.db.clock()
            for person in customers.over(session, counter.tenant_id, now):
                address = purchases.address_of(session, person)
                if subscriptions.follow_plan(session, person, now) and address is not None:
                    owed = Owed(Message(paragraphs=(word("email-over"),)), f"email-over:{person.id}:{now:%F}")
                    outbox.owe(session, address, person.id, owed, now)

    def _end_with(self, row: EmailLink, message: Message) -> None:
        with self.renewals.counter.db.transaction() as session:
            if email_links.settle(session, row, self.renewals.counter.db.clock()):
                self._owe(session, row, message, "done")

    def _tell(self, row: EmailLink, message: Message, part: str) -> None:
        with self.renewals.counter.db.transaction() as session:
            self._owe(session, row, message, part)

    def _owe(self, session: Session, row: EmailLink, message: Message, part: str) -> None:
        """Enqueue an edit of the message that shows the state of the search."""
        address = session.get_one(Address, row.address_id)
        changed = message.model_copy(update={"edits_delivery": row.delivery_id})
        owed = Owed(changed, f"email:{row.id}", part)
        outbox.owe(session, address, row.person_id, owed, self.renewals.counter.db.clock())


def _person(session: Session, row: EmailLink) -> Person:
    return people.merged(session, session.get_one(Person, row.person_id))


def _linked(person: Person, until: datetime) -> Message:
    if person.plan == FREE:
        return Message(paragraphs=(word("email-linked"),), choices=((choice("plans", "choice-plans"),),))
    return Message(paragraphs=(word("email-linked-plan", plan=title(person.plan), returns=f"{until:%Y-%m-%d}"),))
