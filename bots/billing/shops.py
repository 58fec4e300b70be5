"""Billing of all tenants: a tenant's customers pay into its own Stripe account, tenants pay into the operator's.

The operator's keys are settings; another tenant's are the secrets of its account on the channel "stripe".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

import structlog

from bots.billing.counter import Counter
from bots.billing.rounds import Rounds
from bots.billing.signature import Signatures
from bots.billing.till import Till
from models.payments import Provider
from models.people import MAIN, Account
from models.settings import Settings
from pipeline.access import Access
from storage import keyring, people
from storage.db import Database
from storage.vault import Sealed

log = structlog.get_logger(__name__)

SECRET_KEY, WEBHOOK_SECRETS = "secret_key", "webhook_secrets"  # names of an account's secrets


@dataclass(frozen=True, slots=True)
class Keys:
    """API key of a Stripe account and the secrets of its webhook (several while one is being rotated)."""

    secret_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, secrets: Mapping[str, str]) -> Self | None:
        """The keys in an account's secrets, or None."""
        if SECRET_KEY not in secrets:
            return None
        return cls(secrets[SECRET_KEY], tuple(secrets.get(WEBHOOK_SECRETS, "").split()))

    def secrets(self) -> dict[str, str]:
        return {SECRET_KEY: self.secret_key, WEBHOOK_SECRETS: " ".join(self.webhook_secrets)}


@dataclass(frozen=True, slots=True)
class Shop:
    """One tenant's billing and its workers. `verifier` checks its webhook events; None without a webhook secret."""

    rounds: Rounds
    signatures: Signatures | None = None

    @property
    def till(self) -> Till:
        return self.rounds.till


@dataclass(frozen=True, slots=True)
class Shops:
    """All stores of a process: by tenant, and by the name in their webhook's URL ("" for the operator's own).

    `sealed_keys` are the encrypted keys each tenant's store was opened with, to notice changes.
    """

    by_tenant: dict[UUID, Shop] = field(default_factory=dict)
    by_name: dict[str, Shop] = field(default_factory=dict)
    sealed: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, shop: Shop) -> None:
        self.by_name[name] = self.by_tenant[shop.till.counter.tenant_id] = shop

    def close(self, name: str) -> Shop:
        """Remove a store; its workers go on until they are stopped."""
        shop = self.by_name.pop(name)
        self.by_tenant.pop(shop.till.counter.tenant_id, None)
        self.sealed.pop(name, None)
        return shop

    def start(self) -> None:
        for shop in self.by_name.values():
            shop.rounds.start()

    def stop(self) -> None:
        for shop in self.by_name.values():
            shop.rounds.stop()


def shops_of(db: Database, access: Access, secret: bytes, settings: Settings) -> Shops:
    """Open the stores of all tenants that have keys."""
    shops = Shops()
    with db.transaction() as session:
        main = people.tenant_named(session, MAIN).id
    if settings.stripe_secret_key is not None:
        keys = Keys(settings.stripe_secret_key.get_secret_value(), settings.webhook_secrets)
        shops.add("", _shop(db, access, secret, settings, main, keys))
    restock(shops, db, access, secret, settings)
    return shops


@dataclass(frozen=True, slots=True)
class Change:
    """Stores that were opened, and stores that were closed or replaced: the caller stops the workers of the latter."""

    opened: tuple[Shop, ...] = ()
    closed: tuple[Shop, ...] = ()


def restock(shops: Shops, db: Database, access: Access, secret: bytes, settings: Settings) -> Change:
    """Open stores of tenants whose keys were added or changed since the last call, and close those without keys."""
    with db.reading() as session:
        kept = {str(each.id): each for each in people.accounts_on(session, Provider.STRIPE) if each.secrets}
    gone = [name for name, sealed in shops.sealed.items() if name not in kept or kept[name].secrets != sealed]
    closed = tuple(shops.close(name) for name in gone if name in shops.by_name)
    fresh = []
    for name, account in kept.items():
        if account.secrets != shops.sealed.get(name) and account.tenant_id not in shops.by_tenant:
            shops.sealed[name] = account.secrets or b""
            if keys := keys_of(secret, account):
                fresh.append(_shop(db, access, secret, settings, account.tenant_id, keys))
                shops.add(name, fresh[-1])
    return Change(tuple(fresh), closed)


def keys_of(secret: bytes, account: Account) -> Keys | None:
    """An account's keys; None, with an error in the log, when they cannot be decrypted any more."""
    try:
        return Keys.of(keyring.read(secret, account))
    except Sealed:
        log.error("stripe-keys-sealed", account=str(account.id))  # noqa: TRY400 - no traceback needed: the error is logged
        return None


def _shop(db: Database, access: Access, secret: bytes, settings: Settings, tenant_id: UUID, keys: Keys) -> Shop:
    from bots.billing.stripe import StripeProvider  # its SDK takes a while to load

    provider = StripeProvider.of(keys.secret_key, settings.stripe_api_url)
    counter = Counter(
        db=db,
        provider=provider,
        access=access,
        tenant_id=tenant_id,
        return_url=settings.public_url,
        listens=bool(keys.webhook_secrets and settings.public_url),
        secret=secret,
    )
    signatures = Signatures(keys.webhook_secrets, live=provider.livemode) if keys.webhook_secrets else None
    return Shop(Rounds(Till(counter)), signatures)
