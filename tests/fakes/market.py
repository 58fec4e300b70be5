"""Billing without the chat: a customer, the billing service, and a payment provider in memory."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from fakes.books import assert_books_balance
from fakes.clock import SettableClock
from fakes.customers import Customer, add_job, welcome
from fakes.provider import MemoryProvider
from sqlmodel import col, select

from bots.billing.context import BillingContext, PurchaseNotFound
from bots.billing.provider import WebhookEvent
from bots.billing.service import BillingService
from bots.billing.webhooks.events import EVENT_HANDLERS
from bots.billing.workers import BillingWorkers
from bots.core.context import translated
from bots.core.delivery.message_rendering import render_message
from models.billing.catalogue import read_catalogue
from models.billing.payments import Provider, ProviderEvent, Purchase
from models.identity.people import Person
from models.jobs.job import Job
from models.messaging.deliveries import Delivery, Message
from pipeline.jobs.entitlements import Entitlements
from storage.billing import ledger
from storage.billing.ledger import CreditBalance
from storage.db import Database
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage


@dataclass
class Market:
    """Billing on the test's clock, with one customer."""

    database: Database
    clock: SettableClock
    provider: MemoryProvider
    rounds: BillingWorkers
    ana: Customer

    @classmethod
    def open(cls, database: Database, clock: SettableClock, *, listens: bool = True) -> "Market":
        catalogue, ana = read_catalogue(), welcome(database)
        provider = MemoryProvider(catalogue, clock)
        counter = BillingContext(database, provider, Entitlements(catalogue), ana.person.tenant_id, has_webhook=listens)
        return cls(database, clock, provider, BillingWorkers(BillingService(counter)), ana)

    @property
    def till(self) -> BillingService:
        return self.rounds.billing

    def asks(self, item: str = "pack:100", customer: Customer | None = None) -> Purchase:
        """A purchase as the conversation creates it: requested, with a message that announces the link."""
        buyer = customer or self.ana
        priced = self.provider.catalogue.find_item(item)
        assert priced is not None
        with self.database.transaction() as session:
            purchase = Purchase(
                tenant_id=buyer.person.tenant_id,
                person_id=buyer.person.id,
                address_id=buyer.address.id,
                provider=Provider.STRIPE,
                item=item,
                currency="usd",
                amount=priced.prices["usd"],
                created_at=self.clock(),
                checked_at=self.clock(),
            )
            session.add(purchase)
            session.flush()
            owed = OutboxMessage(Message(paragraphs=(translated("link-preparing"),)), f"purchase:{purchase.id}", "link")
            purchase.delivery_id = outbox.enqueue(session, buyer.address, buyer.person.id, owed, self.clock())
        return purchase

    def orders(self, item: str = "pack:100") -> str:
        """The Checkout Session of a new purchase whose link is created."""
        purchase = self.asks(item)
        self.till.create_link(purchase.id)
        return str(self.purchase(purchase).external_id)

    def buys(self, item: str = "pack:100") -> str:
        """A Checkout Session that is paid, with its events handled."""
        session = self.orders(item)
        self.provider.pay(session)
        self.hears(self.unheard())
        return session

    def unheard(self) -> list[WebhookEvent]:
        """Provider events that are not stored yet."""
        with self.database.read_transaction() as session:
            known = set(session.exec(select(ProviderEvent.external_id)))
        return [news for news in self.provider.news if news.id not in known]

    def hears(self, news: Sequence[WebhookEvent], *, rounds: int = 12) -> None:
        """Store events as the webhook does, one by one, and process them until none is left."""
        for one in news:
            self.rounds.event_processor.save(one)
            self.rounds.event_processor.process_due()
        for _ in range(rounds):
            if not self.waiting():
                return
            self.clock.forward(seconds=20)
            self.rounds.event_processor.process_due()

    def acts_on(self, news: Sequence[WebhookEvent]) -> list[WebhookEvent]:
        """Run the event handlers directly; events that cannot be handled yet are retried at the end.

        Returns the events that still cannot be handled.
        """
        later = list(news)
        for _ in range(len(news)):
            later = [one for one in later if not self._acts(one)]
        return later

    def _acts(self, news: WebhookEvent) -> bool:
        try:
            if handle := EVENT_HANDLERS.get(news.kind):
                handle(self.till, news.object_id)
        except PurchaseNotFound:
            return False
        return True

    def hears_shuffled(self, chance: random.Random) -> None:
        news = self.unheard() * 2
        chance.shuffle(news)
        self.hears(news)

    def waiting(self) -> list[ProviderEvent]:
        with self.database.read_transaction() as session:
            return list(session.exec(select(ProviderEvent).where(col(ProviderEvent.handled_at).is_(None))))

    def purchase(self, purchase: Purchase) -> Purchase:
        with self.database.read_transaction() as session:
            return session.get_one(Purchase, purchase.id)

    def purchase_of(self, session_id: str) -> Purchase:
        with self.database.read_transaction() as session:
            return session.exec(select(Purchase).where(col(Purchase.external_id) == session_id)).one()

    def person(self) -> Person:
        with self.database.read_transaction() as session:
            return session.get_one(Person, self.ana.person.id)

    def credits(self) -> CreditBalance:
        """The customer's credits without free ones; also checks the ledger's invariants."""
        with self.database.transaction() as session:
            assert_books_balance(session)
            return ledger.balance_of(session, self.person(), self.clock())

    def spends(self, amount: int) -> Job:
        """Spend credits on a finished job."""
        job = self.reserves(amount)
        with self.database.transaction() as session:
            assert ledger.settle(session, self.ana.person, job.id, amount, amount, self.clock())
        return job

    def reserves(self, amount: int) -> Job:
        with self.database.transaction() as session:
            job = add_job(session, self.ana, self.clock(), credits=amount)
            assert ledger.reserve(session, self.ana.person, job.id, amount, self.clock())
        return job

    def told(self) -> list[str]:
        """The texts sent to the customer, in English, oldest first."""
        wanted = select(Delivery).where(col(Delivery.person_id) == self.ana.person.id).order_by(col(Delivery.id))
        with self.database.read_transaction() as session:
            return [render_message(row.content, "en").text for row in session.exec(wanted)]

    def last(self) -> Message:
        wanted = select(Delivery).where(col(Delivery.person_id) == self.ana.person.id).order_by(col(Delivery.id).desc())
        with self.database.read_transaction() as session:
            found = session.exec(wanted).first()
            assert found is not None
            return found.content
