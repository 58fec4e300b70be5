"""Secrets of accounts: encrypted in their rows, and decrypted only where they are used."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from models.identity.people import Account
from storage import encryption
from storage.encryption import DecryptionError


@dataclass(frozen=True, slots=True)
class AccountSecrets:
    """The operator's secret key, held by components that may store secrets of accounts."""

    secret: bytes = field(repr=False)


def save(session: Session, secret: bytes, account: Account, values: Mapping[str, str]) -> None:
    """Replace an account's secrets. They are bound to it: copied to another row they cannot be decrypted."""
    account.secrets = encryption.encrypt(secret, _purpose_of(account), json.dumps(dict(values)).encode())
    session.add(account)
    session.flush()


def read(secret: bytes, account: Account) -> dict[str, str]:
    """Decrypt an account's secrets; empty if it has none. Raises DecryptionError for another key."""
    if account.secrets is None:
        return {}
    secrets: dict[str, str] = json.loads(encryption.decrypt(secret, _purpose_of(account), account.secrets))
    return secrets


def encrypt_anew(session: Session, old: bytes, new: bytes) -> list[Account]:
    """Encrypt all secrets with another key; the accounts whose secrets the old one does not open, which are left."""
    unreadable: list[Account] = []
    for account in session.exec(select(Account).where(col(Account.secrets).is_not(None)).with_for_update()):
        try:
            save(session, new, account, read(old, account))
        except DecryptionError:
            unreadable.append(account)
    return unreadable


def _purpose_of(account: Account) -> str:
    return f"account {account.id}"
