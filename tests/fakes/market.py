"""Somebody who buys, a till, and a provider: everything of money but the chat."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from fakes.books import assert_books_balance
from fakes.clock import SettableClock
from fakes.customers import Customer, add_job, welcome
from fakes.provider import MemoryProvider
from sqlmodel import col, select

from bots.billing.counter import Counter, NotYet
from bots.billing.inbox import HANDLERS
from bots.billing.port import News
from bots.billing.rounds import Rounds
from bots.billing.till import Till
from bots.core.phrases import text_of
from bots.core.visit import word
from models.catalogue import read_catalogue
from models.deliveries import Delivery, Message
from models.jobs import Job
from models.payments import Provider, ProviderEvent, Purchase
from models.people import Person
from pipeline.access import Access
from storage import ledger, outbox
from storage.db import Database
from storage.ledger import Credits
from storage.outbox import Owed


@dataclass
class Market:
    """On the test's clock. `ana` is somebody with a chat of her own."""

    database: Database
    clock: SettableClock
    provider: MemoryProvider
    rounds: Rounds
    ana: Customer

    @classmethod
    def open(cls, database: Database, clock: SettableClock, *, listens: bool = True) -> "Market":
        catalogue, ana = read_catalogue(), welcome(database)
        provider = MemoryProvider(catalogue, clock)
        counter = Counter(database, provider, Access(catalogue), ana.person.tenant_id, listens=listens)
        return cls(database, clock, provider, Rounds(Till(counter)), ana)

    @property
    def till(self) -> Till:
        return self.rounds.till

    def asks(self, item: str = "pack:100", customer: Customer | None = None) -> Purchase:
        """A purchase as the conversation leaves it: asked for, with a message that promises the link."""
        buyer = customer or self.ana
        priced = self.provider.catalogue.item(item)
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
            owed = Owed(Message(paragraphs=(word("link-preparing"),)), f"purchase:{purchase.id}", "link")
            purchase.delivery_id = outbox.owe(session, buyer.address, buyer.person.id, owed, self.clock())
        return purchase

    def orders(self, item: str = "pack:100") -> str:
        """The session of a purchase whose link is made."""
        purchase = self.asks(item)
        self.till.open(purchase.id)
        return str(self.purchase(purchase).external_id)

    def buys(self, item: str = "pack:100") -> str:
        """A session that is paid, and the news of it handled."""
        session = self.orders(item)
        self.provider.pay(session)
        self.hears(self.unheard())
        return session

    def unheard(self) -> list[News]:
        """News that were not told yet."""
        with self.database.reading() as session:
            known = set(session.exec(select(ProviderEvent.external_id)))
        return [news for news in self.provider.news if news.id not in known]

    def hears(self, news: Sequence[News], *, rounds: int = 12) -> None:
        """The webhook tells them, one after the other; then they are handled for as long as it takes."""
        for one in news:
            self.rounds.inbox.keep(one)
            self.rounds.inbox.handle()
        for _ in range(rounds):
            if not self.waiting():
                return
            self.clock.forward(seconds=20)
            self.rounds.inbox.handle()

    def acts_on(self, news: Sequence[News]) -> list[News]:
        """What the handlers make of news, without the inbox: what cannot be handled yet is tried again at the end.

        Those that still cannot be.
        """
        later = list(news)
        for _ in range(len(news)):
            later = [one for one in later if not self._acts(one)]
        return later

    def _acts(self, news: News) -> bool:
        try:
            if handle := HANDLERS.get(news.kind):
                handle(self.till, news.object_id)
        except NotYet:
            return False
        return True

    def hears_shuffled(self, chance: random.Random) -> None:
        news = self.unheard() * 2
        chance.shuffle(news)
        self.hears(news)

    def waiting(self) -> list[ProviderEvent]:
        with self.database.reading() as session:
            return list(session.exec(select(ProviderEvent).where(col(ProviderEvent.handled_at).is_(None))))

    def purchase(self, purchase: Purchase) -> Purchase:
        with self.database.reading() as session:
            return session.get_one(Purchase, purchase.id)

    def purchase_of(self, session_id: str) -> Purchase:
        with self.database.reading() as session:
            return session.exec(select(Purchase).where(col(Purchase.external_id) == session_id)).one()

    def person(self) -> Person:
        with self.database.reading() as session:
            return session.get_one(Person, self.ana.person.id)

    def credits(self) -> Credits:
        """Ana's credits, free ones left out; the books are looked over on the way."""
        with self.database.transaction() as session:
            assert_books_balance(session)
            return ledger.credits_of(session, self.person(), self.clock())

    def spends(self, amount: int) -> Job:
        """A job that is done and charged."""
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
        """What Ana was told, in English, oldest first."""
        wanted = select(Delivery).where(col(Delivery.person_id) == self.ana.person.id).order_by(col(Delivery.id))
        with self.database.reading() as session:
            return [text_of(row.content, "en").text for row in session.exec(wanted)]

    def last(self) -> Message:
        wanted = select(Delivery).where(col(Delivery.person_id) == self.ana.person.id).order_by(col(Delivery.id).desc())
        with self.database.reading() as session:
            found = session.exec(wanted).first()
            assert found is not None
            return found.content
