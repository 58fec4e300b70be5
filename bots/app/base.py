"""Composition root shared by all server processes: the app, its chat channels and their payment services."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Self
from uuid import UUID

from bots.billing.tenants.stores import TenantStores, open_stores, reload_stores
from bots.core.channel import Channel
from bots.core.conversation.conversation import Conversation
from bots.core.conversation.email_verification import EmailVerification
from bots.core.conversation.features.registry import check_features
from bots.core.delivery.broadcast_sender import BroadcastSender
from bots.core.delivery.email import email_sender_for
from bots.core.delivery.outbox_sender import OutboxSender
from bots.core.delivery.progress_updater import ProgressUpdater
from bots.core.update_handler import UpdateHandler
from models.billing.catalogue import Catalogue, read_catalogue
from models.billing.payments import Provider
from models.identity.people import MAIN_TENANT, Account, Tenant
from models.settings import Settings
from pipeline import (
    Entitlements,
    Pipeline,
    SandboxClient,
    ScheduledTask,
    Scheduler,
    WakeupQueue,
    broker_for,
    check_kinds,
    create_disk_cleaner,
    retention_from,
)
from storage.db import Database
from storage.identity import people
from storage.identity.account_secrets import AccountSecrets
from storage.identity.codes import OneTimeCodeService
from storage.media.media_store import MediaStore, open_media_store
from storage.migrate import upgrade
from storage.operations.process_lock import acquire_shared
from storage.secret_key import load_or_create_secret_key

STORE_REFRESH_SECONDS = 10.0  # seconds between two checks for stores opened by tenants
BROADCAST_SECONDS = 1.0  # seconds between two batches of the broadcasts being sent
LINK_PROVIDERS = frozenset({Provider.STRIPE})  # payment methods where the messenger has no currency of its own


@dataclass(slots=True)
class App:
    """Parts every process shares: the database at this version's schema, the files, the queue and the pipeline."""

    settings: Settings
    db: Database
    store: MediaStore
    queue: WakeupQueue
    sandbox: SandboxClient
    pipeline: Pipeline
    secret: bytes = field(repr=False)
    process_lock: IO[str] | None = None

    @classmethod
    def open(cls, settings: Settings, queue: WakeupQueue | None = None) -> Self:
        """Build everything from the settings. A given queue replaces the configured one, where workers are reached
        in another way.
        """
        folder = Path(settings.data_dir).resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        process_lock = acquire_shared(lock_folder_for(settings))
        db = Database(settings.resolved_database_url)
        upgrade(db)
        store = open_media_store(settings)
        queue = queue or WakeupQueue(broker_for(settings.redis_url))
        sandbox = SandboxClient()
        key = settings.secret_key.get_secret_value() if settings.secret_key else None
        pipeline = Pipeline(
            db=db,
            store=store,
            queue=queue,
            sandbox=sandbox,
            entitlements=Entitlements(_read_checked_catalogue(settings)),
            retention=retention_from(settings),
            has_speech_service=settings.groq_api_key is not None,
        )
        return cls(settings, db, store, queue, sandbox, pipeline, load_or_create_secret_key(key, folder), process_lock)

    def build_scheduler(self) -> Scheduler:
        """Periodic tasks of a process without workers."""
        return Scheduler("disk-cleanup", create_disk_cleaner(self.db, self.store, self.settings).list_tasks())

    def load_operator_tenant(self) -> Tenant:
        """The operator's own tenant, read without taking the write lock where the row exists."""
        with self.db.read_transaction() as session:
            if (found := people.find_tenant(session, MAIN_TENANT)) is not None:
                return found
        with self.db.transaction() as session:
            return people.get_or_create_tenant(session, MAIN_TENANT)

    def ensure_account(self, channel: str, name: str) -> Account:
        with self.db.transaction() as session:
            tenant = people.get_or_create_tenant(session, MAIN_TENANT)
            return people.get_or_create_account(session, tenant.id, channel, name)

    def close(self) -> None:
        self.sandbox.close()
        self.queue.broker.close()
        self.db.close()
        if self.process_lock is not None:
            self.process_lock.close()


