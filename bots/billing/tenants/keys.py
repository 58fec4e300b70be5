"""Storage of the keys of tenants' own Stripe accounts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from bots.billing.tenants.stores import StripeKeys, keys_of
from models.billing.payments import Provider
from models.identity.people import MAIN_TENANT, Account, Tenant
from models.settings import Settings
from storage.db import Database
from storage.identity import account_secrets, people
from storage.secret_key import load_or_create_secret_key, open_secret_key


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """Keys of one tenant. `account` is its account on the channel "stripe"; its id is in the webhook's URL."""

    db: Database
    secret: bytes
    account: Account

    @classmethod
    def for_tenant(cls, db: Database, secret: bytes, tenant: str) -> Self | None:
        """None when there is no such tenant, or when it is the operator's own, whose keys are settings."""
        with db.transaction() as session:
            found = people.find_tenant(session, tenant)
            if found is None or found.name == MAIN_TENANT:
                return None
            return cls(db, secret, people.get_or_create_account(session, found.id, Provider.STRIPE, "own"))

    def read(self) -> StripeKeys | None:
        with self.db.read_transaction() as session:
            return keys_of(self.secret, session.get_one(Account, self.account.id))

    def save(self, keys: StripeKeys) -> None:
        with self.db.transaction() as session:
            account_secrets.save(session, self.secret, session.get_one(Account, self.account.id), keys.to_secrets())


@contextmanager
def open_tenant_keys(settings: Settings, tenant: str) -> Iterator[TenantKeys | None]:
    """Open the database of an installation and yield a tenant's keys. Raises ConfigError for another SECRET_KEY."""
    db = Database(settings.resolved_database_url)
    try:
        secret = open_secret_key(db, settings.configured_secret_key, settings.data_dir.resolve())
        yield TenantKeys.for_tenant(db, secret, tenant)
    finally:
        db.close()


def list_tenant_keys(settings: Settings) -> list[tuple[str, StripeKeys | None]]:
    """Names and keys of tenants that have any; a key is None when it cannot be decrypted. Empty without a database."""
    db = Database(settings.resolved_database_url)
    try:
        with db.read_transaction() as session:
            accounts = people.list_accounts_on(session, Provider.STRIPE)
            named_accounts = [(session.get_one(Tenant, each.tenant_id).name, each) for each in accounts if each.secrets]
    except SQLAlchemyError:
        return []
    finally:
        db.close()
    return [(name, keys_of(_read_secret_key(settings), account)) for name, account in named_accounts]


def _read_secret_key(settings: Settings) -> bytes:
    return load_or_create_secret_key(settings.configured_secret_key, settings.data_dir.resolve())
