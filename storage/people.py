"""Lookup and creation of tenants, their accounts, users, and chat addresses."""

import re
import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from models.people import Account, Address, Person, Tenant
from storage.rows import insert_once

SHORT = re.compile(r"[0-9a-f]{8,32}")  # prefix of an id, as users type it


def tenant_named(session: Session, name: str) -> Tenant:
    """The tenant of that name, created if new."""
    insert_once(session, Tenant(name=name))
    return session.exec(select(Tenant).where(col(Tenant.name) == name)).one()


def find_tenant(session: Session, name: str) -> Tenant | None:
    """The tenant of that name, if there is one."""
    return session.exec(select(Tenant).where(col(Tenant.name) == name)).one_or_none()


def account_named(session: Session, tenant_id: uuid.UUID, channel: str, name: str) -> Account:
    """A tenant's account on a channel, created if new."""
    insert_once(session, Account(tenant_id=tenant_id, channel=channel, name=name))
    wanted = select(Account).where(
        col(Account.tenant_id) == tenant_id, col(Account.channel) == channel, col(Account.name) == name
    )
    return session.exec(wanted).one()


def accounts_on(session: Session, channel: str) -> list[Account]:
    """All tenants' accounts on a channel, oldest first."""
    return list(session.exec(select(Account).where(col(Account.channel) == channel).order_by(col(Account.created_at))))


def accounts(session: Session, ids: Iterable[uuid.UUID]) -> list[Account]:
    return list(session.exec(select(Account).where(col(Account.id).in_(list(ids)))))


def meet(
    session: Session,
    account: Account,
    external_id: str,
    *,
    name: str,
    language: str | None,
    now: datetime | None = None,
) -> Person:
    """The person with that external id, created if new; name and language hints of the messenger update the row."""
    identity = f"{account.channel}:{external_id}"
    found = identified(session, account.tenant_id, identity)
    if found is None:
        fresh = Person(tenant_id=account.tenant_id, channel=account.channel, external_id=external_id, name=name)
        fresh.language, fresh.created_at = language or fresh.language, now or fresh.created_at
        insert_once(session, fresh)
        found = identified(session, account.tenant_id, identity)
    assert found is not None  # noqa: S101 - it existed before, or was inserted here or by a concurrent transaction
    if name and found.name != name:
        found.name = name
    if language and not found.language_chosen and found.language != language:
        found.language = language
    return found


def merged(session: Session, person: Person) -> Person:
    """The person that a merged person points to, in the end."""
    while person.merged_into_id is not None:
        person = session.get_one(Person, person.merged_into_id)
    return person


def is_same(session: Session, person_id: uuid.UUID, person: Person) -> bool:
    """Whether the id is of this person, or of one merged into them."""
    return person_id == person.id or merged(session, session.get_one(Person, person_id)).id == person.id


def selves(session: Session, person: Person) -> list[uuid.UUID]:
    """Ids of this person, and of all merged into them."""
    found, fresh = [person.id], [person.id]
    while fresh:
        fresh = list(session.exec(select(Person.id).where(col(Person.merged_into_id).in_(fresh))))
        found += fresh
    return found


def address_of(session: Session, account_id: uuid.UUID, chat: str, thread: str, *, in_group: bool = False) -> Address:
    """The address of a chat, created if new; an incoming message makes it reachable again."""
    wanted = select(Address).where(
        col(Address.account_id) == account_id, col(Address.chat) == chat, col(Address.thread) == thread
    )
    address = session.exec(wanted).one_or_none()
    if address is None:
        insert_once(session, Address(account_id=account_id, chat=chat, thread=thread, in_group=in_group))
        address = session.exec(wanted).one()
    address.unreachable_at, address.in_group = None, address.in_group or in_group
    return address


def identified(session: Session, tenant_id: uuid.UUID, identity: str) -> Person | None:
    """A tenant's person by an identity such as `telegram:123`; a merged one is resolved."""
    channel, _, external_id = identity.partition(":")
    wanted = select(Person).where(
        col(Person.tenant_id) == tenant_id, col(Person.channel) == channel, col(Person.external_id) == external_id
    )
    found = session.exec(wanted).one_or_none()
    return merged(session, found) if found else None


def known_as(session: Session, tenant_id: uuid.UUID, short: str) -> Person | None:
    """A tenant's person by the first eight or more characters of their id; None when no person or several match."""
    if not SHORT.fullmatch(short.lower()):
        return None
    first, last = (uuid.UUID(hex=short.ljust(32, filling)) for filling in "0f")
    wanted = select(Person).where(col(Person.tenant_id) == tenant_id, col(Person.id).between(first, last))
    found = list(session.exec(wanted.limit(2)))
    return merged(session, found[0]) if len(found) == 1 else None
