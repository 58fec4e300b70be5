"""Telegram bots of tenants: their encrypted tokens, and the status of each."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from sqlmodel import Session, col, select

from models.deliveries import Message
from models.people import Account, Address, Person, Tenant
from storage import keyring, outbox, people
from storage.outbox import Owed
from storage.vault import Sealed

log = structlog.get_logger(__name__)

CHANNEL = "telegram"
TOKEN = "token"  # noqa: S105 - its key among an account's secrets
MOST = 5


class Stand(StrEnum):
    """Status of a bot, stored in its account's settings."""

    NEW = "new"  # its token was not checked yet
    LIVE = "live"
    BAD_TOKEN = "bad-token"  # noqa: S105 - rejected by Telegram: another is needed
    BUSY = "busy"  # another program receives its updates
    DEAF = "deaf"  # receiving stopped for another reason


class Taken(Exception):
    """Another tenant has that bot already."""


class TooMany(Exception):
    """The tenant has the maximum number of bots."""


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot to run, with its decrypted token."""

    account: Account
    token: str = field(repr=False)


def bring(
    session: Session, secret: bytes, tenant: Tenant, token: str, told: tuple[Person, Address], now: datetime
) -> Account:
    """Store the token of a bot, which is checked and served from then on; `contact` is notified of its status.

    Raises BotTaken, TooManyBots.
    """
    name = token.partition(":")[0]
    if _others(session, tenant.id, name):
        raise Taken(name)
    theirs = of(session, tenant.id)
    if len(theirs) >= MOST and name not in {each.name for each in theirs}:
        raise TooMany
    account = people.account_named(session, tenant.id, CHANNEL, name)
    keyring.keep(session, secret, account, {TOKEN: token})
    person, address = told
    about = {"person": person.id.hex, "address": address.id.hex, "brought": now.isoformat()}
    account.settings = {**account.settings, **about, "stand": Stand.NEW}
    session.flush()
    return account


def of(session: Session, tenant_id: uuid.UUID) -> list[Account]:
    """The accounts of a tenant's own bots, oldest first."""
    return [each for each in people.accounts_on(session, CHANNEL) if each.tenant_id == tenant_id and each.secrets]


def served(session: Session, secret: bytes) -> list[Bot]:
    """Every bot that receives updates, except those whose token is rejected or cannot be decrypted."""
    wanted = (
        select(Account)
        .join(Tenant, col(Tenant.id) == col(Account.tenant_id))
        .where(
            col(Account.channel) == CHANNEL, col(Account.secrets).is_not(None), col(Tenant.erasing_at).is_(None)
        )
        .order_by(col(Account.created_at))
    )  # fmt: skip
    found = (_opened(secret, each) for each in session.exec(wanted) if stand(each) != Stand.BAD_TOKEN)
    return [each for each in found if each is not None]


def stand(account: Account) -> str:
    return str(account.settings.get("stand", Stand.NEW))


def called(account: Account) -> str:
    """Its @username once fetched from Telegram, else the account's name."""
    return f"@{account.settings['username']}" if "username" in account.settings else account.name


def stands(session: Session, account_id: uuid.UUID, how: Stand, message: Message, now: datetime, **about: Any) -> None:
    """Store a bot's status; where it changed, notify the contact, once a day and status at most."""
    account = session.get(Account, account_id)
    if account is None or (stand(account) == how and about.items() <= account.settings.items()):
        return
    is_news = stand(account) != how
    account.settings = {**account.settings, **about, "stand": how}
    session.flush()
    if is_news:
        _tell(session, account, how, message, now)


def _tell(session: Session, account: Account, how: Stand, message: Message, now: datetime) -> None:
    named = (account.settings.get("person"), account.settings.get("address"))
    person, address = (uuid.UUID(hex=each) if each else None for each in named)
    where = session.get(Address, address) if address else None
    if person is not None and where is not None:
        cause = f"bot:{account.id}:{account.settings.get('brought')}"
        outbox.owe(session, where, person, Owed(message, cause, part=f"{how}:{now:%F}"), now)


def _others(session: Session, tenant_id: uuid.UUID, name: str) -> list[Account]:
    wanted = select(Account).where(
        col(Account.channel) == CHANNEL, col(Account.name) == name, col(Account.tenant_id) != tenant_id
    )
    return list(session.exec(wanted))


def _opened(secret: bytes, account: Account) -> Bot | None:
    try:
        return Bot(account, keyring.read(secret, account)[TOKEN])
    except Sealed:
        log.error("bot-token-sealed", account=str(account.id))  # noqa: TRY400 - the traceback adds nothing
        return None
