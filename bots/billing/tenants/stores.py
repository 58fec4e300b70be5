"""Billing of all tenants: a tenant's customers pay into its own Stripe account, tenants pay into the operator's.

The operator's keys are settings; another tenant's are the secrets of its account on the channel "stripe".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

import structlog

from bots.billing.context import BillingContext
from bots.billing.service import BillingService
from bots.billing.stripe.signature import WebhookVerifier
from bots.billing.workers import BillingWorkers
from models.billing.payments import Provider
from models.identity.people import MAIN_TENANT, Account
from models.settings import Settings
from pipeline import Entitlements
from storage.db import Database
from storage.encryption import DecryptionError
from storage.identity import account_secrets, people

log = structlog.get_logger(__name__)

SECRET_KEY, WEBHOOK_SECRETS = "secret_key", "webhook_secrets"  # names of an account's secrets


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """API key of a Stripe account and the secrets of its webhook (several while one is being rotated)."""

    secret_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def from_secrets(cls, secrets: Mapping[str, str]) -> Self | None:
        """The keys in an account's secrets, or None."""
        if SECRET_KEY not in secrets:
            return None
        return cls(secrets[SECRET_KEY], tuple(secrets.get(WEBHOOK_SECRETS, "").split()))

    def to_secrets(self) -> dict[str, str]:
        return {SECRET_KEY: self.secret_key, WEBHOOK_SECRETS: " ".join(self.webhook_secrets)}


@dataclass(frozen=True, slots=True)
class TenantStore:
    """One tenant's billing and its workers. `verifier` checks its webhook events; None without a webhook secret."""

    workers: BillingWorkers
    verifier: WebhookVerifier | None = None

    @property
    def billing(self) -> BillingService:
        return self.workers.billing


@dataclass(frozen=True, slots=True)
class TenantStores:
    """All stores of a process: by tenant, and by the name in their webhook's URL ("" for the operator's own).

    `sealed_keys` are the encrypted keys each tenant's store was opened with, to notice changes.
    """

    by_tenant: dict[UUID, TenantStore] = field(default_factory=dict)
    by_name: dict[str, TenantStore] = field(default_factory=dict)
    sealed_keys: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, store: TenantStore) -> None:
        self.by_name[name] = self.by_tenant[store.billing.context.tenant_id] = store

    def remove(self, name: str) -> TenantStore:
        """Remove a store; its workers go on until they are stopped."""
        store = self.by_name.pop(name)
        self.by_tenant.pop(store.billing.context.tenant_id, None)
        self.sealed_keys.pop(name, None)
        return store

    def start(self) -> None:
        for store in self.by_name.values():
            store.workers.start()

    def stop(self) -> None:
        for store in self.by_name.values():
            store.workers.stop()


def open_stores(db: Database, access: Entitlements, secret: bytes, settings: Settings) -> TenantStores:
    """Open the stores of all tenants that have keys."""
    stores = TenantStores()
    with db.transaction() as session:
        main = people.get_or_create_tenant(session, MAIN_TENANT).id
    if settings.stripe_secret_key is not None:
        keys = StripeKeys(settings.stripe_secret_key.get_secret_value(), settings.webhook_secrets)
        stores.add("", _build_store(db, access, secret, settings, main, keys))
    reload_stores(stores, db, access, secret, settings)
    return stores


@dataclass(frozen=True, slots=True)
class StoreChanges:
    """Stores that were opened, and stores that were closed or replaced: the caller stops the workers of the latter."""

    opened_stores: tuple[TenantStore, ...] = ()
    closed_stores: tuple[TenantStore, ...] = ()


def reload_stores(
    stores: TenantStores, db: Database, access: Entitlements, secret: bytes, settings: Settings
) -> StoreChanges:
    """Open stores of tenants whose keys were added or changed since the last call, and close those without keys."""
    with db.read_transaction() as session:
        accounts_by_name = {
            str(each.id): each for each in people.list_accounts_on(session, Provider.STRIPE) if each.secrets
        }
    removed_names = [
        name
        for name, sealed_keys in stores.sealed_keys.items()
        if name not in accounts_by_name or accounts_by_name[name].secrets != sealed_keys
    ]
    closed = tuple(stores.remove(name) for name in removed_names if name in stores.by_name)
    opened = []
    for name, account in accounts_by_name.items():
        if account.secrets != stores.sealed_keys.get(name) and account.tenant_id not in stores.by_tenant:
            stores.sealed_keys[name] = account.secrets or b""
            if keys := keys_of(secret, account):
                opened.append(_build_store(db, access, secret, settings, account.tenant_id, keys))
                stores.add(name, opened[-1])
    return StoreChanges(tuple(opened), closed)


def keys_of(secret: bytes, account: Account) -> StripeKeys | None:
    """An account's keys; None, with an error in the log, when they cannot be decrypted any more."""
    try:
        return StripeKeys.from_secrets(account_secrets.read(secret, account))
    except DecryptionError:
        log.error("stripe-keys-unreadable", account=str(account.id))  # noqa: TRY400 - no traceback needed: the error is logged
        return None


def _build_store(
    db: Database, access: Entitlements, secret: bytes, settings: Settings, tenant_id: UUID, keys: StripeKeys
) -> TenantStore:
    from bots.billing.stripe.provider import StripeProvider  # its SDK takes a while to load

    provider = StripeProvider.from_key(keys.secret_key, settings.stripe_api_url)
    context = BillingContext(
        db=db,
        provider=provider,
        access=access,
        tenant_id=tenant_id,
        return_url=settings.public_url,
        has_webhook=bool(keys.webhook_secrets and settings.public_url),
        secret=secret,
    )
    verifier = WebhookVerifier(keys.webhook_secrets, livemode=provider.livemode) if keys.webhook_secrets else None
    return TenantStore(BillingWorkers(BillingService(context)), verifier)
