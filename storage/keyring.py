"""The secrets of accounts: sealed in their rows, and opened only where they are used."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from models.people import Account
from storage import vault


@dataclass(frozen=True, slots=True)
class Keyring:
    """The operator's secret, for who may keep the secrets of accounts."""

    secret: bytes = field(repr=False)


def keep(session: Session, secret: bytes, account: Account, values: Mapping[str, str]) -> None:
    """Replace an account's secrets. They are bound to it: copied to another row they cannot be opened."""
    account.secrets = vault.seal(secret, _purpose(account), json.dumps(dict(values)).encode())
    session.add(account)
    session.flush()


def read(secret: bytes, account: Account) -> dict[str, str]:
    """What was kept; nothing where nothing was. Raises `vault.Sealed` when it was kept with another secret."""
    if account.secrets is None:
        return {}
    found: dict[str, str] = json.loads(vault.unseal(secret, _purpose(account), account.secrets))
    return found


def _purpose(account: Account) -> str:
    return f"account {account.id}"
