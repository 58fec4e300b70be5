"""What every process that serves people has: a house, the chats it owns, and their tills."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Self
from uuid import UUID

from bots.billing.shops import Shops, restock, shops_of
from bots.core.broadcaster import Broadcaster
from bots.core.channel import Channel
from bots.core.conversation import Conversation
from bots.core.desk import Desk
from bots.core.letters import letters_for
from bots.core.postman import Postman
from bots.core.progress import Ticker
from bots.core.proofs import Proofs
from models.catalogue import read_catalogue
from models.payments import Provider
from models.people import MAIN, Account, Tenant
from models.settings import Settings
from pipeline.access import Access
from pipeline.child import Children
from pipeline.chores import Chore, Chores
from pipeline.queue import Queue, broker_for
from pipeline.service import Pipeline
from pipeline.worker import Crew, caretaker, crew, keeping
from storage import people
from storage.codes import Codes
from storage.db import Database
from storage.keyring import Keyring
from storage.media import MediaStore, open_store
from storage.migrate import upgrade
from storage.presence import enter
from storage.secret import secret_key

RESTOCK = 10.0  # seconds between two looks for shops that tenants open
LOOK = 1.0
LINKS = frozenset({Provider.STRIPE})  # how people pay where there is no money of the messenger's own


@dataclass(slots=True)
class House:
    """What every process shares: the database at this version's schema, the files, the queue and the pipeline."""

    settings: Settings
    db: Database
    store: MediaStore
    queue: Queue
    children: Children
    pipeline: Pipeline
    secret: bytes = field(repr=False)
    presence: IO[str] | None = None

    @classmethod
    def open(cls, settings: Settings, queue: Queue | None = None) -> Self:
        """Everything by its settings; another queue where workers are reached in another way."""
        folder = Path(settings.data_dir).resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        presence = enter(locks(settings))
        db = Database(settings.database)
        upgrade(db)
        store = open_store(settings)
        queue = queue or Queue(broker_for(settings.redis_url))
        children = Children()
        key = settings.secret_key.get_secret_value() if settings.secret_key else None
        pipeline = Pipeline(
            db=db,
            store=store,
            queue=queue,
            children=children,
            access=Access(read_catalogue(settings.catalogue)),
            keeping=keeping(settings),
            hears_everything=settings.groq_api_key is not None,
        )
        return cls(settings, db, store, queue, children, pipeline, secret_key(key, folder), presence)

    def crew(self) -> Crew:
        return crew(self.db, self.store, self.queue, self.children, self.settings)

    def chores(self) -> Chores:
        """What a process without workers does beside its chats."""
        return Chores(caretaker(self.db, self.store, self.settings).chores(), self.settings.sweep_seconds, "caretaker")

    def tenant(self) -> Tenant:
        """The operator's own, without waiting for a writer where it is there."""
        with self.db.reading() as session:
            if (found := people.find_tenant(session, MAIN)) is not None:
                return found
        with self.db.transaction() as session:
            return people.tenant_named(session, MAIN)

    def account(self, channel: str, name: str) -> Account:
        with self.db.transaction() as session:
            tenant = people.tenant_named(session, MAIN)
            return people.account_named(session, tenant.id, channel, name)

    def close(self) -> None:
        self.children.close()
        self.queue.broker.close()
        self.db.close()
        if self.presence is not None:
            self.presence.close()


@dataclass(slots=True)
class Chats:
    """The chats a process owns: their channels, and who delivers to them."""

    house: House
    shops: Shops = field(default_factory=Shops)
    channels: dict[UUID, Channel] = field(default_factory=dict)
    postman: Postman = field(init=False)
    ticker: Ticker = field(init=False)
    proofs: Proofs = field(init=False)
    _desks: dict[UUID, tuple[Desk, frozenset[Provider]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.proofs = Proofs(Codes(self.house.secret), letters_for(self.house.settings))
        lease = timedelta(seconds=self.house.settings.lease_seconds)
        self.postman = Postman(self.house.db, self.house.store, self.channels, lease)
        self.ticker = Ticker(self.house.db, self.channels)

    def desk(self, account: Account, channel: Channel, *, owners: frozenset[str], ways: frozenset[Provider]) -> Desk:
        """The way in for a channel, which is delivered to from now on. `ways` are the ways to pay that may be offered
        there; a link needs a shop of the account's own tenant besides. `owners` are the operator's: nobody elsewhere.
        """
        self.channels[account.id] = channel
        is_own = account.tenant_id == self.house.tenant().id
        desk = Desk(
            self.house.db,
            account,
            channel,
            Conversation(self.house.pipeline),
            self.postman.poke,
            owners if is_own else frozenset(),
            page_url=self.house.settings.page_url,
            keyring=Keyring(self.house.secret),
        )
        self._desks[account.id] = desk, ways
        self._sell(desk, ways)
        return desk

    def let_go(self, account_id: UUID) -> None:
        """Deliver to the chats of an account no more."""
        self.channels.pop(account_id, None)
        self._desks.pop(account_id, None)

    def restock(self) -> None:
        """Look for shops that tenants have opened or closed meanwhile. Blocking."""
        house = self.house
        change = restock(self.shops, house.db, house.pipeline.access, house.secret, house.settings)
        for desk, ways in list(self._desks.values()) if change.opened or change.closed else ():
            self._sell(desk, ways)
        for shop in change.opened:
            shop.rounds.start()
        for shop in change.closed:
            shop.rounds.stop()

    def _sell(self, desk: Desk, ways: frozenset[Provider]) -> None:
        """What a desk has of the shop of its tenant, if there is one."""
        shop = self.shops.by_tenant.get(desk.account.tenant_id)
        desk.providers = ways if shop else ways - {Provider.STRIPE}
        desk.till = shop.till if shop else None
        desk.proofs = replace(self.proofs, search=shop.rounds.customers.search if shop else None)

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """While the block runs, what is owed is sent, progress is shown, and the till is looked after."""
        self.shops.start()
        news = Broadcaster(self.house.db)
        beside = Chores((Chore(self.restock, RESTOCK), Chore(news.look)), LOOK, "chats")
        beside.start()
        work = [asyncio.create_task(self.postman.run()), asyncio.create_task(self.ticker.run())]
        try:
            yield
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await asyncio.to_thread(beside.stop)
            await asyncio.to_thread(self.shops.stop)


def locks(settings: Settings) -> Path:
    """Where processes of this machine hold what only one, or none, may have."""
    return Path(settings.data_dir).resolve() / "locks"


def chats_of(house: House) -> Chats:
    """The chats of a process, with a till for each tenant that sells something."""
    return Chats(house, shops_of(house.db, house.pipeline.access, house.secret, house.settings))
