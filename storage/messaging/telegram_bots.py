"""Telegram bots of tenants: their encrypted tokens, and the status of each."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from sqlmodel import Session, col, select

from models.identity.people import Account, Address, Person, Tenant
from models.messaging.deliveries import Message
from storage.encryption import DecryptionError
from storage.identity import account_secrets, people
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

log = structlog.get_logger(__name__)

CHANNEL = "telegram"
TOKEN_SECRET = "token"  # noqa: S105 - its key among an account's secrets
MAX_BOTS_PER_TENANT = 5


class BotStatus(StrEnum):
    """Status of a bot, stored in its account's settings."""

    NEW = "new"  # its token was not checked yet
    LIVE = "live"
    BAD_TOKEN = "bad-token"  # noqa: S105 - rejected by Telegram: another is needed
    CONFLICT = "busy"  # another program receives its updates
    RECEIVING_STOPPED = "deaf"  # receiving stopped for another reason


class BotTaken(Exception):
    """Another tenant has that bot already."""


class TooManyBots(Exception):
    """The tenant has the maximum number of bots."""


@dataclass(frozen=True, slots=True)
class ServedBot:
    """A bot to run, with its decrypted token."""

    account: Account
    token: str = field(repr=False)


def add_bot(
    session: Session, secret: bytes, tenant: Tenant, token: str, contact: tuple[Person, Address], now: datetime
) -> Account:
    """Store the token of a bot, which is checked and served from then on; `contact` is notified of its status.

    Raises BotTaken, TooManyBots.
    """
    name = token.partition(":")[0]
    if _list_other_owners(session, tenant.id, name):
        raise BotTaken(name)
    own_bots = list_for_tenant(session, tenant.id)
    if len(own_bots) >= MAX_BOTS_PER_TENANT and name not in {each.name for each in own_bots}:
        raise TooManyBots
    account = people.get_or_create_account(session, tenant.id, CHANNEL, name)
    account_secrets.save(session, secret, account, {TOKEN_SECRET: token})
    person, address = contact
    contact_settings = {"person": person.id.hex, "address": address.id.hex, "brought": now.isoformat()}
    account.settings = {**account.settings, **contact_settings, "stand": BotStatus.NEW}
    session.flush()
    return account


def list_for_tenant(session: Session, tenant_id: uuid.UUID) -> list[Account]:
    """The accounts of a tenant's own bots, oldest first."""
    return [each for each in people.list_accounts_on(session, CHANNEL) if each.tenant_id == tenant_id and each.secrets]


def list_served(session: Session, secret: bytes) -> list[ServedBot]:
    """Every bot that receives updates, except those whose token is rejected or cannot be decrypted."""
    query = (
        select(Account)
        .join(Tenant, col(Tenant.id) == col(Account.tenant_id))
        .where(
            col(Account.channel) == CHANNEL, col(Account.secrets).is_not(None), col(Tenant.erasing_at).is_(None)
        )
        .order_by(col(Account.created_at))
    )  # fmt: skip
    bots = (_decrypt(secret, each) for each in session.exec(query) if status_of(each) != BotStatus.BAD_TOKEN)
    return [each for each in bots if each is not None]


def status_of(account: Account) -> str:
    return str(account.settings.get("stand", BotStatus.NEW))


def display_name_of(account: Account) -> str:
    """Its @username once fetched from Telegram, else the account's name."""
    return f"@{account.settings['username']}" if "username" in account.settings else account.name


def update_status(
    session: Session, account_id: uuid.UUID, status: BotStatus, message: Message, now: datetime, **details: Any
) -> None:
    """Store a bot's status; where it changed, notify the contact, once a day and status at most."""
    account = session.get(Account, account_id)
    if account is None or (status_of(account) == status and details.items() <= account.settings.items()):
        return
    is_changed = status_of(account) != status
    account.settings = {**account.settings, **details, "stand": status}
    session.flush()
    if is_changed:
        _notify_owner(session, account, status, message, now)


def _notify_owner(session: Session, account: Account, status: BotStatus, message: Message, now: datetime) -> None:
    ids = (account.settings.get("person"), account.settings.get("address"))
    person, address = (uuid.UUID(hex=each) if each else None for each in ids)
    chat_address = session.get(Address, address) if address else None
    if person is not None and chat_address is not None:
        cause = f"bot:{account.id}:{account.settings.get('brought')}"
        outbox.enqueue(session, chat_address, person, OutboxMessage(message, cause, part=f"{status}:{now:%F}"), now)


def _list_other_owners(session: Session, tenant_id: uuid.UUID, name: str) -> list[Account]:
    query = select(Account).where(
        col(Account.channel) == CHANNEL, col(Account.name) == name, col(Account.tenant_id) != tenant_id
    )
    return list(session.exec(query))


def _decrypt(secret: bytes, account: Account) -> ServedBot | None:
    try:
        return ServedBot(account, account_secrets.read(secret, account)[TOKEN_SECRET])
    except DecryptionError:
        log.error("bot-token-unreadable", account=str(account.id))  # noqa: TRY400 - the traceback adds nothing
        return None