@dataclass(slots=True)
class ChannelRuntime:
    """Channels a process serves, with the delivery of outbox messages to them."""

    app: App
    stores: TenantStores = field(default_factory=TenantStores)
    channels: dict[UUID, Channel] = field(default_factory=dict)
    outbox_sender: OutboxSender = field(init=False)
    progress_updater: ProgressUpdater = field(init=False)
    email_verification: EmailVerification = field(init=False)
    _handlers: dict[UUID, tuple[UpdateHandler, frozenset[Provider]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.email_verification = EmailVerification(
            OneTimeCodeService(self.app.secret), email_sender_for(self.app.settings)
        )
        lease = timedelta(seconds=self.app.settings.lease_seconds)
        self.outbox_sender = OutboxSender(self.app.db, self.app.store, self.channels, lease)
        self.progress_updater = ProgressUpdater(self.app.db, self.channels)

    def add_channel(
        self, account: Account, channel: Channel, *, admin_ids: frozenset[str], providers: frozenset[Provider]
    ) -> UpdateHandler:
        """Register a channel, which receives deliveries from now on; the handler of its updates. `providers` are the
        payment methods that may be offered there; a link also needs a store of the account's own tenant. `admin_ids`
        are the operator's: they apply to no other tenant.
        """
        self.channels[account.id] = channel
        is_own = account.tenant_id == self.app.load_operator_tenant().id
        handler = UpdateHandler(
            self.app.db,
            account,
            channel,
            Conversation(self.app.pipeline),
            self.outbox_sender.wake,
            admin_ids if is_own else frozenset(),
            page_url=self.app.settings.public_page_url,
            account_secrets=AccountSecrets(self.app.secret),
        )
        self._handlers[account.id] = handler, providers
        self._attach_store(handler, providers)
        return handler

    def remove_channel(self, account_id: UUID) -> None:
        """Stop delivering to the chats of an account."""
        self.channels.pop(account_id, None)
        self._handlers.pop(account_id, None)

    def refresh_stores(self) -> None:
        """Pick up stores that tenants have opened or closed meanwhile. Blocking."""
        app = self.app
        change = reload_stores(self.stores, app.db, app.pipeline.entitlements, app.secret, app.settings)
        for handler, providers in list(self._handlers.values()) if change.opened_stores or change.closed_stores else ():
            self._attach_store(handler, providers)
        for store in change.opened_stores:
            store.workers.start()
        for store in change.closed_stores:
            store.workers.stop()

    def _attach_store(self, handler: UpdateHandler, providers: frozenset[Provider]) -> None:
        """Connect a handler to the store of its tenant, if there is one."""
        store = self.stores.by_tenant.get(handler.account.tenant_id)
        handler.providers = providers if store else providers - {Provider.STRIPE}
        handler.payment_links = store.billing if store else None
        handler.email_verification = replace(
            self.email_verification, search_customers=store.workers.customer_search.search if store else None
        )

    @asynccontextmanager
    async def deliver_messages(self) -> AsyncIterator[None]:
        """While the block runs, outbox messages are sent, progress is shown, and payments are processed."""
        self.stores.start()
        broadcaster = BroadcastSender(self.app.db)
        scheduler = Scheduler(
            "chats",
            (
                ScheduledTask(self.refresh_stores, STORE_REFRESH_SECONDS),
                ScheduledTask(broadcaster.run_once, BROADCAST_SECONDS),
            ),
        )
        scheduler.start()
        tasks = [asyncio.create_task(self.outbox_sender.run()), asyncio.create_task(self.progress_updater.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(scheduler.stop)
            await asyncio.to_thread(self.stores.stop)


def _read_checked_catalogue(settings: Settings) -> Catalogue:
    """The catalogue. Raises ConfigError also for a kind of job that it mentions and nobody registered, or that cannot
    be run.
    """
    catalogue = read_catalogue(settings.catalogue)
    check_kinds(catalogue.list_priced_kinds())
    return catalogue


def lock_folder_for(settings: Settings) -> Path:
    """Folder of the lock files that processes of this machine share."""
    return Path(settings.data_dir).resolve() / "locks"


def channel_runtime_for(app: App) -> ChannelRuntime:
    """The channel runtime of a process, with a billing service for each tenant that sells something.

    Raises ConfigError for a kind of job that cannot be asked for.
    """
    check_features(priced=app.pipeline.entitlements.catalogue.prices)
    return ChannelRuntime(app, open_stores(app.db, app.pipeline.entitlements, app.secret, app.settings))
