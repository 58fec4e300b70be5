"""Billing of a world's customer, with a payment provider in memory."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from fakes.clock import SettableClock
from fakes.ledger_checks import assert_ledger_balances
from fakes.memory_provider import MemoryProvider
from fakes.sample_customers import SampleCustomer, reserve_credits
from fakes.world.world import World
from sqlmodel import col, select

from bots.billing.context import BillingContext, PurchaseNotFound
from bots.billing.provider import WebhookEvent
from bots.billing.service import BillingService
from bots.billing.webhooks.events import EVENT_HANDLERS
from bots.billing.workers import BillingWorkers
from bots.core.context import text_for
from bots.core.delivery.message_rendering import render_message
from models.billing.payments import Provider, ProviderEvent, Purchase
from models.identity.people import Person
from models.jobs.job import Job
from models.messaging.deliveries import Delivery, Message
from storage.billing import ledger
from storage.billing.ledger import CreditBalance
from storage.db import Database
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage


@dataclass
class MemoryBilling:
    """The billing service of the customer's tenant."""

    world: World
    provider: MemoryProvider
    workers: BillingWorkers

    @classmethod
    def open(cls, world: World, *, has_webhook: bool = True) -> "MemoryBilling":
        access, tenant_id = world.pipeline.entitlements, world.customer.person.tenant_id
        provider = MemoryProvider(access.catalogue, world.clock)
        context = BillingContext(world.db, provider, access, tenant_id, has_webhook=has_webhook)
        return cls(world, provider, BillingWorkers(BillingService(context)))

    @property
    def db(self) -> Database:
        return self.world.db

    @property
    def clock(self) -> SettableClock:
        return self.world.clock

    @property
    def customer(self) -> SampleCustomer:
        return self.world.customer

    @property
    def service(self) -> BillingService:
        return self.workers.billing

    def create_purchase(self, item: str = "pack:100", customer: SampleCustomer | None = None) -> Purchase:
        """A purchase as the conversation creates it: requested, with a message that announces the link."""
        buyer = customer or self.customer
        priced = self.provider.catalogue.find_item(item)
        assert priced is not None
        with self.db.transaction() as session:
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
            outbox_message = OutboxMessage(
                Message(paragraphs=(text_for("link-preparing"),)), f"purchase:{purchase.id}", "link"
            )
            purchase.delivery_id = outbox.enqueue(session, buyer.address, buyer.person.id, outbox_message, self.clock())
        return purchase

    def open_checkout(self, item: str = "pack:100") -> str:
        """The Checkout Session of a new purchase whose link is created."""
        purchase = self.create_purchase(item)
        self.service.create_link(purchase.id)
        return str(self.reload_purchase(purchase).external_id)

    def buy(self, item: str = "pack:100") -> str:
        """A Checkout Session that is paid, with its events handled."""
        session = self.open_checkout(item)
        self.provider.pay_session(session)
        self.deliver_events(self.list_unprocessed_events())
        return session

    def list_unprocessed_events(self) -> list[WebhookEvent]:
        """Provider events that are not stored yet."""
        with self.db.read_transaction() as session:
            known = set(session.exec(select(ProviderEvent.external_id)))
        return [event for event in self.provider.events if event.id not in known]

    def deliver_events(self, events: Sequence[WebhookEvent], *, max_rounds: int = 12) -> None:
        """Store events as the webhook does, one by one, and process them until none is left."""
        for event in events:
            self.workers.event_processor.save(event)
            self.workers.event_processor.process_due()
        for _ in range(max_rounds):
            if not self.list_unhandled():
                return
            self.clock.advance(seconds=20)
            self.workers.event_processor.process_due()

    def run_handlers(self, events: Sequence[WebhookEvent]) -> list[WebhookEvent]:
        """Run the event handlers directly; events that cannot be handled yet are retried at the end.

        Returns the events that still cannot be handled.
        """
        unhandled = list(events)
        for _ in range(len(events)):
            unhandled = [event for event in unhandled if not self._run_handler(event)]
        return unhandled

    def _run_handler(self, event: WebhookEvent) -> bool:
        try:
            if handle := EVENT_HANDLERS.get(event.kind):
                handle(self.service, event.object_id)
        except PurchaseNotFound:
            return False
        return True

    def deliver_shuffled(self, rng: random.Random) -> None:
        events = self.list_unprocessed_events() * 2
        rng.shuffle(events)
        self.deliver_events(events)

    def list_unhandled(self) -> list[ProviderEvent]:
        with self.db.read_transaction() as session:
            return list(session.exec(select(ProviderEvent).where(col(ProviderEvent.handled_at).is_(None))))

    def reload_purchase(self, purchase: Purchase) -> Purchase:
        with self.db.read_transaction() as session:
            return session.get_one(Purchase, purchase.id)

    def find_purchase(self, session_id: str) -> Purchase:
        with self.db.read_transaction() as session:
            return session.exec(select(Purchase).where(col(Purchase.external_id) == session_id)).one()

    def get_person(self) -> Person:
        with self.db.read_transaction() as session:
            return session.get_one(Person, self.customer.person.id)

    def get_credits(self) -> CreditBalance:
        """The customer's credits without free ones; also checks the ledger's invariants."""
        with self.db.transaction() as session:
            assert_ledger_balances(session)
            return ledger.balance_of(session, self.get_person(), self.clock())

    def spend_credits(self, amount: int) -> Job:
        """Spend credits on a finished job."""
        job = self.reserve_credits(amount)
        with self.db.transaction() as session:
            assert ledger.settle(session, self.customer.person, job.id, amount, amount, self.clock())
        return job

    def reserve_credits(self, amount: int) -> Job:
        with self.db.transaction() as session:
            return reserve_credits(session, self.customer, amount, self.clock())

    def list_texts(self) -> list[str]:
        """The texts sent to the customer, in English, oldest first."""
        query = select(Delivery).where(col(Delivery.person_id) == self.customer.person.id).order_by(col(Delivery.id))
        with self.db.read_transaction() as session:
            return [render_message(row.content, "en").text for row in session.exec(query)]

    def get_last_message(self) -> Message:
        query = (
            select(Delivery).where(col(Delivery.person_id) == self.customer.person.id).order_by(col(Delivery.id).desc())
        )
        with self.db.read_transaction() as session:
            found = session.exec(query).first()
            assert found is not None
            return found.content
