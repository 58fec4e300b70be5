"""Storage of the keys of tenants' own Stripe accounts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from bots.billing.shops import Keys, keys_of
from models.payments import Provider
from models.people import MAIN, Account, Tenant
from models.settings import Settings
from storage import keyring, people
from storage.db import Database
from storage.secret import secret_key


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """Keys of one tenant. `account` is its account on the channel "stripe"; its id is in the webhook's URL."""

    db: Database
    secret: bytes
    account: Account

    @classmethod
    def named(cls, db: Database, secret: bytes, tenant: str) -> Self | None:
        """None when there is no such tenant, or when it is the operator's own, whose keys are settings."""
        with db.transaction() as session:
            found = people.find_tenant(session, tenant)
            if found is None or found.name == MAIN:
                return None
            return cls(db, secret, people.account_named(session, found.id, Provider.STRIPE, "own"))

    def read(self) -> Keys | None:
        with self.db.reading() as session:
            return keys_of(self.secret, session.get_one(Account, self.account.id))

    def keep(self, keys: Keys) -> None:
        with self.db.transaction() as session:
            keyring.keep(session, self.secret, session.get_one(Account, self.account.id), keys.secrets())


@contextmanager
def opened(settings: Settings, tenant: str) -> Iterator[TenantKeys | None]:
    """Open the database of an installation and yield the keys of a tenant."""
    db = Database(settings.database)
    try:
        yield TenantKeys.named(db, _secret(settings), tenant)
    finally:
        db.close()


def tenants_keys(settings: Settings) -> list[tuple[str, Keys | None]]:
    """Names and keys of tenants that have any; a key is None when it cannot be decrypted. Empty without a database."""
    db = Database(settings.database)
    try:
        with db.reading() as session:
            accounts = people.accounts_on(session, Provider.STRIPE)
            kept = [(session.get_one(Tenant, each.tenant_id).name, each) for each in accounts if each.secrets]
    except SQLAlchemyError:
        return []
    finally:
        db.close()
    return [(name, keys_of(_secret(settings), account)) for name, account in kept]


def _secret(settings: Settings) -> bytes:
    given = settings.secret_key.get_secret_value() if settings.secret_key else None
    return secret_key(given, settings.data_dir.resolve())
