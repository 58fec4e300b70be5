"""The composition root of every process: settings go in, running parts come out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self
from uuid import UUID

from bots.core import commands
from bots.core.channel import Channel
from bots.core.conversation import Conversation
from bots.core.desk import Desk
from bots.core.postman import Postman
from bots.core.progress import Ticker
from bots.locales import LANGUAGES, say
from bots.telegram.application import builder_for
from bots.telegram.gateway import TelegramGateway
from bots.telegram.menu import Profile
from bots.web.app import WebParts, create_app
from bots.web.page import PageChannel
from bots.web.server import WebServer, web_server
from bots.web.uploads import Uploads
from models.catalogue import read_catalogue
from models.people import MAIN, Account
from models.settings import Settings
from pipeline.access import Access
from pipeline.child import Children
from pipeline.queue import Queue, broker_for
from pipeline.service import Pipeline
from pipeline.worker import Crew, crew, keeping
from storage import people
from storage.db import Database
from storage.media import MediaStore, open_store
from storage.migrate import upgrade
from storage.secret import secret_key

EVERYBODY = "*"


@dataclass(slots=True)
class House:
    """What every process shares: the database at this version's schema, the files, the queue and the pipeline."""

    settings: Settings
    db: Database
    store: MediaStore
    queue: Queue
    children: Children
    pipeline: Pipeline
    secret: bytes

    @classmethod
    def open(cls, settings: Settings) -> Self:
        folder = Path(settings.data_dir).resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        db = Database(settings.database)
        upgrade(db)
        store = open_store(settings)
        queue = Queue(broker_for(settings.redis_url))
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
        return cls(settings, db, store, queue, children, pipeline, secret_key(key, folder))

    def crew(self) -> Crew:
        return crew(self.db, self.store, self.queue, self.children, self.settings)

    def account(self, channel: str, name: str) -> Account:
        with self.db.transaction() as session:
            tenant = people.tenant_named(session, MAIN)
            return people.account_named(session, tenant.id, channel, name)

    def close(self) -> None:
        self.children.close()
        self.queue.broker.close()
        self.db.close()


@dataclass(slots=True)
class Chats:
    """The chats a process owns: their channels, and who delivers to them."""

    house: House
    channels: dict[UUID, Channel] = field(default_factory=dict)
    postman: Postman = field(init=False)
    ticker: Ticker = field(init=False)

    def __post_init__(self) -> None:
        lease = timedelta(seconds=self.house.settings.lease_seconds)
        self.postman = Postman(self.house.db, self.house.store, self.channels, lease)
        self.ticker = Ticker(self.house.db, self.channels)

    def desk(self, account: Account, channel: Channel, *, owners: frozenset[str]) -> Desk:
        """The way in for a channel, which is delivered to from now on."""
        self.channels[account.id] = channel
        conversation = Conversation(self.house.pipeline)
        return Desk(self.house.db, account, channel, conversation, self.postman.poke, owners)

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """While the block runs, what is owed is sent and progress is shown."""
        work = [asyncio.create_task(self.postman.run()), asyncio.create_task(self.ticker.run())]
        try:
            yield
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)


def page_server(chats: Chats, *, host: str, port: int) -> WebServer:
    """The web server with the local page. Its person is the owner until something is sold."""
    house = chats.house
    settings = house.settings
    account = house.account("page", "local")
    uploads = Uploads(Path(settings.data_dir).resolve() / "uploads")
    channel = PageChannel(house.db, account.id, uploads)
    owners = settings.admins if settings.sells else frozenset({EVERYBODY})
    parts = WebParts(
        db=house.db,
        media=house.store,
        secret=house.secret,
        disk=Path(settings.data_dir).resolve(),
        page=channel,
        inlet=chats.desk(account, channel, owners=owners),
        mode=settings.mode,
        public_url=settings.public_url,
        clock=house.db.clock,
    )
    return web_server(create_app(parts), channel.bell, host=host, port=port)


def telegram_gateway(chats: Chats, token: str) -> TelegramGateway:
    """Telegram's bot of that token; call it inside the running loop."""
    settings = chats.house.settings
    account = chats.house.account("telegram", token.partition(":")[0])

    def inlet_for(channel: Channel) -> Desk:
        return chats.desk(account, channel, owners=settings.admins)

    return TelegramGateway(builder_for(token, settings.telegram_api_url), inlet_for, profile(settings))


def profile(settings: Settings) -> Profile:
    """What Telegram shows of the bot before anybody writes."""
    return Profile(
        commands=commands.menu(),
        descriptions={tag: say(tag, "welcome") for tag in LANGUAGES},
        short_descriptions={tag: say(tag, "about") for tag in LANGUAGES},
        admins=tuple(
            external_id
            for channel, _, external_id in (identity.partition(":") for identity in sorted(settings.admins))
            if channel == "telegram" and external_id.isdecimal()
        ),
    )
