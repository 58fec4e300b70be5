"""Composition root of the processes that serve chats: channels, the delivery to them, and their payment services."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from bots.app.base import App
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
from models.billing.payments import Provider
from models.identity.people import Account
from pipeline import ScheduledTask, Scheduler
from storage.identity.account_secrets import AccountSecrets
from storage.identity.codes import OneTimeCodeService

STORE_REFRESH_SECONDS = 10.0  # seconds between two checks for stores opened by tenants
BROADCAST_SECONDS = 1.0  # seconds between two batches of the broadcasts being sent
LINK_PROVIDERS = frozenset({Provider.STRIPE})  # payment methods where the messenger has no currency of its own


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
        self.outbox_sender = OutboxSender(self.app.db, self.app.store, self.channels, lease, self.app.previews)
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
            previews=self.app.previews,
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
        try:
            async with self.send_messages():
                yield
        finally:
            await asyncio.to_thread(scheduler.stop)
            await asyncio.to_thread(self.stores.stop)

    @asynccontextmanager
    async def send_messages(self) -> AsyncIterator[None]:
        """While the block runs, outbox messages are sent and progress is shown."""
        tasks = [asyncio.create_task(self.outbox_sender.run()), asyncio.create_task(self.progress_updater.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def channel_runtime_for(app: App) -> ChannelRuntime:
    """The channel runtime of a process, with a billing service for each tenant that sells something.

    Raises ConfigError for a kind of job that cannot be asked for.
    """
    check_features(priced=app.pipeline.entitlements.catalogue.prices)
    return ChannelRuntime(app, open_stores(app.db, app.pipeline.entitlements, app.secret, app.settings))
