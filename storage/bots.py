"""Bots on Telegram that businesses bring: their tokens, and how each stands."""

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
TOKEN = "token"  # noqa: S105 - what it is called among an account's secrets
MOST = 5  # bots of one business


class Stand(StrEnum):
    """How a bot stands; kept in its account's settings."""

    NEW = "new"  # nobody has looked at its token yet
    LIVE = "live"
    BAD_TOKEN = "bad-token"  # noqa: S105 - Telegram does not accept it: it takes another
    BUSY = "busy"  # another program receives its messages
    DEAF = "deaf"  # receiving ended for another reason


class Taken(Exception):
    """Another business here has that bot already."""


class TooMany(Exception):
    """The business has as many bots as it may."""


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that is to be served, with its token."""

    account: Account
    token: str = field(repr=False)


def bring(
    session: Session, secret: bytes, tenant: Tenant, token: str, told: tuple[Person, Address], now: datetime
) -> Account:
    """Keep the token of a bot, which is looked at and served from then on; `told` is who hears of it, and where.

    Raises Taken, TooMany.
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
    """The bots a business has brought, oldest first."""
    return [each for each in people.accounts_on(session, CHANNEL) if each.tenant_id == tenant_id and each.secrets]


def served(session: Session, secret: bytes) -> list[Bot]:
    """Every bot that is to receive, but for those whose token is not accepted, or cannot be opened."""
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
    """How people know it: by its name once Telegram has told it."""
    return f"@{account.settings['username']}" if "username" in account.settings else account.name


def stands(session: Session, account_id: uuid.UUID, how: Stand, message: Message, now: datetime, **about: Any) -> None:
    """Note how a bot stands; where that is new, who brought it is told, once a day at most."""
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
        log.error("bot-token-sealed", account=str(account.id))  # noqa: TRY400 - the trace tells nothing more
        return None
